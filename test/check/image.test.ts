import * as assert from 'uvu/assert'
import { check } from '../../src/check/check.ts'
import type { FileEntry, FileSet, Finding, FunctionConfig, ImageConfig, Plan } from '../../src/model.ts'
import { elfFile } from '../elf-files.ts'
import { describe } from '../helpers.ts'
import { testFile, testFileSet, testImage, testNodePlan, testPlan, testSystem } from '../worlds.ts'

const APP = testFile('app.py', 'import requests\nimport yaml.cyaml\ndef handler(event, context): return event\n')
const PLAIN = testFile('app.py', 'def handler(event, context): return event\n')
const INSTALLS = [{ name: 'requests', version: '2.0', hashes: [] }]
const LAYERS = [{ arn: 'arn:aws:lambda:eu-west-1:1:layer:gl:1', unzippedBytes: null }]
const NATIVE = [
  PLAIN,
  testFile('fast/__init__.py', 'from fast._core import run\n', { owner: 'fast' }),
  testFile(
    'fast/_core.cpython-313-x86_64-linux-gnu.so',
    elfFile({ strings: ['PyInit__core'], needed: ['libGL.so.1'] }),
    { owner: 'fast' },
  ),
]

interface World {
  readonly config?: Partial<FunctionConfig>
  readonly image?: Partial<ImageConfig>
  readonly installs?: FileSet['installs']
  readonly purpose?: Plan['purpose']
}

function checked(
  files: readonly FileEntry[],
  { config, image, installs = [], purpose = 'image' }: World = {},
): Promise<readonly Finding[]> {
  const plan = testPlan('/root', { handler: 'app.handler', image: testImage(image), ...config }, { purpose })
  return check(plan, testFileSet(files, { installs }), testSystem())
}

async function codes(...world: Parameters<typeof checked>): Promise<readonly string[]> {
  return (await checked(...world)).map(({ severity, code }) => `${severity} ${code}`)
}

/** A file that says it is so large, and is not read. */
function large(path: string, bytes: number): FileEntry {
  return { ...testFile(path, '\0'), bytes }
}

