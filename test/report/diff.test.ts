import * as assert from 'uvu/assert'
import { type DiffSide, diffAsMarkdown, diffAsText, diffOf, type ReportDiff } from '../../src/report/diff.ts'
import { describe } from '../helpers.ts'
import { file, pack, packing, side } from './sides.ts'

const STYLE = { color: false, verbose: false, cwd: '/', width: 80 }
const B = 'b'.repeat(64)

describe('a comparison', it => {
  it('is of nothing where there is nothing old', () => {
    const diff = diffOf(null, side([file('a.py', 'a')]), 'f')
    assert.equal([diff.old, diff.identical, diff.reasons], [null, false, []])
    assert.is(diffAsText(diff, STYLE), 'f\n  New: there is nothing to compare with.\n')
    assert.is(diffAsMarkdown(diff), '**Changes**: New: there is nothing to compare with.\n')
  })

  it('says identical where the hash is the same', () => {
    const one = side([file('a.py', 'a')])
    const diff = diffOf(one, one, 'f')
    assert.equal([diff.identical, diff.files, diff.packages, diff.reasons], [true, [], [], []])
    assert.is(diffAsText(diff, STYLE), 'f  compared with old.zip\n  Identical.\n')
    assert.is(diffAsMarkdown(diff), '**Changes** compared with `old.zip`: Identical.\n')
  })

  it('tells files that came, went, changed and moved, by path', () => {
    const old = [file('a.py', 'old'), file('gone.py', 'gone'), file('here.py', 'moved'), file('same.py', 'same')]
    const now = [file('a.py', 'new!'), file('new.py', 'fresh'), file('same.py', 'same'), file('there.py', 'moved')]
    const { files, reasons } = compare(side(old), side(now))
    assert.equal(
      files.map(({ kind, path, oldPath }) => [kind, path, oldPath]),
      [
        ['changed', 'a.py', null],
        ['removed', 'gone.py', null],
        ['added', 'new.py', null],
        ['renamed', 'there.py', 'here.py'],
      ],
    )
    assert.equal(reasons, [
      { kind: 'content', count: 1 },
      { kind: 'added', count: 1 },
      { kind: 'removed', count: 1 },
      { kind: 'names', count: 1 },
    ])
  })

  it('takes no file for renamed if several are alike, or if it is empty', () => {
    const old = [file('a', 'same'), file('b', 'same'), file('c', '')]
    const now = [file('d', 'same'), file('e', '')]
    const kinds = compare(side(old), side(now)).files.map(({ kind, path }) => `${kind} ${path}`)
    assert.equal(kinds, ['removed a', 'removed b', 'removed c', 'added d', 'added e'])
  })

  it('sees a content of the same length by its checksum', () => {
    assert.is(compare(side([file('a', 'one.')]), side([file('a', 'two.')])).files[0]?.kind, 'changed')
  })

  const moves: readonly (readonly [old: string, now: string, kind: string])[] = [
    ['1.9.0', '1.10.0', 'up'],
    ['2.0', '2.0rc1', 'down'],
    ['1.0', '1.0.0', 'moved'],
    ['main', '1.0', 'moved'],
  ]
  for (const [old, now, kind] of moves) {
    it(`tells ${kind} from ${old} to ${now} of a distribution`, () => {
      const [before, after] = [pack('numpy', old, 10), pack('numpy', now, 12)]
      assert.equal(
        changes([before], [after]).map(one => [
          one.kind,
          one.oldVersion,
          one.version,
          one.zippedBytes - one.oldZippedBytes,
        ]),
        [[kind, old, now, 2]],
      )
    })
  }

  it('orders versions of Node.js packages as npm does', () => {
    const [before, after] = [pack('a@5.0.0-next.2', '5.0.0-next.2', 1), pack('a@5.0.0-next.10', '5.0.0-next.10', 1)]
    assert.is(changes([before], [after])[0]?.kind, 'up')
  })

  it('pairs several versions of one name: the same ones, then the oldest with the oldest', () => {
    const old = [pack('a@1.0.0', '1.0.0', 1), pack('a@2.0.0', '2.0.0', 1)]
    const now = [pack('a@2.0.0', '2.0.0', 1), pack('a@3.0.0', '3.0.0', 1), pack('a@4.0.0', '4.0.0', 1)]
    assert.equal(
      changes(old, now).map(({ kind, oldVersion, version }) => [kind, oldVersion, version]),
      [
        ['added', null, '4.0.0'],
        ['up', '1.0.0', '3.0.0'],
      ],
    )
  })

  it('tells a package of the same version whose files changed, largest change first', () => {
    const old = side([file('a/x', 'old', { package: 'a' }), file('b/x', 'b', { package: 'b' })], {
      packages: [pack('a', '1', 5), pack('b', '1', 50), pack('c', '1', 5)],
    })
    const now = side([file('a/x', 'new', { package: 'a' }), file('b/y', 'other', { package: 'b' })], {
      packages: [pack('a', '1', 5), pack('b', '1', 40), pack('c', '1', 5)],
    })
    assert.equal(
      compare(old, now).packages.map(({ kind, name, files }) => [kind, name, files]),
      [
        ['changed', 'b', { added: 1, removed: 1, changed: 0 }],
        ['changed', 'a', { added: 0, removed: 0, changed: 1 }],
      ],
    )
  })

  it('gives what only one side knows to be in a bundle to the owner of the bundle', () => {
    const bundle = file('index.mjs', 'bundle')
    const known = side([bundle], {
      packages: [
        { ...pack('(function)', '', 60), bytes: 60 },
        { ...pack('lodash@4.17.21', '4.17.21', 40), bytes: 40 },
      ],
      inlined: [{ path: 'index.mjs', package: 'lodash@4.17.21', bytes: 40, zippedBytes: 40 }],
    })
    const unknown = side([bundle], { packages: [{ ...pack('(function)', '', 100), bytes: 100 }] })
    assert.equal(compare(known, unknown).packages, [])
    assert.equal(compare(unknown, known).packages, [])
    assert.is(compare(known, known).packages.length, 0)
  })
})

