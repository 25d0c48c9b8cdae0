import * as assert from 'uvu/assert'
import type { FunctionConfig, ImageArtifact } from '../../src/model.ts'
import { imageAsText } from '../../src/report/image-text.ts'
import { imagesAsJson, publicImage } from '../../src/report/json.ts'
import { judgeImage } from '../../src/report/judge-image.ts'
import { describe } from '../helpers.ts'
import { testFile, testFileSet, testPlan } from '../worlds.ts'

const STYLE = { color: false, verbose: false, cwd: '/project', width: 80 }
const GIB = 1_073_741_824

const COMMANDS = {
  build: ['docker build .'],
  load: [],
  run: ['docker run hello'],
  invoke: ['curl'],
  push: ['login', 'push'],
}

const DOCKERFILE: ImageArtifact = {
  kind: 'dockerfile',
  path: '/project/lpack.out/hello',
  reference: null,
  digest: null,
  base: 'public.ecr.aws/lambda/python:3.13-x86_64',
  bytes: 200,
  unzippedBytes: 200,
  isBaseCounted: false,
  layers: [
    { kind: 'dependencies', name: 'dependencies', digest: null, bytes: null, unzippedBytes: 5, files: 2 },
    { kind: 'code', name: 'code', digest: null, bytes: null, unzippedBytes: 10, files: 1 },
  ],
  manifestBytes: null,
  settingsBytes: null,
  unchanged: false,
  uploadedBytes: null,
  built: null,
  commands: COMMANDS,
}

const IMAGE: ImageArtifact = {
  ...DOCKERFILE,
  kind: 'image',
  path: '/project/lpack.out/hello.oci',
  digest: 'sha256:0',
  bytes: 30,
  unzippedBytes: 60,
  isBaseCounted: true,
  layers: [
    { kind: 'base', name: 'base', digest: 'sha256:1', bytes: 5, unzippedBytes: 10, files: null },
    { kind: 'base', name: 'base', digest: 'sha256:2', bytes: 5, unzippedBytes: 10, files: null },
    { kind: 'code', name: 'code', digest: 'sha256:3', bytes: 20, unzippedBytes: 40, files: 3 },
  ],
  manifestBytes: 1000,
  settingsBytes: 100,
}

function layers(number: number): ImageArtifact['layers'] {
  const [base] = IMAGE.layers
  return base === undefined ? [] : Array.from({ length: number }, () => base)
}

