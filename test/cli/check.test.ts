import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { check } from '../../src/api.ts'
import { FINDING_CODES } from '../../src/findings.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { makeWheel } from '../wheels.ts'
import { type LooseEntry, makeLooseZip } from '../zips.ts'
import { lpack, type Outcome } from './run.ts'

const HANDLER = 'def handler(event, context):\n    return event\n'
const APP: LooseEntry = { name: 'app.py', content: HANDLER }
const ON_PYTHON = ['--runtime', 'python3.13', '--handler', 'app.handler']

interface Found {
  readonly name: string
  readonly handler: string | null
  readonly artifact: { readonly path: string; readonly files: number; readonly codeSha256: string } | null
  readonly packages:
    | readonly { readonly name: string; readonly files: number; readonly requiredBy: readonly string[] }[]
    | null
  readonly limits: readonly { readonly id: string; readonly status: string }[]
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly path: string }[]
  readonly ok: boolean
}

function foundIn({ out }: Outcome): readonly Found[] {
  return (JSON.parse(out) as { readonly functions: readonly Found[] }).functions
}

function codesIn(outcome: Outcome): readonly string[] {
  return foundIn(outcome).flatMap(({ findings }) => findings.map(({ code }) => code))
}

/** Checks a zip of these entries, with --json. */
function checked(entries: readonly LooseEntry[], args: readonly string[] = ON_PYTHON): Promise<Outcome> {
  return inTemporaryFolder(async dir => {
    await writeFile(join(dir, 'some.zip'), makeLooseZip({ entries }))
    return lpack(dir, ['check', 'some.zip', '--json', ...args])
  })
}

async function writeFunctions(dir: string): Promise<void> {
  const functions = { good: { root: 'good' }, bad: { root: 'bad' } }
  await writeTree(dir, {
    'lpack.config.json': JSON.stringify({ runtime: 'python3.13', handler: 'app.handler', functions }),
    'good/app.py': HANDLER,
    'bad/app.py': 'def handle(event, context):\n    return event\n',
  })
}

describe('lpack check, functions', it => {
  it('tells what is found, and writes nothing', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      const outcome = await lpack(dir, ['check', '--json'])
      assert.is(outcome.code, 1)
      assert.equal(
        foundIn(outcome).map(({ name, ok, artifact, packages }) => [name, ok, artifact, packages]),
        [
          ['good', true, null, null],
          ['bad', false, null, null],
        ],
      )
      assert.equal(codesIn(outcome), ['HANDLER_FUNCTION_MISSING'])
      assert.not.ok((await readdir(dir)).includes('lpack.out'))
    }))

  it('gives the verdict first, then what is wrong, within 80 columns', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      const { code, out, err } = await lpack(dir, ['check', 'bad'])
      assert.equal([code, err], [1, ''])
      assert.is(
        out,
        `bad  python3.13 x86_64  app.handler
  It would not start: 1 error.

  1 error

  HANDLER_FUNCTION_MISSING  app.py
    The handler "app.handler" needs "handler", which its module does not have;
    did you mean "handle"? Lambda would say: Handler 'handler' missing on module
    'app'. Correct the name, or define it there.
`,
      )
    }))

  it('ends with 0 where nothing is found', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      const { code, out } = await lpack(dir, ['check', 'good'])
      assert.is(code, 0)
      assert.is(out, 'good  python3.13 x86_64  app.handler\n  Nothing found that would keep it from starting.\n')
    }))

  it('is quiet with --quiet, but for what is bad', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      assert.equal(await lpack(dir, ['check', 'good', '--quiet']), { code: 0, out: '', err: '' })
      const { code, out, err } = await lpack(dir, ['check', '--quiet'])
      assert.equal([code, out], [1, ''])
      assert.match(err, /^bad {2}/)
    }))

  it('names a function that there is not', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      const { code, err } = await lpack(dir, ['check', 'goood'])
      assert.is(code, 2)
      assert.match(err, 'did you mean "good"?')
    }))

  it('judges a budget and the unzipped limit without an artifact', () =>
    inTemporaryFolder(async dir => {
      const layers = [{ arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:big:1', unzippedBytes: 262_144_000 }]
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({
          name: 'hello',
          runtime: 'python3.13',
          handler: 'app.handler',
          layers,
          budget: { unzipped: 1, zipped: 1 },
        }),
        'app.py': HANDLER,
      })
      const outcome = await lpack(dir, ['check', '--json'])
      assert.is(outcome.code, 1)
      assert.equal(
        foundIn(outcome)[0]?.limits.map(({ id, status }) => [id, status]),
        [
          ['unzipped', 'over'],
          ['budget-unzipped', 'over'],
        ],
      )
    }))
})

