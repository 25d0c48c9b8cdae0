import * as assert from 'uvu/assert'
import { bytesOf, makeTree, type TreeNode, wayTo } from '../../../src/report/html/page/tree.ts'
import { describe } from '../../helpers.ts'
import { fileOf, largeReport, OWN, reportWith } from './documents.ts'

describe('the tree of an artifact', it => {
  it('has the sizes of the report: those of each package, and of all the artifact', () => {
    const report = largeReport(2000, 40)
    const { root } = makeTree(report)
    assert.is(root.zippedBytes, report.artifact.bytes)
    assert.is(root.bytes, report.artifact.unzippedBytes)
    assert.is(root.files, report.artifact.files)
    for (const one of report.packages) {
      const node = root.children.find(({ kind, path }) => kind === 'package' && path === one.id)
      assert.equal([node?.zippedBytes, node?.bytes, node?.files], [one.zippedBytes, one.bytes, one.files], one.id)
    }
  })

  it('shares a bundle among the packages that are in it', () => {
    const bundle = fileOf('index.mjs', 1000)
    const report = reportWith({
      files: [bundle],
      packages: [OWN, { id: 'zod@4.1.0', name: 'zod', version: '4.1.0', requiredBy: ['(direct)'], licence: 'MIT' }],
      inlined: [{ path: 'index.mjs', package: 'zod@4.1.0', bytes: 900, zippedBytes: 400 }],
    })
    const { root, nodes } = makeTree(report)
    assert.is(root.zippedBytes, report.artifact.bytes)
    const share = nodes.find(({ kind }) => kind === 'share')
    assert.equal([share?.label, share?.zippedBytes, share?.bytes, share?.files], ['in index.mjs', 400, 900, 0])
    const rest = nodes.find(({ kind }) => kind === 'file')
    assert.equal([rest?.zippedBytes, rest?.bytes, rest?.files], [bundle.zippedBytes - 400, 100, 1])
  })

  it('goes through folders that hold a single folder', () => {
    const paths = [
      'node_modules/a/lib/index.js',
      'node_modules/a/lib/deep/er/one.js',
      'node_modules/a/lib/deep/er/two.js',
    ]
    const { root } = makeTree(reportWith({ files: paths.map(path => fileOf(path, 100)) }))
    assert.equal(outline(root), [
      '(function)',
      '> deep/er/',
      '>> one.js',
      '>> two.js',
      '> index.js',
      'zip directory end and gaps',
    ])
  })

  it('keeps names that another tool would not have written', () => {
    const paths = ['/etc/passwd', '../up.py', 'a//b.py', 'folder/', '', 'a', 'a/b', 'C:\\x.py', '__proto__/constructor']
    const { root, nodes } = makeTree(reportWith({ files: paths.map(path => fileOf(path, 100)) }))
    assert.equal(
      nodes
        .filter(({ kind }) => kind === 'file')
        .map(({ path }) => path)
        .sort(),
      [...paths].sort(),
    )
    assert.is(root.files, paths.length)
  })

  it('knows the way from the artifact to a file', () => {
    const { nodes } = makeTree(reportWith({ files: [fileOf('a/one.py', 10), fileOf('b/two.py', 10)] }))
    const file = nodes.find(({ path }) => path === 'b/two.py') as TreeNode
    assert.equal(
      wayTo(file).map(({ label }) => label),
      ['orders', '(function)', 'b/', 'two.py'],
    )
  })

  it('is told zipped or unzipped', () => {
    const { root } = makeTree(reportWith({ files: [fileOf('app.py', 1000)] }))
    assert.equal([bytesOf(root, 'zipped'), bytesOf(root, 'unzipped')], [400 + 76 + 12 + 22, 1000])
  })
})

function outline(node: TreeNode, depth = 0): string[] {
  return node.children.flatMap(child => [
    `${'>'.repeat(depth)}${depth === 0 ? '' : ' '}${child.label}`,
    ...outline(child, depth + 1),
  ])
}
