import {
  diffVerdict,
  fileCounts,
  fileWord,
  hashSentence,
  packageWord,
  signed,
  versionWords,
  zippedDifference,
} from '../../diff/words.ts'
import type { ReportDiff } from './data.ts'
import { button, type Child, h, section } from './dom.ts'
import { exact, sizeElement } from './facts.ts'
import { type Column, sortableTable } from './sortable-table.ts'

type FileChange = ReportDiff['files'][number]
type PackageChange = ReportDiff['packages'][number]
type Reveal = (path: string) => (() => void) | null

/** What has changed since an earlier artifact, and why the hash did. */
export function changesOf(diff: ReportDiff, reveal: Reveal): HTMLElement {
  const { old, now, identical } = diff
  if (old === null) {
    return section('changes', 'Changes', h('p', { class: 'empty' }, diffVerdict(diff)))
  }
  const against = h(
    'p',
    { class: 'hint' },
    'Compared with ',
    h('span', { class: 'path' }, old.path),
    ` (${old.sha256.slice(0, 12)}…)`,
  )
  if (identical) {
    const words = h('strong', {}, diffVerdict(diff))
    const sign = h('span', { class: 'sign', 'aria-hidden': 'true' }, '=')
    return section('changes', 'Changes', h('p', { class: 'verdict good' }, sign, words), against)
  }
  return section(
    'changes',
    'Changes',
    against,
    h(
      'div',
      { class: 'figures' },
      difference('Zipped', old.bytes, now.bytes),
      difference('Unzipped', old.unzippedBytes, now.unzippedBytes),
      filesFigure(diff.files),
    ),
    h('p', { class: 'why' }, hashSentence(diff)),
    h('h3', {}, 'Packages'),
    changeTable('Changed packages', packageColumns(), diff.packages),
    h('h3', {}, 'Files'),
    changeTable(
      'Changed files',
      fileColumns(reveal),
      diff.files.toSorted((a, b) => Math.abs(zippedDifference(b)) - Math.abs(zippedDifference(a))),
    ),
  )
}

function changeTable<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  return rows.length === 0 ? h('p', { class: 'empty' }, 'None changed.') : sortableTable(title, columns, rows)
}

function difference(title: string, old: number, now: number): HTMLElement {
  return h(
    'div',
    { class: 'figure' },
    h('p', { class: 'title' }, title),
    h('p', { class: `value ${toneOf(now - old)}` }, signedElement(now - old)),
    h('p', { class: 'below' }, sizeElement(old), ' → ', sizeElement(now)),
  )
}

function filesFigure(files: readonly FileChange[]): HTMLElement {
  return h(
    'div',
    { class: 'figure' },
    h('p', { class: 'title' }, 'Files'),
    h('p', { class: 'value' }, files.length.toLocaleString('en-US')),
    h('p', { class: 'below' }, files.length === 0 ? 'none differ' : fileCounts(files)),
  )
}

function packageColumns(): Column<PackageChange>[] {
  return [
    {
      title: 'Package',
      isNumber: false,
      valueOf: ({ name }) => name,
      cell: ({ name }) => name,
    },
    {
      title: 'Change',
      isNumber: false,
      valueOf: ({ kind }) => kind,
      cell: ({ kind }) => chip(kind, packageWord({ kind })),
    },
    { title: 'Version', isNumber: false, valueOf: ({ version }) => version ?? '', cell: versionWords },
    bytesColumn('Before', one => one.oldZippedBytes),
    bytesColumn('Now', one => one.zippedBytes),
    differenceColumn(one => one.zippedBytes - one.oldZippedBytes),
    {
      title: 'Files',
      isNumber: true,
      valueOf: ({ files }) => files.added + files.removed + files.changed,
      cell: ({ files }) => `+${files.added} −${files.removed} ~${files.changed}`,
    },
  ]
}

function fileColumns(reveal: Reveal): Column<FileChange>[] {
  return [
    { title: 'File', isNumber: false, valueOf: ({ path }) => path, cell: one => pathCell(one, reveal) },
    {
      title: 'Change',
      isNumber: false,
      valueOf: ({ kind }) => kind,
      cell: ({ kind }) => chip(kind, fileWord({ kind })),
    },
    bytesColumn('Before', ({ old }) => old?.zippedBytes ?? 0),
    bytesColumn('Now', ({ now }) => now?.zippedBytes ?? 0),
    differenceColumn(zippedDifference),
  ]
}

function pathCell({ path, oldPath, old, now, kind }: FileChange, reveal: Reveal): Child {
  const show = now === null ? null : reveal(path)
  const name = show === null ? h('span', { class: 'path' }, path) : button({ class: 'link path' }, path, show)
  const note =
    kind === 'renamed' ? ` was ${oldPath ?? ''}` : kind === 'mode' ? ` ${old?.mode ?? ''} → ${now?.mode ?? ''}` : ''
  return h('span', {}, name, note === '' ? null : h('span', { class: 'muted' }, note))
}

function bytesColumn<Row>(title: string, bytesOf: (row: Row) => number): Column<Row> {
  return {
    title,
    isNumber: true,
    valueOf: bytesOf,
    cell: row => (bytesOf(row) === 0 ? '–' : sizeElement(bytesOf(row))),
  }
}

function differenceColumn<Row>(bytesOf: (row: Row) => number): Column<Row> {
  return {
    title: 'Zipped',
    isNumber: true,
    valueOf: bytesOf,
    cell: row => h('span', { class: toneOf(bytesOf(row)) }, signedElement(bytesOf(row))),
  }
}

function signedElement(bytes: number): HTMLElement {
  return h('data', { value: bytes, title: exact(bytes) }, signed(bytes))
}

function toneOf(bytes: number): string {
  return bytes > 0 ? 'grown' : bytes < 0 ? 'shrunk' : 'muted'
}

function chip(kind: string, word: string): HTMLElement {
  return h('span', { class: `chip ${kind}` }, word)
}