describe('lpack check, zips', it => {
  it('gives the facts of the zip', async () => {
    const bytes = makeLooseZip({ entries: [APP] })
    const outcome = await checked([APP])
    assert.is(outcome.code, 0, outcome.out)
    const [found] = foundIn(outcome)
    assert.equal([found?.name, found?.handler, found?.ok, found?.findings], ['some.zip', 'app.handler', true, []])
    assert.equal(
      [found?.artifact?.files, found?.artifact?.codeSha256],
      [1, createHash('sha256').update(bytes).digest('base64')],
    )
    assert.equal(
      found?.limits.map(({ id, status }) => [id, status]),
      [
        ['zip-direct-upload', 'ok'],
        ['unzipped', 'ok'],
      ],
    )
  })

  it('needs no config, and doesn’t look at one that is broken', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'some.zip': makeLooseZip({ entries: [APP] }), 'lpack.config.json': '{ broken' })
      assert.is((await lpack(dir, ['check', 'some.zip', ...ON_PYTHON])).code, 0)
    }))

  it('checks functions and zips together', () =>
    inTemporaryFolder(async dir => {
      await writeFunctions(dir)
      await writeFile(join(dir, 'artifact'), makeLooseZip({ entries: [APP] }))
      const outcome = await lpack(dir, ['check', 'good', './artifact', '--runtime', 'nodejs24.x', '--json'])
      // With --runtime, a name that is a file's is a zip's; "good" is a folder.
      assert.equal(
        foundIn(outcome).map(({ name }) => name),
        ['good', 'artifact'],
      )
    }))

  it('finds the wrong handler in a zip', async () => {
    const outcome = await checked([APP], ['--runtime', 'python3.13', '--handler', 'main.handler'])
    assert.is(outcome.code, 1)
    assert.equal(codesIn(outcome), ['HANDLER_MODULE_MISSING'])
  })

  it('says that it didn’t look at a handler that nobody told', async () => {
    const outcome = await checked([{ name: 'python/layer.py', content: 'x = 1\n' }], ['--runtime', 'python3.13'])
    assert.is(outcome.code, 0, outcome.out)
    assert.equal(codesIn(outcome), ['HANDLER_NOT_TOLD'])
    assert.is(foundIn(outcome)[0]?.handler, null)
  })

  it('says that it can’t look into what is encrypted, and looks at the rest', async () => {
    const outcome = await checked([APP, { name: 'secret.py', content: 'x', flags: 1, method: 0 }])
    assert.is(outcome.code, 1)
    assert.equal(codesIn(outcome), ['ENTRY_ENCRYPTED', 'CONTENTS_NOT_CHECKED'])
  })

  it('checks the shape of what a zip names, and the contents of what can be unpacked', async () => {
    const outcome = await checked([APP, { name: '../evil.py', content: '' }, { name: 'sub\\x.txt', content: '' }])
    assert.equal(codesIn(outcome), ['NAME_UNPACKABLE', 'NAME_DOUBTFUL'])
  })

  it('follows links to modules and folders', async () => {
    const entries = [
      { name: 'src/real.py', content: HANDLER },
      { name: 'app.py', content: 'src/real.py', mode: 0o120777 },
      { name: 'lib', content: 'src', mode: 0o120777 },
    ]
    assert.is((await checked(entries)).code, 0)
    const throughFolder = await checked(entries, ['--runtime', 'python3.13', '--handler', 'lib.real.handler'])
    assert.equal(codesIn(throughFolder), [])
    const round = [
      { name: 'app.py', content: 'other.py', mode: 0o120777 },
      { name: 'other.py', content: 'app.py', mode: 0o120777 },
    ]
    assert.ok(codesIn(await checked(round)).includes('HANDLER_MODULE_MISSING'))
  })

  it('takes the last of files with one name, as unzip does', async () => {
    const outcome = await checked([{ name: 'app.py', content: 'x = 1\n' }, APP])
    assert.not.ok(codesIn(outcome).includes('HANDLER_FUNCTION_MISSING'))
    assert.ok(codesIn(outcome).includes('NAME_TWICE'))
  })

  it('tells the packages of a Python zip from their .dist-info', async () => {
    const outcome = await checked([
      APP,
      ...installed('greetings', ['polite-words>=1', 'colorama; sys_platform == "win32"']),
      ...installed('polite_words', []),
      ...installed('colorama', []),
    ])
    assert.is(outcome.code, 0, outcome.out)
    assert.equal(
      foundIn(outcome)[0]
        ?.packages?.map(({ name, files, requiredBy }) => [name, files, requiredBy])
        .sort(),
      [
        ['(function)', 1, []],
        ['colorama', 4, ['(direct)']],
        ['greetings', 4, ['(direct)']],
        ['polite-words', 4, ['greetings']],
      ],
    )
  })

  it('tells the packages of a Node.js zip from their folders', async () => {
    const manifest = (name: string, dependencies: object) =>
      JSON.stringify({ name, version: '1.0.0', main: 'index.js', dependencies })
    const entries = [
      { name: 'index.js', content: 'exports.handler = async () => require("outer")\n' },
      { name: 'node_modules/outer/package.json', content: manifest('outer', { '@acme/inner': '1' }) },
      { name: 'node_modules/outer/index.js', content: 'module.exports = require("@acme/inner")\n' },
      { name: 'node_modules/outer/node_modules/@acme/inner/package.json', content: manifest('@acme/inner', {}) },
      { name: 'node_modules/outer/node_modules/@acme/inner/index.js', content: 'module.exports = 1\n' },
    ]
    const outcome = await checked(entries, ['--runtime', 'nodejs22.x', '--handler', 'index.handler'])
    assert.is(outcome.code, 0, outcome.out)
    assert.equal(
      foundIn(outcome)[0]
        ?.packages?.map(({ name, files, requiredBy }) => [name, files, requiredBy])
        .sort(),
      [
        ['(function)', 1, []],
        ['@acme/inner', 2, ['outer']],
        ['outer', 2, ['(direct)']],
      ],
    )
  })

  it('says nothing of imports through links, which Node.js resolves from where they lead', async () => {
    const store = 'node_modules/.pnpm/outer@1.0.0/node_modules'
    const manifest = (name: string) => JSON.stringify({ name, version: '1.0.0', main: 'index.js' })
    const entries = [
      { name: 'index.js', content: 'require("outer")\nexports.handler = async () => 1\n' },
      { name: 'node_modules/outer', content: '.pnpm/outer@1.0.0/node_modules/outer', mode: 0o120777 },
      { name: `${store}/outer/package.json`, content: manifest('outer') },
      { name: `${store}/outer/index.js`, content: 'require("inner")\n' },
      { name: `${store}/inner/package.json`, content: manifest('inner') },
      { name: `${store}/inner/index.js`, content: '' },
    ]
    const outcome = await checked(entries, ['--runtime', 'nodejs22.x', '--handler', 'index.handler'])
    assert.equal(codesIn(outcome), ['LINKED_PACKAGES'])
  })

  it('tells damage in a sentence, wherever it is', () =>
    inTemporaryFolder(async dir => {
      const zip = makeLooseZip({ entries: [APP, { name: 'data', content: 'x', method: 0, lies: { crc32: 1 } }] })
      await writeFile(join(dir, 'some.zip'), zip)
      const { code, out, err } = await lpack(dir, ['check', 'some.zip', ...ON_PYTHON])
      assert.equal([code, out], [2, ''])
      assert.match(err, '"data" has a wrong checksum')
    }))

  it('refuses at once what unpacks to more than twice what Lambda takes', () =>
    inTemporaryFolder(async dir => {
      const bomb: LooseEntry = { name: 'zeros', content: Buffer.alloc(1_048_576), lies: { bytes: 1_000_000 } }
      const entries = Array.from({ length: 600 }, (_, index) => ({ ...bomb, name: `zeros-${index}` }))
      await writeFile(join(dir, 'some.zip'), makeLooseZip({ entries }))
      const { code, err } = await lpack(dir, ['check', 'some.zip', ...ON_PYTHON])
      assert.is(code, 2)
      assert.match(err, /unpacks to 600000000 bytes\. Lambda takes less than 262144000/)
    }))

  const refused: readonly (readonly [readonly string[], string])[] = [
    [
      ['some.zip'],
      "doesn't say which runtime it is for. Name it, such as --runtime python3.14 or --runtime nodejs24.x",
    ],
    [['gone.zip', '--runtime', 'python3.13'], 'there is no such file'],
    [['some.zip', '--runtime', 'python313'], 'did you mean "python3.13"?'],
    [
      ['some.zip', '--runtime', 'python3.8'],
      'since 2026-09-30 AWS lets no function of that runtime be created or updated',
    ],
    [['some.zip', '--runtime', 'java21'], 'is "java21". Choose one of python3.9'],
    [
      ['some.zip', '--runtime', 'python3.13', '--architecture', 'amd64'],
      '--architecture is x86_64 or arm64, not "amd64"',
    ],
    [['some.zip', '--runtime', 'python3.13', '--handler', 'a b'], 'without spaces'],
    [['hello', '--architecture', 'arm64'], 'for functions the config has them'],
    [['--no-check'], '`lpack check` has no --no-check'],
    [['--list', '--runtime', 'python3.13'], 'checks nothing'],
  ]
  for (const [args, sentence] of refused) {
    it(`refuses "check ${args.join(' ')}"`, () =>
      inTemporaryFolder(async dir => {
        await writeFile(join(dir, 'some.zip'), makeLooseZip({ entries: [APP] }))
        const { code, out, err } = await lpack(dir, ['check', ...args])
        assert.equal([code, out], [2, ''])
        assert.ok(err.includes(sentence), err)
      }))
  }

  it('leaves --runtime to check', async () => {
    const { code, err } = await lpack('/', ['zip', '--runtime', 'python3.13'])
    assert.is(code, 2)
    assert.match(err, '--runtime is an option of `lpack check`')
  })
})

