import type { MeasuredFile, PackageSize } from '../../../model.ts'
import { count, size } from '../../words.ts'
import type { Mode } from './data.ts'
import { type Child, h } from './dom.ts'
import { bytesOf, OWN_CODE, type TreeNode, titleOf } from './tree.ts'

/** What is told of a place in the artifact: a word, and what it is. */
type Fact = readonly [string, string]

/** With the bytes to the last one. */
function exactSize(bytes: number): string {
  return bytes < 1024 ? exact(bytes) : `${size(bytes)} · ${exact(bytes)}`
}

export function exact(bytes: number): string {
  return count(bytes, 'byte')
}

/** A size for people, that carries its bytes for whoever wants them. */
export function sizeElement(bytes: number): HTMLElement {
  return h('data', { value: bytes, title: exact(bytes) }, size(bytes))
}

/** With a digit behind the point, for what is compared side by side. */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return '<0.1 %'
  return `${value.toFixed(value === 0 || value >= 99.95 ? 0 : 1)} %`
}

/** A share with its bar, for a table. */
export function shareElement(share: number): HTMLElement {
  const filling = h('span', {})
  filling.style.width = `${Math.min(100, share * 100)}%`
  return h(
    'span',
    { class: 'share' },
    percent(share),
    h('span', { class: 'share-bar', 'aria-hidden': 'true' }, filling),
  )
}

export function factsOf(node: TreeNode, root: TreeNode, mode: Mode): Fact[] {
  const share = bytesOf(root, mode) === 0 ? 0 : bytesOf(node, mode) / bytesOf(root, mode)
  const ofAll: Fact[] = node === root ? [] : [['Share', `${percent(share)} of the artifact, ${mode}`]]
  return [
    ['Zipped', exactSize(node.zippedBytes)],
    ['Unzipped', exactSize(node.bytes)],
    ...ofAll,
    ...(node.files > 1 ? ([['Files', count(node.files, 'file')]] as const) : []),
    ...ownFacts(node),
  ]
}

function ownFacts(node: TreeNode): readonly Fact[] {
  const { kind, owner, file } = node
  if (owner === null) return []
  if (kind === 'package') return owner.id === OWN_CODE ? [] : packageFacts(owner)
  const whose: Fact = ['Package', titleOf(owner)]
  if (kind === 'share') return [whose, ['What', `its part of the bundle ${node.path}`]]
  return file === null ? [whose] : [whose, ...fileFacts(file, node)]
}

function packageFacts({ requiredBy, licence }: PackageSize): readonly Fact[] {
  const by = requiredBy.map(name => (name === '(direct)' ? 'the function itself' : name)).join(', ')
  return [
    ['Required by', by === '' ? 'not known' : by],
    ['Licence', licence ?? 'not told'],
  ]
}

function fileFacts(file: MeasuredFile, node: TreeNode): readonly Fact[] {
  const isBundle = file.bytes !== node.bytes || file.zippedBytes !== node.zippedBytes
  return [
    ...(isBundle
      ? ([['Whole file', `${exactSize(file.zippedBytes)} zipped, ${exactSize(file.bytes)} unzipped`]] as const)
      : []),
    ['Why it is here', file.reason],
    ['CRC-32', file.crc32],
    ...(file.mode === null ? [] : ([['Mode', file.mode]] as const)),
  ]
}

/** What a place is called where there is room for all of it. */
export function fullNameOf(node: TreeNode): string {
  return node.kind === 'file' || node.kind === 'folder' ? node.path : node.label
}

export function factList(facts: readonly Fact[]): HTMLElement {
  const rows = facts.map(([word, what]): Child => h('div', {}, h('dt', {}, word), h('dd', {}, what)))
  return h('dl', { class: 'facts' }, ...rows)
}
