import { readdir } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { readArguments } from '../../src/cli/arguments.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { lpack } from './run.ts'

const HASH = '0123456789abcdef'.repeat(4)
const CACHE = {
  [`.cache/streams/libdeflate-0-1-0-12-0a1b2c3d/01/${HASH}`]: 'x'.repeat(5000),
  [`.cache/wheels/${HASH}/a-1.0-py3-none-any.whl`]: 'x'.repeat(2_000_000),
}

describe('cli/cache', it => {
  for (const [args, expected] of [
    [['cache'], { kind: 'cache', action: 'show', output: 'text' }],
    [['cache', '--json'], { kind: 'cache', action: 'show', output: 'json' }],
    [['cache', 'clear'], { kind: 'cache', action: 'clear', output: 'text' }],
    [['--quiet', 'cache', 'clear'], { kind: 'cache', action: 'clear', output: 'quiet' }],
    [['cache', 'clear', '--help'], { kind: 'help', command: 'cache' }],
  ] as const) {
    it(`understands "${args.join(' ')}"`, () => assert.equal(readArguments(args), expected))
  }

  for (const [args, code, sentence] of [
    [['cache', 'claer'], 'COMMAND_UNKNOWN', 'There is no command "cache claer"; did you mean "cache clear"?'],
    [['cache', 'prune'], 'COMMAND_UNKNOWN', 'There is no command "cache prune". `lpack --help` lists what there is.'],
    [['cache', 'clear', 'wheels'], 'COMMAND_UNKNOWN', 'There is no command "cache clear wheels"'],
    [['cahce'], 'COMMAND_UNKNOWN', 'did you mean "cache"?'],
    [['cache', '--config', 'a.json'], 'OPTION_MISUSED', '`lpack cache` has no --config'],
    [['cache', 'clear', '--verbose'], 'OPTION_MISUSED', '`lpack cache` has no --verbose'],
    [['cache', '--json', '--quiet'], 'OPTIONS_CONFLICT', '--json and --quiet'],
  ] as const) {
    it(`refuses "${args.join(' ')}"`, async () => {
      const error = await rejects(() => readArguments(args), code)
      assert.match(error.message, sentence)
    })
  }

  it('shows what the cache holds', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, CACHE)
      const { code, out, err } = await lpack(dir, ['cache'])
      assert.equal([code, err], [0, ''])
      assert.is(
        out,
        `${dir}/.cache
                              files  on disk
  compressed files                1   8.0 KB
  hashes of files                 0      0 B
  what artifacts are made of      0      0 B
  what checks found               0      0 B
  what reports tell               0      0 B
  what images are made of         0      0 B
  layers of images                0      0 B
  wheels                          1   1.9 MB
  wheels built here               0      0 B
  in all                          2   1.9 MB

  8.0 KB without wheels. Over 2 GB (LPACK_CACHE_SIZE) what was used least
  recently goes.
`,
      )
    }))

  it('shows it as JSON, too', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, CACHE)
      const { code, out, err } = await lpack(dir, ['cache', '--json'], { env: { LPACK_CACHE_SIZE: '10 MB' } })
      assert.equal([code, err], [0, ''])
      const { kinds, ...rest } = JSON.parse(out)
      assert.equal(rest, {
        version: '1.2.3',
        dir: `${dir}/.cache`,
        limitBytes: 10_485_760,
        files: 2,
        bytes: 8192 + 2_002_944,
      })
      assert.equal(kinds[0], { kind: 'streams', files: 1, bytes: 8192, limited: true })
      assert.equal(
        kinds.map(({ kind }: { readonly kind: string }) => kind),
        ['streams', 'index', 'artifacts', 'findings', 'reports', 'images', 'layers', 'wheels', 'built'],
      )
    }))

  it('clears the cache, and says what it held', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, CACHE)
      const first = await lpack(dir, ['cache', 'clear'])
      assert.equal(first, { code: 0, out: `${dir}/.cache: removed 2 files, 1.9 MB.\n`, err: '' })
      assert.equal(await readdir(`${dir}/.cache`), [])
      const second = await lpack(dir, ['cache', 'clear'])
      assert.equal(second, { code: 0, out: `${dir}/.cache: nothing to remove.\n`, err: '' })
    }))

  it('clears it in JSON and in silence', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, CACHE)
      const { out } = await lpack(dir, ['cache', 'clear', '--json'])
      const { removed } = JSON.parse(out)
      assert.equal([removed.files, removed.kinds[0].files], [2, 1])
      assert.equal(await lpack(dir, ['cache', 'clear', '--quiet']), { code: 0, out: '', err: '' })
    }))

  it('tells a limit that it can not read, and clears all the same', () =>
    inTemporaryFolder(async dir => {
      const env = { LPACK_CACHE_SIZE: 'lots' }
      const { code, out, err } = await lpack(dir, ['cache'], { env })
      assert.equal([code, out], [2, ''])
      assert.is(
        err,
        'LPACK_CACHE_SIZE is "lots". Write a size, such as "500 MB" or "2 GB"; --no-cache keeps nothing.\n',
      )
      assert.is((await lpack(dir, ['cache', 'clear'], { env })).code, 0)
    }))
})