describe('report/judge-image', it => {
  const cases: [Partial<ImageArtifact>, string, boolean][] = [
    [{ unzippedBytes: 1 }, 'image-unzipped ok', true],
    [{ unzippedBytes: 9 * GIB }, 'image-unzipped near', true],
    [{ unzippedBytes: 10 * GIB - 1 }, 'image-unzipped near', true],
    [{ unzippedBytes: 10 * GIB }, 'image-unzipped over', false],
    [{ layers: layers(114) }, 'image-layers ok', true],
    [{ layers: layers(115) }, 'image-layers near', true],
    [{ layers: layers(128) }, 'image-layers over', true],
    [{ settingsBytes: 14_000 }, 'image-settings ok', true],
    [{ settingsBytes: 16_384 }, 'image-settings near', true],
    [{ settingsBytes: 16_385 }, 'image-settings over', false],
    [{ manifestBytes: 25_399 }, 'image-manifest near', true],
    [{ manifestBytes: 25_400 }, 'image-manifest over', true],
  ]
  for (const [changes, expected, ok] of cases) {
    it(`judges ${Object.keys(changes)[0]} as ${expected}`, () => {
      const report = judged({ ...IMAGE, ...changes })
      assert.ok(
        report.limits.map(({ id, status }) => `${id} ${status}`).includes(expected),
        JSON.stringify(report.limits),
      )
      assert.is(report.ok, ok)
    })
  }

  it('asks of a Dockerfile only what is known', () => {
    assert.equal(
      judged(DOCKERFILE).limits.map(({ id }) => id),
      ['image-unzipped'],
    )
  })

  it('holds the budget against what is pulled: the compressed layers, the base too', () => {
    const budget = { zippedBytes: null, unzippedBytes: null, imageBytes: IMAGE.bytes, growth: null }
    assert.ok(judged(IMAGE, { budget }).ok)
    const report = judged(IMAGE, { budget: { ...budget, imageBytes: IMAGE.bytes - 1 } })
    assert.not.ok(report.ok)
    assert.match(imageAsText(report, STYLE), '`budget.image`')
    // How large a layer of a Dockerfile gets compressed isn't known.
    assert.ok(judged(DOCKERFILE, { budget: { ...budget, imageBytes: 1 } }).ok)
  })

  it('tells packages, heaviest first, and those that pip installs', () => {
    const text = imageAsText(judged(DOCKERFILE), STYLE)
    assert.match(
      text,
      '  packages                      unzipped\n  numpy 2.0.0                        3 B\n  idna 3.10                          2 B\n  pycrypto 2.6.1  installed in the image\n',
    )
  })

  it('tells a Dockerfile', () => {
    assert.is(
      imageAsText({ ...judged(DOCKERFILE), packages: [] }, STYLE),
      `hello  python3.13 x86_64  lambda_function.lambda_handler
  lpack.out/hello  written, 3 files to copy
  from public.ecr.aws/lambda/python:3.13-x86_64

  layers, lowest first  unzipped
  dependencies               5 B  2 files
  code                      10 B   1 file

  unzipped     200 B  █░░░░░░░░░░░░░░░░░░░  <1 % of 10.0 GB without the base

  build   docker build .
  run     docker run hello
  invoke  curl
  push    login
          push

  Fits.
`,
    )
  })

  for (const width of [40, 60, 80]) {
    it(`has no line of more than ${width} cells, but commands and what is copied`, () => {
      const text = imageAsText(judged({ ...IMAGE, unzippedBytes: 11 * GIB }), { ...STYLE, width })
      for (const line of text.split('\n')) {
        assert.ok(/^ *(from +)?[^ ]+$/.test(line) || line.length <= width, line)
      }
    })
  }

  it('tells an image, its base in one line', () => {
    const text = imageAsText({ ...judged(IMAGE), packages: [] }, STYLE)
    assert.match(text, '  lpack.out/hello.oci  written, 3 files\n')
    assert.match(
      text,
      '  layers, lowest first  compressed  unzipped\n  base                        10 B      20 B  2 layers\n',
    )
    assert.match(text, '  code                        20 B      40 B   3 files\n')
    assert.match(text, '  layers           3  █░░░░░░░░░░░░░░░░░░░  2 % of 127\n')
  })

  it('tells what was built and what was pushed', () => {
    const built = {
      ...DOCKERFILE,
      unchanged: true,
      reference: 'hello:latest',
      built: { engine: 'podman', imageId: 'sha256:1' },
    }
    const text = imageAsText(judged(built), STYLE)
    assert.match(text, 'unchanged, 3 files to copy; built as hello:latest with podman\n')
    assert.match(text, '\n  sha256:1\n')
    assert.not.match(text, 'docker build .')
    const pushed = { ...IMAGE, path: null, reference: 'example.com/hello@sha256:2', uploadedBytes: 2048 }
    assert.match(imageAsText(judged(pushed), STYLE), '  example.com/hello@sha256:2  pushed, 2.0 KB uploaded\n')
    const both = { ...IMAGE, reference: 'example.com/hello@sha256:2', uploadedBytes: 0 }
    assert.match(
      imageAsText(judged(both), STYLE),
      /written, 3 files; pushed, 0 B uploaded\n {2}from .*\n {2}example\.com\/hello@sha256:2\n/,
    )
  })

  it('is one line when nothing changed', () => {
    assert.is(
      imageAsText(judged({ ...DOCKERFILE, unchanged: true }), STYLE),
      'hello  unchanged  200 B  lpack.out/hello\n',
    )
    assert.is(
      imageAsText(judged({ ...IMAGE, unchanged: true, isBaseCounted: false }), STYLE),
      'hello  unchanged  30 B compressed, 60 B unzipped without the base  lpack.out/hello.oci\n',
    )
  })

  it('says what is too large', () => {
    const text = imageAsText(judged({ ...IMAGE, unzippedBytes: 11 * GIB, settingsBytes: 20_000 }), STYLE).replace(
      /\s+/g,
      ' ',
    )
    assert.match(text, 'Lambda refuses it: 1024.0 MB over what an image may have unzipped.')
    assert.match(
      text,
      'Lambda refuses it: 3.5 KB over what entry point, command, working folder and environment may have.',
    )
  })

  it('has the keys that programs rely on', () => {
    const [only] = JSON.parse(imagesAsJson([judged(IMAGE)], '1.2.3')).functions
    assert.equal(only, JSON.parse(JSON.stringify(publicImage(judged(IMAGE)))))
    assert.equal(Object.keys(only.artifact), [
      'kind',
      'path',
      'reference',
      'digest',
      'base',
      'bytes',
      'unzippedBytes',
      'baseCounted',
      'files',
      'layers',
      'manifestBytes',
      'settingsBytes',
      'unchanged',
      'uploadedBytes',
      'built',
      'commands',
    ])
    assert.equal([only.artifact.files, only.artifact.baseCounted], [3, true])
    assert.equal(only.packages.at(-1), {
      name: 'pycrypto',
      id: 'pycrypto',
      version: '2.6.1',
      bytes: 0,
      files: 0,
      requiredBy: [],
      licence: null,
    })
  })
})

function judged(artifact: ImageArtifact, changes: Partial<FunctionConfig> = {}) {
  const named = (name: string, version: string) => ({ id: name, name, version, requiredBy: [], licence: null })
  const files = [testFile('a', 'aa', { owner: 'idna' }), testFile('b', 'bbb', { owner: 'numpy' }), testFile('c.py', '')]
  const packages = [named('idna', '3.10'), named('numpy', '2.0.0'), named('pycrypto', '2.6.1')]
  const fileSet = testFileSet(files, { packages })
  return judgeImage(testPlan('/project', changes), fileSet, artifact, { told: [], checked: null })
}
