import { writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import * as assert from 'uvu/assert'
import { image } from '../../src/api.ts'
import { readArguments } from '../../src/cli/arguments.ts'
import { type Answer, fakeProcesses, optionValue } from '../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { makeWheel } from '../wheels.ts'
import { testSystem } from '../worlds.ts'
import { lpack, type Outcome } from './run.ts'

const HANDLER = 'import greetings\n\n\ndef handler(event, context):\n    return greetings.HELLO\n'
const SETTINGS = { runtime: 'python3.13', handler: 'app.handler', dependencies: 'wheels' }

const DEFAULTS = {
  kind: 'image',
  functions: [],
  configFile: null,
  outDir: null,
  output: 'text',
  useCache: true,
  check: true,
  jobs: null,
  build: null,
  oci: false,
  push: null,
  offline: false,
}

describe('lpack image, its arguments', it => {
  for (const [args, changes] of [
    [[], {}],
    [['--build'], { build: { engine: null } }],
    [['hello', '--build', '--engine', 'podman'], { functions: ['hello'], build: { engine: 'podman' } }],
    [
      ['--oci', '--push', 'example.com/{name}:1', '--offline'],
      { oci: true, push: 'example.com/{name}:1', offline: true },
    ],
  ] as const) {
    it(`understands "image ${args.join(' ')}"`, () =>
      assert.equal(readArguments(['image', ...args]), { ...DEFAULTS, ...changes }))
  }

  for (const [args, code, sentence] of [
    [['image', '--build', '--oci'], 'OPTIONS_CONFLICT', '--build and --oci'],
    [['image', '--build', '--push', 'a/b', '--oci'], 'OPTIONS_CONFLICT', '--build and --oci and --push'],
    [['image', '--engine', 'docker'], 'OPTION_MISUSED', '--engine needs --build'],
    [['image', '--push', ''], 'OPTION_MISUSED', '--push needs a value'],
    [['image', '--handler', 'a.b'], 'OPTION_MISUSED', '--handler is an option of `lpack check`'],
    [['zip', '--push', 'a/b'], 'OPTION_MISUSED', '--push is an option of `lpack image`'],
    [['check', '--build'], 'OPTION_MISUSED', '--build is an option of `lpack image`'],
    [['imgae'], 'COMMAND_UNKNOWN', 'did you mean "image"?'],
  ] as const) {
    it(`refuses "${args.join(' ')}"`, async () => {
      assert.match((await rejects(() => readArguments(args), code)).message, sentence)
    })
  }
})

describe('lpack image', it => {
  it('writes a Dockerfile and what it copies, and tells what to do next', () =>
    inProject({}, async dir => {
      const { code, out, err } = await lpack(dir, ['image'])
      assert.equal([code, err], [0, ''])
      assert.match(out, '  lpack.out/hello  written, 5 files to copy\n')
      assert.match(
        out,
        '  build   docker buildx build --load --provenance=false --sbom=false --platform linux/amd64 --tag hello:latest lpack.out/hello\n',
      )
      assert.match(out, '-e AWS_SESSION_TOKEN')
      assert.match(out, 'Fits.')
      assert.equal(await filesOf(dir, 'hello'), [
        '.dockerignore',
        'Dockerfile',
        'code/app.py',
        'dependencies/greetings-1.0.dist-info/METADATA',
        'dependencies/greetings-1.0.dist-info/RECORD',
        'dependencies/greetings-1.0.dist-info/WHEEL',
        'dependencies/greetings/__init__.py',
      ])
      assert.equal(validate(await dockerfileOf(dir)), [])
      assert.is(await readFile(join(dir, 'lpack.out/.gitignore'), 'utf8'), '# Artifacts of lpack\n*\n')
    }))

  it('makes the same bytes in another folder', () =>
    inProject({}, async one =>
      inProject({}, async other => {
        for (const dir of [one, other]) await lpack(dir, ['image'])
        for (const path of await filesOf(one, 'hello')) {
          const bytesIn = (dir: string) => readFile(join(dir, 'lpack.out/hello', path))
          assert.equal(await bytesIn(one), await bytesIn(other), path)
        }
      }),
    ))

  it('leaves alone what is unchanged, and says so in a line', () =>
    inProject({}, async dir => {
      await lpack(dir, ['image'])
      const dockerfile = join(dir, 'lpack.out/hello/Dockerfile')
      await utimes(dockerfile, new Date(0), new Date(0))
      assert.match((await lpack(dir, ['image'])).out, /^hello {2}unchanged {2}.* {2}lpack\.out\/hello\n/)
      assert.is((await stat(dockerfile)).mtimeMs, 0)
      await writeFile(join(dir, 'app.py'), `${HANDLER}\n`)
      assert.match((await lpack(dir, ['image'])).out, 'written')
      assert.is(await readFile(join(dir, 'lpack.out/hello/code/app.py'), 'utf8'), `${HANDLER}\n`)
    }))

  it('gives a copy a layer of its own', () =>
    inProject({ image: { copy: ['models'] } }, async dir => {
      await writeTree(dir, { 'models/weights.bin': 'w' })
      const { artifact } = only(await lpack(dir, ['image', '--json']))
      assert.equal(
        artifact.layers.map(({ name, files }) => [name, files]),
        [
          ['dependencies', 4],
          ['copy-models', 1],
          ['code', 1],
        ],
      )
      assert.ok((await filesOf(dir, 'hello')).includes('copy-models/models/weights.bin'))
    }))

  it('has the handler and the environment, and neither .env nor secrets', () =>
    inProject({ environment: { LOG_LEVEL: '$info', TOKEN } }, async dir => {
      await writeTree(dir, { '.env': `TOKEN=${TOKEN}\n` })
      const { out } = await lpack(dir, ['image', '--json'])
      const text = await dockerfileOf(dir)
      assert.match(text, 'ENV LOG_LEVEL="\\$info"\n')
      assert.match(text, 'CMD ["app.handler"]\n')
      assert.not.match(text + out, TOKEN)
      assert.not.ok((await filesOf(dir, 'hello')).some(path => path.includes('.env')))
      assert.match(out, 'IMAGE_SECRET_LEFT_OUT')
    }))

  it('tells a variable that no Dockerfile can say', () =>
    inProject({ environment: { KEY_LINES: 'a\nb' } }, async dir => {
      const { out } = await lpack(dir, ['image', '--json'])
      assert.match(out, 'IMAGE_VARIABLE_LEFT_OUT')
      assert.match(out, '-e KEY_LINES hello:latest')
    }))

  it('has the keys that programs rely on', () =>
    inProject({}, async dir => {
      const { artifact, limits, packages, ok } = only(await lpack(dir, ['image', '--json']))
      assert.equal([artifact.kind, artifact.path, artifact.files], ['dockerfile', join(dir, 'lpack.out/hello'), 5])
      assert.equal(
        [artifact.digest, artifact.reference, artifact.built, artifact.uploadedBytes],
        [null, null, null, null],
      )
      assert.equal(
        limits.map(({ id, status }) => [id, status]),
        [['image-unzipped', 'ok']],
      )
      assert.equal([packages.map(({ name }) => name), ok], [['greetings', '(function)'], true])
    }))

  it('writes no context when one of several cannot be written, and leaves those that stood', () =>
    inProject({}, async dir => {
      const two = { functions: { first: {}, second: {} } }
      await configure(dir, two)
      await lpack(dir, ['image'])
      const before = await dockerfileOf(dir, 'first')
      await configure(dir, { functions: { first: { handler: 'app.other' }, second: {} } })
      await rm(join(dir, 'lpack.out/second'), { recursive: true })
      await writeTree(dir, { 'lpack.out/second/mine.txt': 'precious' })
      const { code, err } = await lpack(dir, ['image', '--no-check'])
      assert.is(code, 2)
      assert.match(
        err,
        `${join(dir, 'lpack.out/second')} is where the image's folder belongs, and lpack didn't make it.`,
      )
      assert.is(await dockerfileOf(dir, 'first'), before)
      assert.equal(await filesOf(dir, 'second'), ['mine.txt'])
    }))

  it('leaves what stood when the disk is full, and no drafts', () =>
    inProject({}, async dir => {
      await lpack(dir, ['image'])
      const before = await filesOf(dir, 'hello')
      await writeTree(dir, { 'more.py': '' })
      const { disk } = testSystem()
      const writeBytes: typeof disk.writeBytes = (path, bytes) =>
        path.endsWith('METADATA')
          ? Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path }))
          : disk.writeBytes(path, bytes)
      const { code, err } = await lpack(dir, ['image'], { disk: { ...disk, writeBytes } })
      assert.is(code, 2)
      assert.match(err, "METADATA can't be written: the disk is full (ENOSPC).")
      assert.equal(await filesOf(dir, 'hello'), before)
      assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'hello'])
    }))

  it('takes an empty folder for free', () =>
    inProject({}, async dir => {
      await mkdir(join(dir, 'lpack.out/hello'), { recursive: true })
      assert.is((await lpack(dir, ['image'])).code, 0)
    }))

  it('refuses names that would hide files', () =>
    inProject({}, async dir => {
      await writeTree(dir, { 'data/.wh.app.py': '' })
      const { code, err } = await lpack(dir, ['image'])
      assert.is(code, 2)
      assert.match(err, 'data/.wh.app.py has a name that starts with ".wh."')
    }))

  it('bundles a Node.js function, and puts its source map beside', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({
          name: 'hello',
          runtime: 'nodejs22.x',
          architecture: 'arm64',
          handler: 'src/index.handler',
          esbuild: { sourcemap: 'external' },
        }),
        'src/index.ts': 'export const handler = async () => 1\n',
      })
      const { code, out } = await lpack(dir, ['image'])
      assert.is(code, 0, out)
      const text = await dockerfileOf(dir)
      assert.match(text, 'FROM public.ecr.aws/lambda/nodejs:22-arm64\n')
      assert.match(text, 'CMD ["src/index.handler"]\n')
      assert.equal(validate(text), [])
      const maps = (await readdir(join(dir, 'lpack.out'))).filter(name => name.endsWith('.map'))
      assert.is(maps.length, 1)
      await rm(join(dir, 'lpack.out', maps[0] ?? ''))
      assert.match((await lpack(dir, ['image'])).out, 'written')
      assert.ok((await readdir(join(dir, 'lpack.out'))).includes(maps[0] ?? ''))
    }))
})

