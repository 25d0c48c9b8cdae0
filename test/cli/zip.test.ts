import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { readDirectory } from '../../src/formats/zip-directory.ts'
import { makeEnvironment } from '../environments.ts'
import { copyFixture, describe, findTool, inTemporaryFolder, needing, writeTree } from '../helpers.ts'
import { makeWheel, type WheelRecipe } from '../wheels.ts'
import { testSystem } from '../worlds.ts'
import { lpack } from './run.ts'

const GREETINGS: WheelRecipe = {
  name: 'greetings',
  version: '2.1.0',
  requires: ['polite-words>=1', 'pytest; extra == "test"'],
  files: {
    'greetings/__init__.py': 'from polite_words import WORD\n\n\ndef greet(name):\n    return f"{WORD}, {name}!"\n',
  },
}
const WORDS: WheelRecipe = {
  name: 'polite-words',
  version: '1.4',
  files: { 'polite_words/__init__.py': 'WORD = "Hello"\n' },
}
const PYTEST: WheelRecipe = { name: 'pytest', version: '9.0' }

const HANDLER = 'def lambda_handler(event, context):\n    return event\n'

describe('lpack zip', it => {
  it('notes which of several dependency files it used', () =>
    inTemporaryFolder(async dir => {
      const lock = 'lock-version = "1.0"\ncreated-by = "hand"\npackages = []\n'
      await writeTree(dir, { ...lockedWheel({}), 'pylock.toml': lock })
      const { out } = await lpack(dir, ['zip', '--json'])
      const [report] = JSON.parse(out).functions
      const several = report.findings.find(({ code }: { code: string }) => code === 'DEPENDENCIES_SEVERAL')
      assert.match(several?.message, 'Dependencies come from pylock.toml; not used: requirements.txt.')
    }))

  it('packs an unlocked requirements.txt beside a virtual environment', () =>
    inProject(async dir => {
      const { code, out, err } = await lpack(dir, ['zip'])
      assert.is(code, 0, err)
      assert.match(err, 'inferred: runtime python3.13')
      assert.match(err, 'inferred: handler lambda_function.lambda_handler')
      assert.match(out, /packages +zipped +unzipped\n {2}greetings 2\.1\.0 +\d+ B +\d+ B\n/)
      assert.match(out, 'ENV_FILE_LEFT_OUT')
      assert.match(out, 'Fits.')
      assert.equal(await contentsOf(dir), [
        'greetings-2.1.0.dist-info/METADATA',
        'greetings-2.1.0.dist-info/RECORD',
        'greetings-2.1.0.dist-info/WHEEL',
        'greetings/__init__.py',
        'lambda_function.py',
        'polite_words-1.4.dist-info/METADATA',
        'polite_words-1.4.dist-info/RECORD',
        'polite_words-1.4.dist-info/WHEEL',
        'polite_words/__init__.py',
      ])
    }))

  const python = findTool('python3')
  needing(it, 'python3')('writes a zip that Python starts from', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const program = `import sys; sys.path.insert(0, sys.argv[1]); import lambda_function; print(lambda_function.lambda_handler({"key1": "world"}, None))`
      const output = execFileSync(python ?? '', ['-S', '-I', '-c', program, zipIn(dir)], { encoding: 'utf8' })
      assert.match(output, 'Hello, world!')
    }),
  )

  it('says unchanged in one line the second time, and what it always says', () =>
    inProject(async dir => {
      await lpack(dir, ['zip'])
      const { code, out } = await lpack(dir, ['zip'])
      assert.is(code, 0)
      const lines = out.trimEnd().split('\n')
      assert.match(lines[0] ?? '', /^project {2}unchanged .* lpack\.out\/project\.zip$/)
      assert.match(lines[1] ?? '', /^ {2}note ENV_FILE_LEFT_OUT: /)
      assert.ok(lines.slice(2).every(line => /^ {4}[^ ]/.test(line)))
    }))

  it('prints one JSON document and nothing else with --json', () =>
    inProject(async dir => {
      const { out } = await lpack(dir, ['zip', '--json'])
      const { version, functions } = JSON.parse(out) as {
        version: string
        functions: {
          name: string
          artifact: { path: string; bytes: number }
          packages: { name: string; requiredBy: string[] }[]
        }[]
      }
      assert.is(version, '1.2.3')
      assert.is(functions[0]?.artifact.path, zipIn(dir))
      assert.is(functions[0]?.artifact.bytes, (await readFile(zipIn(dir))).length)
      assert.equal(
        functions[0]?.packages.map(({ name, requiredBy }) => [name, ...requiredBy]),
        [['greetings', '(direct)'], ['polite-words', 'greetings'], ['(function)']],
      )
    }))

  it('prints nothing with --quiet', () =>
    inProject(async dir => {
      assert.equal(await lpack(dir, ['zip', '--quiet']), { code: 0, out: '', err: '' })
    }))

  it('tells with --verbose what was left out', () =>
    inProject(async dir => {
      const { out } = await lpack(dir, ['zip', '--verbose'])
      assert.match(out, /left out +unzipped +entries\n( .*\n)* {2}\.env\* +(\d+ B +)?1\n/)
    }))

  it('packs many functions, and those that are named', () =>
    inTemporaryFolder(async dir => {
      const functions = { one: { root: 'one' }, two: { root: 'two', budget: { zipped: 1 } } }
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ runtime: 'python3.13', handler: 'app.lambda_handler', functions }),
        'one/app.py': HANDLER,
        'two/app.py': HANDLER,
      })
      assert.is((await lpack(dir, ['zip', 'one'])).code, 0)
      assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'one.zip'])
      const { code, out } = await lpack(dir, ['zip'])
      assert.is(code, 1)
      assert.match(out, 'Over your budget')
      assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'one.zip', 'two.zip'])
    }))

  it('writes no artifact of any function if one can’t be packed', () =>
    inTemporaryFolder(async dir => {
      const functions = { one: { root: 'one' }, two: { root: 'two', include: ['gone.py'] } }
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ runtime: 'python3.13', handler: 'app.lambda_handler', functions }),
        'one/app.py': HANDLER,
        'two/app.py': HANDLER,
      })
      const { code, out, err } = await lpack(dir, ['zip'])
      assert.is(code, 2)
      assert.is(out, '')
      assert.match(err, 'gone.py')
      assert.not.ok((await readdir(dir)).includes('lpack.out'))
    }))

  it('writes the artifact and ends with 1 if the handler is missing', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', handler: 'app.handler' }),
        'app.py': HANDLER,
      })
      const { code, out } = await lpack(dir, ['zip'])
      assert.is(code, 1)
      assert.match(out, 'error HANDLER_FUNCTION_MISSING')
      assert.match(out, 'it would not start')
      assert.is((await lpack(dir, ['zip', '--no-check'])).code, 0)
    }))

  it('writes elsewhere with --out-dir, from the current folder', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13' }),
        'lambda_function.py': HANDLER,
      })
      assert.is((await lpack(dir, ['zip', '--out-dir', 'build/zips'])).code, 0)
      assert.equal((await readdir(join(dir, 'build/zips'))).sort(), ['.gitignore', 'f.zip'])
    }))

  it('packs nothing of the output folder of the config when --out-dir names another', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', outDir: 'build' }),
        'lambda_function.py': HANDLER,
        'build/f.zip': 'the previous artifact',
      })
      assert.is((await lpack(dir, ['zip', '--out-dir', 'lpack.out'])).code, 0)
      assert.equal(await contentsOf(dir, 'f'), ['lambda_function.py'])
    }))

  it('does not pack what an earlier run wrote elsewhere', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13' }),
        'lambda_function.py': HANDLER,
      })
      await lpack(dir, ['zip', '--out-dir', 'zips'])
      await lpack(dir, ['zip'])
      assert.equal(await contentsOf(dir, 'f'), ['lambda_function.py'])
    }))

  it('keeps nothing in the cache with --no-cache', () =>
    inTemporaryFolder(async dir => {
      const wheel = makeWheel(WORDS)
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', findLinks: ['wheels'] }),
        'lambda_function.py': HANDLER,
        'requirements.txt': `polite-words==1.4 --hash=sha256:${wheel.sha256}\n`,
        [`wheels/${wheel.filename}`]: wheel.bytes,
      })
      const { code, err } = await lpack(dir, ['zip', '--no-cache'])
      assert.is(code, 0, err)
      assert.not.ok((await readdir(dir)).includes('.cache'))
      assert.ok((await contentsOf(dir, 'f')).includes('polite_words/__init__.py'))
    }))
})

