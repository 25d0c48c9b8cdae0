import * as assert from 'uvu/assert'
import { COMMAND_NAMES, readArguments } from '../../src/cli/arguments.ts'
import { isLively } from '../../src/cli/progress.ts'
import { usageOf } from '../../src/cli/usage.ts'
import { describe, rejects } from '../helpers.ts'
import { testSystem } from '../worlds.ts'
import { lpack } from './run.ts'

describe('cli/arguments', it => {
  it('fills every default of zip', () => {
    assert.equal(readArguments(['zip']), {
      kind: 'zip',
      functions: [],
      configFile: null,
      outDir: null,
      output: 'text',
      useCache: true,
      check: true,
      jobs: null,
    })
  })

  it('takes options before and after the functions', () => {
    const args = ['--config', 'a.json', 'zip', 'one', '--out-dir=build', 'two', '--json', '--no-cache', '--no-check']
    const expected = {
      kind: 'zip',
      functions: ['one', 'two'],
      configFile: 'a.json',
      outDir: 'build',
      output: 'json',
      useCache: false,
      check: false,
      jobs: null,
    }
    assert.equal(readArguments(args), expected)
  })

  it('takes several outputs of report at once', () => {
    const args = ['report', 'hello', '--markdown', '--quiet', '--html=a.html', '--sbom', 'b.json', '--diff', 'old.zip']
    assert.equal(readArguments(args), {
      kind: 'report',
      names: ['hello'],
      configFile: null,
      outDir: null,
      output: 'quiet',
      markdown: true,
      html: 'a.html',
      sbom: 'b.json',
      diff: 'old.zip',
      useCache: true,
      check: true,
      target: { runtime: null, architecture: 'x86_64', handler: null, isSaid: false },
    })
  })

  for (const args of [[], ['help'], ['--help'], ['-h']]) {
    it(`shows help for "${args.join(' ')}"`, () => assert.equal(readArguments(args), { kind: 'help', command: null }))
  }

  for (const args of [
    ['zip', '--help'],
    ['help', 'zip'],
    ['-h', 'zip'],
    ['zip', '--json', '--list', '-h'],
  ]) {
    it(`shows the help of zip for "${args.join(' ')}"`, () =>
      assert.equal(readArguments(args), { kind: 'help', command: 'zip' }))
  }

  for (const command of [null, ...COMMAND_NAMES]) {
    it(`has a help of ${command ?? 'all commands'} that fits a screen of 80 by 24, and shows examples`, () => {
      const lines = usageOf(command).split('\n')
      assert.ok(lines.length <= 24, `${lines.length} lines`)
      assert.equal(
        lines.filter(line => line.length > 80),
        [],
      )
      if (command !== null) assert.match(usageOf(command), new RegExp(`Examples?:\n  lpack ${command}`))
    })
  }

  const mistakes: [readonly string[], Parameters<typeof rejects>[1], string][] = [
    [['zpi'], 'COMMAND_UNKNOWN', 'did you mean "zip"?'],
    [['deploy'], 'COMMAND_UNKNOWN', 'no command "deploy"'],
    [['zip', '--outdir', 'x'], 'OPTION_UNKNOWN', 'did you mean "--out-dir"?'],
    [['zip', '-x'], 'OPTION_UNKNOWN', '"-x"'],
    [['zip', '--json', '--quiet'], 'OPTIONS_CONFLICT', '--json and --quiet'],
    [['zip', '--config'], 'OPTION_MISUSED', '--config'],
    [['zip', '--json=yes'], 'OPTION_MISUSED', '--json'],
    [['zip', '--out-dir', ''], 'OPTION_MISUSED', '--out-dir needs a value'],
    [['zip', '--markdown'], 'OPTION_MISUSED', '--markdown is an option of `lpack report`'],
    [['check', '--diff', 'old.zip'], 'OPTION_MISUSED', '--diff is an option of `lpack report`'],
    [['report', '--jobs', '2'], 'OPTION_MISUSED', '--jobs is an option of `lpack zip`'],
    [['report', '--list'], 'OPTION_MISUSED', '--list is an option of `lpack check`'],
    [['report', '--json', '--markdown'], 'OPTIONS_CONFLICT', '--json and --markdown'],
    [['report', '--html', 'a', '--sbom', 'a'], 'OPTION_MISUSED', '--html and --sbom name the same file'],
    [['report', '--html'], 'OPTION_MISUSED', '--html'],
    [['report', '--architecture', 'mips'], 'OPTION_MISUSED', '--architecture is x86_64 or arm64'],
    [['repotr'], 'COMMAND_UNKNOWN', 'did you mean "report"?'],
  ]
  for (const [args, code, sentence] of mistakes) {
    it(`refuses "${args.join(' ')}"`, async () => {
      const error = await rejects(() => readArguments(args), code)
      assert.match(error.message, sentence)
    })
  }
})

describe('cli/main', it => {
  it('prints the version and the help on stdout', async () => {
    assert.equal(await lpack('/', ['--version']), { code: 0, out: '1.2.3\n', err: '' })
    const { code, out, err } = await lpack('/', ['--help'])
    assert.equal([code, err], [0, ''])
    assert.match(out, 'lpack zip [function…]')
  })

  it('tells a mistake on stderr, with exit code 2', async () => {
    const { code, out, err } = await lpack('/', ['zpi'])
    assert.equal([code, out], [2, ''])
    assert.is(err, 'There is no command "zpi"; did you mean "zip"? `lpack --help` lists what there is.\n')
  })

  it('keeps the stack of a bug of its own', async () => {
    const disk = { ...testSystem().disk, list: () => Promise.reject(new TypeError('a bug')) }
    const { code, err } = await lpack('/', ['zip'], { disk })
    assert.is(code, 2)
    assert.match(err, /^lpack 1\.2\.3 has a bug; it met this:\nTypeError: a bug\n {4}at /)
  })

  it('tells a fault of the disk without one', async () => {
    const fault = Object.assign(new Error('EIO: i/o error'), { code: 'EIO', path: '/project' })
    const disk = { ...testSystem().disk, list: () => Promise.reject(fault) }
    const { code, err } = await lpack('/', ['zip'], { disk })
    assert.equal([code, err], [2, "/ can't be read: the disk reports a fault (EIO).\n"])
  })
})

describe('cli/progress', it => {
  const cases: [boolean, Record<string, string>, boolean][] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { CI: 'true' }, false],
    [true, { TERM: 'dumb' }, false],
  ]
  for (const [isTTY, env, expected] of cases) {
    it(`is ${expected ? 'lively' : 'still'} ${isTTY ? 'on a terminal' : 'elsewhere'} with ${JSON.stringify(env)}`, () =>
      assert.is(isLively({ isTTY }, env), expected))
  }
})