describe('lpack check, runtimes', it => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['python3.13', '2026-11-23', []],
    ['python3.11', '2027-06-29', []],
    ['python3.11', '2027-06-30', ['RUNTIME_DEPRECATED']],
    // AWS may have moved a day that was to come when the table was checked.
    ['python3.11', '2027-12-01', ['RUNTIME_DEPRECATED']],
    ['python3.10', '2026-11-23', ['RUNTIME_DEPRECATED']],
    ['python3.9', '2026-09-29', ['RUNTIME_DEPRECATED']],
    ['python3.9', '2026-11-23', ['RUNTIME_BLOCKED']],
    ['python3.15', '2026-11-23', ['RUNTIME_PREVIEW']],
    ['nodejs18.x', '2026-11-23', ['RUNTIME_BLOCKED']],
    ['nodejs20.x', '2026-06-01', ['RUNTIME_DEPRECATED']],
    ['nodejs20.x', '2026-11-23', ['RUNTIME_BLOCKED']],
    ['nodejs22.x', '2026-11-23', []],
    ['nodejs26.x', '2026-11-23', ['RUNTIME_PREVIEW']],
  ]
  for (const [runtime, today, expected] of cases) {
    it(`finds ${expected.join() || 'nothing'} in ${runtime} on ${today}`, () =>
      inTemporaryFolder(async dir => {
        const entries = [APP, { name: 'index.js', content: 'exports.handler = async () => 1\n' }]
        await writeFile(join(dir, 'some.zip'), makeLooseZip({ entries }))
        const handler = runtime.startsWith('p') ? 'app.handler' : 'index.handler'
        const args = ['check', 'some.zip', '--json', '--runtime', runtime, '--handler', handler]
        const outcome = await lpack(dir, args, { today })
        assert.equal(codesIn(outcome), expected)
        assert.is(outcome.code, expected.includes('RUNTIME_BLOCKED') ? 1 : 0)
      }))
  }
})