describe('lpack zip, on bad input', it => {
  const config = (changes: object) => JSON.stringify({ name: 'f', runtime: 'python3.13', ...changes })
  /** Situation, files, arguments, what the sentence names. */
  const cases: [string, Readonly<Record<string, string | Uint8Array>>, readonly string[], RegExp][] = [
    ['nothing to infer from', { 'README.md': '' }, [], /lambda_function\.py/],
    ['broken JSON', { 'lpack.config.json': '{"name": }' }, [], /lpack\.config\.json:1:10/],
    ['broken TOML', { 'lpack.config.toml': 'name = [\n' }, [], /lpack\.config\.toml:\d+:\d+/],
    ['broken TypeScript', { 'lpack.config.ts': 'export default {\n  name: ,\n}\n' }, [], /lpack\.config\.ts:2:9/],
    [
      'an unknown key',
      { 'lpack.config.json': config({ handlr: 'a.b' }) },
      [],
      /"handlr".*did you mean "handler"|handlr.*handler/s,
    ],
    [
      'several problems at once',
      { 'lpack.config.json': config({ memorySize: 1, timeout: 901 }) },
      [],
      /memorySize.*timeout/s,
    ],
    [
      'an unknown function',
      { 'lpack.config.json': config({}), 'lambda_function.py': HANDLER },
      ['orders'],
      /no function "orders"\. It has: f\./,
    ],
    [
      'a group that a requirements file cannot have',
      { 'lambda_function.py': HANDLER, 'requirements.txt': '', 'lpack.config.json': config({ groups: ['reports'] }) },
      [],
      /`groups` names "reports", which .*requirements\.txt doesn't have\. It has no groups: remove the name\./,
    ],
    [
      'an extra that a folder of wheels cannot have',
      {
        'lambda_function.py': HANDLER,
        'wheels/a-1.0-py3-none-any.whl': '',
        'lpack.config.json': config({ dependencies: 'wheels', extras: ['s3'] }),
      },
      [],
      /`extras` names "s3", which .*wheels doesn't have\. It has no extras: remove the name\./,
    ],
    ['an unknown option', {}, ['--jsno'], /did you mean "--json"/],
    ['a config that is missing', {}, ['--config', 'gone.json'], /gone\.json/],
    [
      'broken requirements',
      { 'lambda_function.py': HANDLER, 'requirements.txt': 'requests ==\n' },
      [],
      /requirements\.txt/,
    ],
    [
      'an empty lock',
      { 'lambda_function.py': HANDLER, 'uv.lock': '', 'lpack.config.json': config({}) },
      [],
      /uv\.lock/,
    ],
    [
      'a truncated lock',
      {
        'lambda_function.py': HANDLER,
        'poetry.lock': '[[package]]\nname = "a',
        'pyproject.toml': '[project]\nname = "f"\n',
        'lpack.config.json': config({}),
      },
      [],
      /poetry\.lock/,
    ],
    ['a wheel with other bytes', lockedWheel({ sha256: '0'.repeat(64) }), [], /expected sha256 0000/],
    ['a truncated wheel', lockedWheel({ cut: 100 }), [], /polite_words-1\.4-py3-none-any\.whl/],
    ['a wheel that climbs out', lockedWheel({ files: { '../evil.py': '' } }), [], /"?\.\.\/evil\.py"?/],
    ['a wheel with an absolute name', lockedWheel({ files: { '/etc/evil.py': '' } }), [], /\/etc\/evil\.py/],
    [
      'an unresolved requirement without uv',
      { 'lambda_function.py': HANDLER, 'requirements.txt': 'requests>=2\n', 'lpack.config.json': config({}) },
      [],
      /uv/,
    ],
    [
      'an index that is down',
      {
        'lambda_function.py': HANDLER,
        'requirements.txt': '--index-url http://127.0.0.1:9/simple\nrequests==2.32.0\n',
        'lpack.config.json': config({}),
      },
      [],
      /127\.0\.0\.1:9/,
    ],
  ]
  for (const [situation, files, args, sentence] of cases) {
    it(`explains ${situation}, keeps the previous artifact, and leaves nothing behind`, () =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { ...files, 'lpack.out/f.zip': 'the previous artifact', 'lpack.out/.gitignore': '*\n' })
        const { code, out, err } = await lpack(dir, ['zip', ...args])
        assert.is(code, 2, out)
        assert.is(out, '')
        assert.match(err, sentence)
        assert.not.match(err, /has a bug|\n {4}at /)
        assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'f.zip'])
        assert.is(await readFile(join(dir, 'lpack.out/f.zip'), 'utf8'), 'the previous artifact')
      }))
  }

  it('explains an output folder that is a file', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'lpack.config.json': config({}), 'lambda_function.py': HANDLER, 'lpack.out': '' })
      const { code, err } = await lpack(dir, ['zip'])
      assert.is(code, 2)
      assert.match(err, `${join(dir, 'lpack.out')} can't be written`, err)
    }))

  it('ends with 130 on Ctrl-C, 143 on SIGTERM, and leaves nothing behind', () =>
    inProject(async dir => {
      await writeFile(join(dir, 'data.bin'), Buffer.alloc(1 << 20, 'lambda'))
      for (const [reason, expected] of [
        ['SIGINT', 130],
        ['SIGTERM', 143],
      ] as const) {
        const interruption = new AbortController()
        const progress = {
          show: (activity: string, done: number) =>
            activity === 'compressing' && done > 0 && interruption.abort(reason),
          clear: () => undefined,
          warn: () => undefined,
        }
        const { code, out, err } = await lpack(dir, ['zip', '--quiet'], {
          signal: interruption.signal,
          progress: progress as never,
        })
        assert.equal({ code, out, err }, { code: expected, out: '', err: '' })
        assert.not.ok((await readdir(dir)).includes('lpack.out'))
      }
    }))

  it('lets two runs write one output at once', () =>
    inProject(async dir => {
      const outcomes = await Promise.all([lpack(dir, ['zip']), lpack(dir, ['zip'])])
      assert.equal(
        outcomes.map(({ code }) => code),
        [0, 0],
      )
      assert.equal((await readdir(join(dir, 'lpack.out'))).sort(), ['.gitignore', 'project.zip'])
      assert.ok((await contentsOf(dir)).includes('lambda_function.py'))
    }))
})

