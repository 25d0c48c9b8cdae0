import type { InlinedShare, MeasuredFile, PackageSize } from '../../../model.ts'
import type { Mode, PublicReport } from './data.ts'

/** `share`: what of a package is in a bundle. `records`: what of the zip is no file's. */
type NodeKind = 'artifact' | 'package' | 'folder' | 'file' | 'share' | 'records'

/** A place in the artifact. Its sizes are those of what is below it. */
export interface TreeNode {
  /** Its place in `Tree.nodes`. */
  readonly index: number
  readonly kind: NodeKind
  readonly label: string
  /** Of a folder with its slash; of a share the bundle's; of a package its id. */
  readonly path: string
  readonly parent: TreeNode | null
  /** Heaviest in the zip first. */
  readonly children: readonly TreeNode[]
  readonly bytes: number
  readonly zippedBytes: number
  readonly files: number
  /** The package that it belongs to, and that one's place among the report's. */
  readonly owner: PackageSize | null
  readonly rank: number
  readonly file: MeasuredFile | null
}

export interface Tree {
  readonly root: TreeNode
  /** Parents before their children. */
  readonly nodes: readonly TreeNode[]
}

/** A node while it is made. */
interface Draft extends Omit<TreeNode, 'parent' | 'children' | 'bytes' | 'zippedBytes' | 'files' | 'label'> {
  label: string
  parent: Draft | null
  children: Draft[]
  bytes: number
  zippedBytes: number
  files: number
}

interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: MeasuredFile[]
}

export const OWN_CODE = '(function)'

export function bytesOf(node: { readonly bytes: number; readonly zippedBytes: number }, mode: Mode): number {
  return mode === 'zipped' ? node.zippedBytes : node.bytes
}

/** A package as people call it. */
export function titleOf({ name, version }: Pick<PackageSize, 'name' | 'version'>): string {
  return version === '' ? name : `${name} ${version}`
}

/** The artifact as its packages, their folders and files. Sizes are the report's: all leaves add up to the artifact's. */
export function makeTree(report: PublicReport): Tree {
  const nodes: Draft[] = []
  const root = add(nodes, { kind: 'artifact', label: report.name, path: '', parent: null, owner: null, rank: -1 })
  const files = grouped(report.files, file => file.package)
  const shares = grouped(report.inlined, share => share.package)
  const taken = grouped(report.inlined, share => share.path)
  for (const [rank, owner] of report.packages.entries()) {
    const top = add(nodes, { kind: 'package', label: titleOf(owner), path: owner.id, parent: root, owner, rank })
    addFolder(nodes, innermost(folderOf(files.get(owner.id) ?? []), ''), top, taken)
    for (const share of shares.get(owner.id) ?? []) addShare(nodes, share, top)
  }
  if (report.otherBytes > 0) {
    const place = { kind: 'records', label: 'zip directory end and gaps', path: '', parent: root } as const
    add(nodes, { ...place, owner: null, rank: -1 }).zippedBytes = report.otherBytes
  }
  addUp(nodes)
  return { root, nodes }
}

export function packageNode(tree: Tree, id: string): TreeNode | null {
  return tree.root.children.find(node => node.kind === 'package' && node.path === id) ?? null
}

/** From the artifact down to the node. */
export function wayTo(node: TreeNode): TreeNode[] {
  return node.parent === null ? [node] : [...wayTo(node.parent), node]
}

function add(
  nodes: Draft[],
  place: Pick<Draft, 'kind' | 'label' | 'path' | 'parent' | 'owner' | 'rank'>,
  file: MeasuredFile | null = null,
): Draft {
  const node: Draft = { ...place, index: nodes.length, children: [], bytes: 0, zippedBytes: 0, files: 0, file }
  nodes.push(node)
  place.parent?.children.push(node)
  return node
}

function folderOf(files: readonly MeasuredFile[]): Folder {
  const root: Folder = { folders: new Map(), files: [] }
  for (const file of files) {
    let folder = root
    // A path of another tool's zip may be anything; whatever it is, its last part is the file's name.
    for (const part of file.path.split('/').slice(0, -1)) {
      const next = folder.folders.get(part) ?? { folders: new Map(), files: [] }
      folder.folders.set(part, next)
      folder = next
    }
    folder.files.push(file)
  }
  return root
}

/** Goes down while there is nothing but one folder: nobody wants to open `node_modules` to see a package's only folder. */
function innermost(folder: Folder, path: string): { readonly folder: Folder; readonly path: string } {
  const [only] = folder.folders
  if (only === undefined || folder.folders.size > 1 || folder.files.length > 0) return { folder, path }
  return innermost(only[1], `${path}${only[0]}/`)
}

function addFolder(
  nodes: Draft[],
  { folder, path }: { readonly folder: Folder; readonly path: string },
  parent: Draft,
  taken: ReadonlyMap<string, readonly InlinedShare[]>,
): void {
  const { owner, rank } = parent
  for (const [name, inner] of folder.folders) {
    const end = innermost(inner, `${path}${name}/`)
    const label = end.path.slice(path.length)
    addFolder(nodes, end, add(nodes, { kind: 'folder', label, path: end.path, parent, owner, rank }), taken)
  }
  for (const file of folder.files) {
    const label = file.path.slice(path.length)
    const node = add(nodes, { kind: 'file', label, path: file.path, parent, owner, rank }, file)
    const others = taken.get(file.path) ?? []
    node.bytes = file.bytes - sum(others, 'bytes')
    node.zippedBytes = file.zippedBytes - sum(others, 'zippedBytes')
    node.files = 1
  }
}

function addShare(nodes: Draft[], share: InlinedShare, parent: Draft): void {
  const { owner, rank } = parent
  const node = add(nodes, { kind: 'share', label: `in ${share.path}`, path: share.path, parent, owner, rank })
  node.bytes = share.bytes
  node.zippedBytes = share.zippedBytes
}

function addUp(nodes: readonly Draft[]): void {
  for (const node of nodes.toReversed()) {
    node.children.sort((a, b) => b.zippedBytes - a.zippedBytes || (a.label < b.label ? -1 : 1))
    if (node.parent === null) continue
    node.parent.bytes += node.bytes
    node.parent.zippedBytes += node.zippedBytes
    node.parent.files += node.files
  }
}

function sum(shares: readonly InlinedShare[], key: 'bytes' | 'zippedBytes'): number {
  return shares.reduce((total, share) => total + share[key], 0)
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}