describe('lpack image --build', it => {
  it('builds the context with the first engine, and shows what it writes', () =>
    inProject({}, async dir => {
      const processes = podman('STEP 1/5\n')
      const { code, out, err } = await lpack(dir, ['image', '--build'], { processes })
      assert.equal([code, err], [0, 'STEP 1/5\n'])
      assert.match(out, 'written, 5 files to copy; built as hello:latest with podman\n')
      assert.match(out, '  run     podman run --rm -p 9000:8080')
      const [, build] = processes.calls
      assert.is(build?.args.at(-1), join(dir, 'lpack.out/hello'))
      assert.equal(
        [optionValue(build?.args ?? [], '--timestamp'), optionValue(build?.args ?? [], '--tag')],
        ['0', 'hello:latest'],
      )
    }))

  it('builds again though nothing changed, with the time that is told', () =>
    inProject({}, async dir => {
      await lpack(dir, ['image'])
      const processes = podman('')
      const { out } = await lpack(dir, ['image', '--build', '--json'], {
        processes,
        env: { SOURCE_DATE_EPOCH: '1767225600' },
      })
      const { artifact } = only({ code: 0, out, err: '' })
      assert.equal([artifact.unchanged, artifact.built], [true, { engine: 'podman', imageId: 'sha256:1234' }])
      assert.is(artifact.reference, 'hello:latest')
      assert.is(optionValue(processes.calls[1]?.args ?? [], '--timestamp'), '1767225600')
    }))

  for (const output of ['--json', '--quiet']) {
    it(`shows nothing of it with ${output}`, () =>
      inProject({}, async dir => {
        const { err } = await lpack(dir, ['image', '--build', output], { processes: podman('STEP 1/5\n') })
        assert.is(err, '')
      }))
  }

  it('leaves the context where the build fails, and tells why', () =>
    inProject({}, async dir => {
      const processes = podman(new Error('no space left on device'))
      const { code, out, err } = await lpack(dir, ['image', '--build', '--quiet'], { processes })
      assert.equal([code, out], [2, ''])
      assert.match(err, "podman doesn't build hello:latest. `/bin/podman build ")
      assert.match(err, 'no space left on device')
      assert.ok((await filesOf(dir, 'hello')).includes('Dockerfile'))
    }))

  it('looks for the engine before it does anything', () =>
    inProject({}, async dir => {
      const { code, err } = await lpack(dir, ['image', '--build', '--engine', 'nerdctl'], { processes: podman('') })
      assert.is(code, 2)
      assert.match(err, 'nerdctl is not on PATH')
      assert.not.ok((await readdir(dir)).includes('lpack.out'))
    }))
})