function lockedWheel(changes: {
  readonly sha256?: string
  readonly cut?: number
  readonly files?: Readonly<Record<string, string>>
}) {
  const wheel = makeWheel({ ...WORDS, files: { ...WORDS.files, ...changes.files } })
  const bytes = wheel.bytes.subarray(0, wheel.bytes.length - (changes.cut ?? 0))
  const hash = changes.sha256 ?? (changes.cut === undefined ? wheel.sha256 : null)
  return {
    'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', findLinks: ['wheels'] }),
    'lambda_function.py': HANDLER,
    'requirements.txt': `--no-index\npolite-words==1.4${hash === null ? '' : ` --hash=sha256:${hash}`}\n`,
    [`wheels/${wheel.filename}`]: bytes,
  }
}

/** The case of someone who made a virtual environment and a requirements.txt, and never locked. */
function inProject(action: (dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async parent => {
    const dir = join(parent, 'project')
    await copyFixture('zip/unlocked-beside-environment', dir)
    await makeEnvironment(join(dir, 'venv'), '3.13', [GREETINGS, WORDS, PYTEST])
    await action(dir)
    await rm(dir, { recursive: true })
  })
}

function zipIn(dir: string, name = 'project'): string {
  return join(dir, 'lpack.out', `${name}.zip`)
}

async function contentsOf(dir: string, name = 'project'): Promise<readonly string[]> {
  return (await readDirectory(zipIn(dir, name), testSystem().disk)).map(member => member.name)
}
