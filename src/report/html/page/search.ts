import type { Tree, TreeNode } from './tree.ts'

export interface Matches {
  /** Packages, heaviest first, then files, heaviest first. */
  readonly found: readonly TreeNode[]
  /** Of each node by its index: files and shares that match at or below it. */
  readonly below: Uint32Array
  readonly files: number
  /** Parts of bundles. */
  readonly shares: number
  readonly bytes: number
  readonly zippedBytes: number
}

/** A search over a tree. Each word must be in the path or in the package's title; `*` stands for anything. */
export function makeSearch(tree: Tree): (query: string) => Matches | null {
  const leaves = tree.nodes.filter(({ kind }) => kind === 'file' || kind === 'share')
  const texts = leaves.map(node => `${node.path}\n${node.owner === null ? '' : titleText(node.owner)}`.toLowerCase())
  return query => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest)
    if (words.length === 0) return null
    const below = new Uint32Array(tree.nodes.length)
    const found = leaves.filter((_, place) => words.every(matches => matches(texts[place] ?? '')))
    for (const leaf of found) {
      for (let node: TreeNode | null = leaf; node !== null; node = node.parent)
        below[node.index] = (below[node.index] ?? 0) + 1
    }
    const packages = tree.root.children.filter(
      ({ kind, owner }) =>
        kind === 'package' && owner !== null && words.every(matches => matches(titleText(owner).toLowerCase())),
    )
    return { found: [...packages, ...heaviestFirst(found)], below, ...totalOf(found) }
  }
}

function titleText({
  id,
  name,
  version,
}: {
  readonly id: string
  readonly name: string
  readonly version: string
}): string {
  return `${id} ${name} ${version}`
}

function wordTest(word: string): (text: string) => boolean {
  if (!word.includes('*')) return text => text.includes(word)
  // `.` matches no line break, so the path and the title are searched apart.
  const pattern = new RegExp(word.split(/\*+/).map(escaped).join('.*'), 'u')
  return text => pattern.test(text)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

function heaviestFirst(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.toSorted((a, b) => b.zippedBytes - a.zippedBytes || (a.path < b.path ? -1 : 1))
}

function totalOf(nodes: readonly TreeNode[]): Pick<Matches, 'files' | 'shares' | 'bytes' | 'zippedBytes'> {
  const total = { files: 0, shares: 0, bytes: 0, zippedBytes: 0 }
  for (const node of nodes) {
    total.files += node.files
    total.shares += node.kind === 'share' ? 1 : 0
    total.bytes += node.bytes
    total.zippedBytes += node.zippedBytes
  }
  return total
}