describe('image() of the API', it => {
  it('returns what --json prints', () =>
    inProject({}, async dir => {
      const [report] = await image({ config: join(dir, 'lpack.config.json'), cache: false })
      assert.equal([report?.artifact.kind, report?.artifact.files, report?.ok], ['dockerfile', 5, true])
    }))

  it('refuses what excludes each other', async () => {
    await rejects(() => image({ build: 'podman', oci: true }), 'OPTIONS_CONFLICT')
  })
})

describe('lpack image without an engine', it => {
  it('refuses what needs commands, and names --build', () =>
    inProject({ image: { packages: ['libGL'] } }, async dir => {
      for (const args of [['--oci'], ['--push', 'example.com/{name}:1']]) {
        const { code, err } = await lpack(dir, ['image', ...args])
        assert.is(code, 2)
        assert.match(
          err,
          'Function "hello": an image without an engine is made of files alone, but `image.packages` names libGL.',
        )
        assert.match(err, '--build')
      }
    }))

  for (const [push, sentence] of [
    ['Not A Reference', 'which names no image'],
    [`example.com/hello@sha256:${'0'.repeat(64)}`, 'which names no image'],
  ] as const) {
    it(`refuses --push ${push.slice(0, 30)}`, () =>
      inProject({}, async dir => {
        const { code, err } = await lpack(dir, ['image', '--push', push])
        assert.is(code, 2)
        assert.match(err, sentence)
      }))
  }

  it('refuses one name for several functions', () =>
    inProject({}, async dir => {
      await configure(dir, { functions: { first: {}, second: {} } })
      const { code, err } = await lpack(dir, ['image', '--push', 'example.com/all:1'])
      assert.is(code, 2)
      assert.match(err, '--push is "example.com/all:1", and 2 functions are to be pushed. Write {name}')
    }))
})

