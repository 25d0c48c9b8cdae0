import * as assert from 'uvu/assert'
import { neighbour } from '../../../src/report/html/page/direction.ts'
import { type Cell, layOut } from '../../../src/report/html/page/layout.ts'
import { makeTree } from '../../../src/report/html/page/tree.ts'
import { describe } from '../../helpers.ts'
import { fileOf, largeReport, OWN, reportWith } from './documents.ts'

const FRAME = { width: 800, height: 560, mode: 'zipped', selected: null } as const

describe('the map', it => {
  it('gives each package its share of the area', () => {
    const report = reportWith({
      files: [fileOf('a.bin', 300_000), fileOf('b.bin', 100_000, 'b')],
      packages: [OWN, { ...OWN, id: 'b', name: 'b' }],
    })
    const [a, b] = outer(layOut(makeTree(report).root, { ...FRAME, mode: 'unzipped' }))
    assert.ok(Math.abs(area(a) / area(b) - 3) < 0.05, `${area(a)} and ${area(b)}`)
  })

  it('draws hundreds of rectangles for 20,000 files, none of which leaves the frame', () => {
    const cells = layOut(makeTree(largeReport(20_000, 150)).root, FRAME)
    assert.ok(cells.length > 150 && cells.length < 1500, `${cells.length} cells`)
    for (const { x, y, width, height } of cells)
      assert.ok(x >= 0 && y >= 0 && x + width <= 800 && y + height <= 560 && width > 0 && height > 0)
  })

  it('draws few rectangles for 20,000 files of one size in one folder, and says how many more there are', () => {
    const files = Array.from({ length: 20_000 }, (_, place) => fileOf(`data/${place}.json`, 100))
    const root = makeTree(reportWith({ files })).root.children[0]
    const cells = root === undefined ? [] : layOut(root, FRAME)
    assert.ok(cells.length < 1500, `${cells.length} cells`)
    assert.is(
      cells.find(({ kind }) => kind === 'more')?.hidden,
      20_000 - cells.filter(({ kind }) => kind === 'leaf').length,
    )
  })

  it('draws what is selected however small it is', () => {
    const files = [
      fileOf('huge.bin', 50_000_000),
      ...Array.from({ length: 200 }, (_, place) => fileOf(`s/${place}.py`, 90 + place)),
    ]
    const { nodes } = makeTree(reportWith({ files }))
    const folder = nodes.find(({ path }) => path === 's/')
    const smallest = nodes.find(({ path }) => path === 's/0.py')
    if (folder === undefined || smallest === undefined) throw new Error('not in the tree')
    const frame = { ...FRAME, width: 60, height: 60 }
    assert.not.ok(layOut(folder, frame).some(({ node }) => node === smallest))
    assert.ok(layOut(folder, { ...frame, selected: smallest }).some(({ node }) => node === smallest))
  })

  it('is empty where nothing has bytes', () => {
    assert.equal(layOut(makeTree(reportWith({ files: [fileOf('empty', 0)] })).root, { ...FRAME, mode: 'unzipped' }), [])
    assert.equal(layOut(makeTree(reportWith({ files: [] })).root, { ...FRAME, mode: 'unzipped' }), [])
  })
})

describe('an arrow key', it => {
  const boxes = [
    { name: 'tall', x: 0, y: 0, width: 100, height: 200 },
    { name: 'upper', x: 102, y: 0, width: 100, height: 98 },
    { name: 'lower', x: 102, y: 100, width: 100, height: 100 },
    { name: 'far', x: 204, y: 100, width: 50, height: 100 },
  ]
  const from = (name: string, key: string): string | undefined => {
    const box = boxes.find(one => one.name === name)
    return box === undefined ? undefined : neighbour(box, boxes, key)?.name
  }
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['tall', 'ArrowRight', 'lower'],
    ['upper', 'ArrowLeft', 'tall'],
    ['upper', 'ArrowDown', 'lower'],
    ['lower', 'ArrowUp', 'upper'],
    ['lower', 'ArrowRight', 'far'],
    ['far', 'ArrowRight', undefined],
    ['tall', 'ArrowUp', undefined],
    ['tall', 'Tab', undefined],
  ]
  for (const [name, key, expected] of cases)
    it(`${key} leads from ${name} to ${expected ?? 'nothing'}`, () => assert.is(from(name, key), expected))
})

function outer(cells: readonly Cell[]): Cell[] {
  return cells.filter(({ depth, kind }) => depth === 1 && kind !== 'more').sort((a, b) => area(b) - area(a))
}

function area(cell: Cell | undefined): number {
  return (cell?.width ?? 0) * (cell?.height ?? 0)
}