describe('lpack check, configuration', it => {
  const configured = (settings: object): Promise<Outcome> =>
    inTemporaryFolder(async dir => {
      const config = { name: 'hello', runtime: 'python3.13', handler: 'app.handler', ...settings }
      await writeTree(dir, { 'lpack.config.json': JSON.stringify(config), 'app.py': HANDLER })
      return lpack(dir, ['check', '--json'])
    })
  const arn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name.repeat(90)}:1`
  const layers = ['a', 'b', 'c', 'd', 'e'].map(name => ({ arn: arn(name), unzippedBytes: 1 }))

  it('finds settings that no one request can hold', async () => {
    const settings = { environment: { VALUE: 'x'.repeat(4080) }, description: 'y'.repeat(256), layers, memorySize: 512 }
    assert.equal(codesIn(await configured(settings)), ['CONFIGURATION_TOO_LARGE'])
  })

  it('finds nothing in settings that one request holds', async () => {
    assert.equal(codesIn(await configured({ environment: { VALUE: 'x'.repeat(4000) }, timeout: 30, layers: [] })), [])
  })

  it('notes code that the console doesn’t show for editing', async () => {
    const zeros = { name: 'zeros.bin', content: Buffer.alloc(52_428_800 - HANDLER.length) }
    assert.equal(codesIn(await checked([APP, zeros])), ['CONSOLE_EDITOR_OFF'])
    const smaller = { ...zeros, content: Buffer.alloc(52_428_799 - HANDLER.length) }
    assert.equal(codesIn(await checked([APP, smaller])), [])
  })
})

describe('check()', it => {
  it('returns what --json prints', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'some.zip')
      await writeFile(path, makeLooseZip({ entries: [APP] }))
      const { out } = await lpack(dir, ['check', 'some.zip', '--json', ...ON_PYTHON])
      const reports = await check({ zips: [path], runtime: 'python3.13', handler: 'app.handler' })
      assert.equal(reports, (JSON.parse(out) as { functions: unknown }).functions)
    }))

  it('throws a UserError with its code', async () => {
    await rejects(() => check({ zips: ['/nowhere/some.zip'], runtime: 'python3.13' }), 'ZIP_MISSING')
  })
})

describe('lpack check --list', it => {
  it('explains every code', async () => {
    const { code, out } = await lpack('/', ['check', '--list', '--json'])
    assert.is(code, 0)
    const { codes } = JSON.parse(out) as { codes: { code: string; severity: string; explanation: string }[] }
    assert.equal(
      codes.map(one => one.code),
      [...FINDING_CODES],
    )
    for (const one of codes) {
      assert.match(one.code, /^[A-Z][A-Z0-9_]+$/)
      assert.ok(['error', 'warning', 'note'].includes(one.severity), one.code)
      assert.ok(one.explanation.length > 40 && one.explanation.endsWith('.'), `${one.code}: ${one.explanation}`)
    }
  })

  it('explains one code within 80 columns', async () => {
    const { out } = await lpack('/', ['check', '--list', 'handler_malformed'])
    assert.is(
      out,
      `HANDLER_MALFORMED  error
    Lambda can't read the handler: Runtime.MalformedHandlerName. Write it as
    module.function, such as app.handler.
`,
    )
    const { out: all } = await lpack('/', ['check', '--list'])
    assert.equal(
      all.split('\n').filter(line => line.length > 80),
      [],
    )
  })

  it('offers the code that was meant', async () => {
    const { code, err } = await lpack('/', ['check', '--list', 'HANDLER_MALFORMD'])
    assert.is(code, 2)
    assert.match(err, 'did you mean "HANDLER_MALFORMED"?')
  })
})

/** A distribution as pip installs it, as entries of a zip. */
function installed(name: string, requires: readonly string[]): readonly LooseEntry[] {
  const module = name.replaceAll('-', '_')
  const { filename } = makeWheel({ name, version: '1.0', requires })
  const folder = `${module}-1.0.dist-info`
  const metadata = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    'Version: 1.0',
    ...requires.map(one => `Requires-Dist: ${one}`),
  ]
  const files = {
    [`${module}/__init__.py`]: '',
    [`${folder}/METADATA`]: `${metadata.join('\n')}\n`,
    [`${folder}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${filename.split('-').slice(2).join('-').replace('.whl', '')}\n`,
  }
  const record = [...Object.keys(files), `${folder}/RECORD`].map(path => `${path},,\n`).join('')
  return Object.entries({ ...files, [`${folder}/RECORD`]: record }).map(([path, content]) => ({ name: path, content }))
}