// In parts, so that nobody takes this file for a leak.
const TOKEN = ['xoxb', '2847391056', '7hK2mQx9RvT4pLz8WnB3'].join('-')

interface Told {
  readonly artifact: {
    readonly kind: string
    readonly path: string | null
    readonly reference: string | null
    readonly digest: string | null
    readonly files: number
    readonly layers: readonly { readonly name: string; readonly files: number }[]
    readonly unchanged: boolean
    readonly uploadedBytes: number | null
    readonly built: unknown
  }
  readonly limits: readonly { readonly id: string; readonly status: string }[]
  readonly packages: readonly { readonly name: string }[]
  readonly ok: boolean
}

function only({ out, err }: Outcome): Told {
  const [first] = (JSON.parse(out) as { readonly functions: readonly Told[] }).functions
  if (first === undefined) throw new Error(`nothing was told: ${err}`)
  return first
}

/** A function that imports a package of one wheel. */
function inProject<T>(changes: Readonly<Record<string, unknown>>, action: (dir: string) => Promise<T>): Promise<T> {
  return inTemporaryFolder(async dir => {
    const wheel = makeWheel({
      name: 'greetings',
      version: '1.0',
      files: { 'greetings/__init__.py': 'HELLO = "hello"\n' },
    })
    await writeTree(dir, { 'app.py': HANDLER, [`wheels/${wheel.filename}`]: wheel.bytes })
    await configure(dir, { name: 'hello', ...changes })
    return action(dir)
  })
}

function configure(dir: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  return writeFile(join(dir, 'lpack.config.json'), JSON.stringify({ ...SETTINGS, exclude: ['wheels'], ...changes }))
}

async function filesOf(dir: string, name: string): Promise<string[]> {
  const found = await readdir(join(dir, 'lpack.out', name), { recursive: true, withFileTypes: true })
  const root = join(dir, 'lpack.out', name)
  return found
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

function dockerfileOf(dir: string, name = 'hello'): Promise<string> {
  return readFile(join(dir, 'lpack.out', name, 'Dockerfile'), 'utf8')
}

/** Podman alone, that answers a build so and leaves an id. */
function podman(answer: string | Error) {
  const build: Answer = ({ args }) => {
    if (args[0] === 'info') return 'fine'
    writeFileSync(optionValue(args, '--iidfile'), 'sha256:1234\n')
    return answer
  }
  return fakeProcesses({ podman: '/bin/podman' }, build)
}