describe('why the hash changed', it => {
  const files = [file('a', 'aaaa'), file('b', 'bbbb')]
  const old = side(files, { packing: packing(files) })

  const cases: readonly (readonly [title: string, now: DiffSide, reasons: readonly string[], words: string])[] = [
    [
      'modes',
      side([file('a', 'aaaa', { mode: '755' }), file('b', 'bbbb')], { packing: packing(files) }),
      ['modes 1'],
      'only the permissions of 1 file.',
    ],
    [
      'order',
      side(files, { packing: [...packing(files)].reverse() }),
      ['order'],
      'only the order of the files (the same files, zipped by another tool or in another way).',
    ],
    [
      'times',
      side(files, { packing: packing(files, { time: 0x42 }) }),
      ['times 2'],
      'only the times of 2 files (the same files, zipped by another tool or in another way).',
    ],
    [
      'method',
      side([file('a', 'aaaa'), file('b', 'bbbb')], { packing: packing(files, { method: 0 }) }),
      ['compression 2'],
      'only the compression of 2 files (the same',
    ],
    [
      'extra fields',
      side([file('a', 'aaaa', { zippedBytes: 200 }), file('b', 'bbbb')], { packing: packing(files) }),
      ['headers 1'],
      'only the headers of 1 file (the same',
    ],
    [
      'folders',
      side(files, {
        packing: [...packing(files), { path: 'd/', kind: 'folder', method: 0, time: 0x21, compressedBytes: 0 }],
      }),
      ['folders 1'],
      'only 1 entry of a folder (the same',
    ],
    ['a comment', side(files, { packing: packing(files) }), ['headers'], 'only headers or comments (the same'],
    [
      'names',
      side([file('a', 'aaaa'), file('c', 'bbbb')], { packing: packing([file('a', 'aaaa'), file('c', 'bbbb')]) }),
      ['names 1'],
      'only 1 file renamed.',
    ],
    [
      'content',
      side([file('a', 'abcd'), file('b', 'bbbb')], { packing: packing(files) }),
      ['content 1'],
      'the content of 1 file.',
    ],
    ['what a document tells', side(files), ['packing'], 'only how it is zipped (the same'],
  ]
  for (const [title, now, reasons, words] of cases) {
    it(`is told of ${title}`, () => {
      const diff = compare(old, now)
      assert.equal(
        diff.reasons.map(({ kind, count }) => (count === null ? kind : `${kind} ${count}`)),
        reasons,
      )
      assert.ok(
        diffAsText(diff, { ...STYLE, width: 200 }).includes(`Why the hash changed: ${words}`),
        diffAsText(diff, STYLE),
      )
      assert.ok(diffAsMarkdown(diff).includes(words))
    })
  }
})

