import * as assert from 'uvu/assert'
import { makeSearch } from '../../../src/report/html/page/search.ts'
import { makeTree } from '../../../src/report/html/page/tree.ts'
import { describe } from '../../helpers.ts'
import { fileOf, OWN, reportWith } from './documents.ts'

const REPORT = reportWith({
  packages: [OWN, { id: 'numpy', name: 'numpy', version: '2.1.0', requiredBy: ['(direct)'], licence: null }],
  files: [
    fileOf('app.py', 100),
    fileOf('Settings/Prod (1).json', 50),
    fileOf('numpy/core/_multi.so', 9000, 'numpy'),
    fileOf('numpy.libs/libopenblas.so', 5000, 'numpy'),
    fileOf('numpy/__init__.py', 300, 'numpy'),
  ],
})

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['app', ['app.py']],
  ['SETTINGS prod', ['Settings/Prod (1).json']],
  ['(1)', ['Settings/Prod (1).json']],
  ['numpy .so', ['numpy/core/_multi.so', 'numpy.libs/libopenblas.so']],
  ['numpy/*.so', ['numpy/core/_multi.so']],
  ['2.1.0 init', ['numpy/__init__.py']],
  ['n*y', ['numpy', 'numpy/core/_multi.so', 'numpy.libs/libopenblas.so', 'numpy/__init__.py']],
  ['[', []],
  ['nothing of that name', []],
]

describe('the search', it => {
  for (const [query, expected] of CASES) {
    it(`finds ${expected.length} for ${JSON.stringify(query)}`, () =>
      assert.equal(
        makeSearch(makeTree(REPORT))(query)?.found.map(({ path }) => path),
        expected,
      ))
  }

  it('is none without a word', () => {
    assert.is(makeSearch(makeTree(REPORT))('  '), null)
  })

  it('counts what it finds below each place, and adds up its bytes', () => {
    const tree = makeTree(REPORT)
    const matches = makeSearch(tree)('.so')
    const numpy = tree.nodes.find(({ kind, path }) => kind === 'package' && path === 'numpy')
    assert.equal([matches?.files, matches?.bytes], [2, 14_000])
    assert.equal([matches?.below[0], matches?.below[numpy?.index ?? 0]], [2, 2])
  })
})