describe('check/image', it => {
  it('finds nothing in a sound function', async () => {
    assert.equal(await codes([PLAIN]), [])
  })

  it('takes imports that nothing brings for those of what pip installs', async () => {
    assert.equal(await codes([APP]), ['error PYTHON_IMPORT_MISSING', 'error PYTHON_IMPORT_MISSING'])
    assert.equal(await codes([APP], { installs: INSTALLS }), [])
  })

  it("still finds what the function's own packages lack", async () => {
    const files = [
      testFile('app.py', 'import own.helper\nfrom own import name\ndef handler(event, context): return event\n'),
      testFile('own/__init__.py', ''),
    ]
    assert.equal(await codes(files, { installs: INSTALLS }), [
      'error PYTHON_IMPORT_MISSING',
      'error PYTHON_NAME_MISSING',
    ])
  })

  it('notes a handler that only what pip installs can bring', async () => {
    const config = { handler: 'datadog_lambda.handler.handler' }
    assert.equal(await codes([APP], { config }), ['error HANDLER_MODULE_MISSING'])
    const [found, ...more] = await checked([APP], { config, installs: INSTALLS })
    assert.is(found?.code, 'HANDLER_MODULE_BEYOND')
    assert.match(found?.message ?? '', 'it must come from what pip installs in the image')
    assert.equal(more, [])
  })

  it('expects nothing of layers, which images have none of', async () => {
    const config = { layers: LAYERS }
    assert.equal(await codes([APP], { config, purpose: 'zip' }), [
      'note PYTHON_IMPORT_BEYOND',
      'note PYTHON_IMPORT_BEYOND',
    ])
    assert.equal(await codes([APP], { config }), ['error PYTHON_IMPORT_MISSING', 'error PYTHON_IMPORT_MISSING'])
  })

  it('tells how an image gets a library of the operating system', async () => {
    const [missing] = await checked(NATIVE)
    assert.is(missing?.code, 'ELF_LIBRARY_MISSING')
    assert.match(missing?.message ?? '', '; or name its package in `image.packages`.')
    const [inZip] = await checked(NATIVE, { purpose: 'zip' })
    assert.not.match(inZip?.message ?? '', 'image.packages')
  })

  const bringing: [string, World][] = [
    ['a package of the operating system', { image: { packages: ['mesa-libGL'] } }],
    ['what pip installs', { installs: INSTALLS }],
    ['a base image that is not of AWS', { image: { base: 'example.com/base:1' } }],
  ]
  for (const [what, world] of bringing) {
    it(`notes a library that ${what} may bring`, async () => {
      const found = await codes(NATIVE, world)
      assert.ok(found.includes('note ELF_LIBRARY_IN_IMAGE'), found.join())
      assert.not.ok(found.includes('warning ELF_LIBRARY_MISSING'))
    })
  }

  it('notes a base image that is not of AWS', async () => {
    const [found, ...more] = await checked([PLAIN], { image: { base: 'example.com/team/base:7' } })
    assert.is(`${found?.severity} ${found?.code}`, 'note BASE_NOT_AWS')
    assert.match(found?.message ?? '', "The base image example.com/team/base:7 isn't one of AWS's")
    assert.equal(more, [])
    assert.equal(await codes([PLAIN], { image: { base: 'example.com/mirror/lambda/python:3.13' } }), [])
    assert.equal(await codes([PLAIN], { image: { base: 'example.com/team/base:7' }, purpose: 'zip' }), [])
  })

  it('warns of the base image of a runtime that AWS patches no more, which AWS takes all the same', async () => {
    const config = { runtime: 'python3.9' }
    const image = { base: 'public.ecr.aws/lambda/python:3.9-x86_64' }
    assert.equal(await codes([PLAIN], { config, purpose: 'zip' }), ['error RUNTIME_BLOCKED'])
    const [found, ...more] = await checked([PLAIN], { config: { ...config, image: testImage(image) } })
    assert.is(`${found?.severity} ${found?.code}`, 'warning BASE_DEPRECATED')
    assert.match(found?.message ?? '', 'its base image gets no patches')
    assert.equal(more, [])
    const other = { ...config, image: testImage({ base: 'example.com/python39:1' }) }
    assert.equal(await codes([PLAIN], { config: other }), ['note BASE_NOT_AWS'])
  })

  it('says that a runtime is a preview', async () => {
    const config = { runtime: 'python3.15' }
    assert.ok((await codes([PLAIN], { config })).includes('warning RUNTIME_PREVIEW'))
  })

  it('says nothing of what matters to zips alone', async () => {
    const files = [PLAIN, large('models/w.bin', 60 * 1_048_576)]
    assert.equal(await codes(files, { purpose: 'zip' }), ['note CONSOLE_EDITOR_OFF'])
    assert.equal(await codes(files), [])
    const many = [PLAIN, ...Array.from({ length: 65_535 }, (_, number) => testFile(`data/${number}.bin`, ''))]
    assert.equal(await codes(many, { purpose: 'zip' }), ['warning ENTRIES_MANY'])
    assert.equal(await codes(many), [])
  })

  it('counts a configuration as AWS does for images, without runtime, handler and layers', async () => {
    const settings = { memorySize: null, timeout: null, ephemeralStorage: null, description: '' }
    const rest = JSON.stringify({ Environment: { Variables: { VALUE: '' } } }).length
    const sized = (bytes: number) => ({
      layers: LAYERS,
      settings: { ...settings, environment: { VALUE: 'x'.repeat(bytes - rest) } },
    })
    assert.equal(await codes([PLAIN], { config: sized(5119) }), [])
    assert.equal(await codes([PLAIN], { config: sized(5120) }), ['warning CONFIGURATION_TOO_LARGE'])
    assert.equal(await codes([PLAIN], { config: sized(5100), purpose: 'zip' }), ['warning CONFIGURATION_TOO_LARGE'])
  })

  it('looks for secrets in files that are copied', async () => {
    assert.equal(await codes([PLAIN, testFile('settings/.env', 'A=1')]), ['warning ENV_FILE_PACKED'])
  })

  it('checks Node.js as for a zip, without layers', async () => {
    const files = [
      testFile('index.js', "import 'sharp'\nexport const handler = async () => 1\n"),
      testFile('package.json', '{"type":"module"}'),
    ]
    const plan = testNodePlan('/root', { layers: LAYERS, bundle: { kind: 'files' } }, { purpose: 'image' })
    const found = await check(plan, testFileSet(files), testSystem())
    assert.equal(
      found.map(({ code }) => code),
      ['NODE_IMPORT_MISSING'],
    )
  })
})