describe('a comparison for people', it => {
  const own = (zippedBytes: number) => pack('(function)', '', zippedBytes)
  const old = side(
    [file('app.py', 'old'), file('numpy/core.so', 'x'.repeat(3000), { package: 'numpy' }), file('data|`1`.txt', 'aa')],
    {
      packages: [own(100), pack('numpy', '2.1.0', 3000), pack('six', '1.16.0', 500)],
    },
  )
  const now = side(
    [file('app.py', 'newer'), file('numpy/core.so', 'y'.repeat(5000), { package: 'numpy' }), file('added.py', 'z')],
    {
      packages: [own(200), pack('numpy', '2.2.0', 5000)],
      sha256: B,
      path: '/now.zip',
    },
  )

  it('fits 80 columns', () => {
    assert.is(
      diffAsText(diffOf(old, now, 'hello'), STYLE),
      `hello  compared with old.zip
  +1.9 KB zipped, +2.0 KB unzipped.
  Why the hash changed: the content of 2 files, 1 new file, 1 file removed.

            before     now  difference
  zipped    3.2 KB  5.2 KB     +1.9 KB
  unzipped  2.9 KB  4.9 KB     +2.0 KB

  packages             version         zipped  unzipped
  numpy       up       2.1.0 → 2.2.0  +2.0 KB   +3.9 KB
  six         removed  1.16.0          −500 B   −1000 B
  (function)  changed                  +100 B    +200 B

  files: 2 changed, 1 added, 1 removed            zipped
  numpy/core.so                         changed  +2.0 KB
  data|\`1\`.txt                          removed   −102 B
  added.py                              added      +93 B
  app.py                                changed     +2 B
`,
    )
  })

  it('is Markdown in which nothing of others is obeyed', () => {
    const text = diffAsMarkdown(diffOf(old, now, 'hello'))
    assert.match(text, '**Changes** compared with `old.zip`: +1.9 KB zipped, +2.0 KB unzipped.')
    assert.match(text, '| `numpy` | up | 2.1.0 → 2.2.0 | +2.0 KB | +3.9 KB |')
    assert.match(text, '<details><summary>4 files: 2 changed, 1 added, 1 removed</summary>')
    assert.not.match(text, 'data|')
  })

  it('lists the rest with --verbose', () => {
    const many = Array.from({ length: 30 }, (_, at) => file(`f${at}.py`, `n${at}`))
    const diff = compare(side([]), side(many))
    assert.match(diffAsText(diff, STYLE), 'and 15 more; --verbose lists them')
    assert.is(diffAsText(diff, { ...STYLE, verbose: true }).match(/f\d+\.py/g)?.length, 30)
    assert.is(
      Math.max(
        ...diffAsText(diff, { ...STYLE, width: 40 })
          .split('\n')
          .map(({ length }) => length),
      ) <= 40,
      true,
    )
  })
})

function compare(old: DiffSide, now: DiffSide): ReportDiff {
  return diffOf(old, { ...now, artifact: { ...now.artifact, sha256: B } }, 'f')
}

function changes(old: DiffSide['packages'], now: DiffSide['packages']): ReportDiff['packages'] {
  return compare(side([], { packages: old }), side([], { packages: now })).packages
}
