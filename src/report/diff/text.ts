import { visible } from '../../formats/text-width.ts'
import type { FileChange, ReportDiff } from '../diff.ts'
import { painter, paragraph, shown, type TextStyle } from '../lines.ts'
import { type Column, tableLines } from '../table.ts'
import { size } from '../words.ts'
import { wrap } from '../wrap.ts'
import {
  diffVerdict,
  fileCounts,
  fileWord,
  hashSentence,
  packageWord,
  signed,
  versionWords,
  zippedDifference,
} from './words.ts'

/** So many rows are listed; --verbose lists them all. */
const MOST_ROWS = 15

/** What has changed, for people: the verdict first. Ends in a line break. */
export function diffAsText(diff: ReportDiff, style: TextStyle): string {
  const paint = painter(style)
  const { old, now, identical } = diff
  const title = `${visible(diff.name)}${old === null ? '' : `  compared with ${visible(shown(old.path, style))}`}`
  const grown = old !== null && now.bytes > old.bytes
  const lines = [
    ...wrap(title, style.width).map(line => paint('bold', line)),
    ...paragraph(diffVerdict(diff), style).map(line => paint(grown ? 'yellow' : 'green', line)),
    ...(identical || old === null ? [] : paragraph(hashSentence(diff), style)),
    ...(identical || old === null
      ? []
      : [...sizeLines(diff, style), ...packageLines(diff, style), ...fileLines(diff, style)]),
  ]
  return `${lines.join('\n')}\n`
}

function sizeLines({ old, now }: ReportDiff, style: TextStyle): string[] {
  if (old === null) return []
  const rows = [
    ['zipped', old.bytes, now.bytes],
    ['unzipped', old.unzippedBytes, now.unzippedBytes],
  ] as const
  const columns = [
    column(
      '',
      rows.map(([label]) => label),
      'left',
    ),
    column(
      'before',
      rows.map(([, before]) => size(before)),
    ),
    column(
      'now',
      rows.map(([, , after]) => size(after)),
    ),
    column(
      'difference',
      rows.map(([, before, after]) => signed(after - before)),
    ),
  ]
  return section(columns, 0, style)
}

function packageLines({ packages }: ReportDiff, style: TextStyle): string[] {
  if (packages.length === 0) return []
  const listed = leading(packages, style)
  const columns = [
    {
      ...column(
        'packages',
        listed.map(({ name }) => visible(name)),
        'left',
      ),
      cut: 'end' as const,
    },
    { ...column('', listed.map(packageWord), 'left'), rank: 1 },
    {
      ...column(
        'version',
        listed.map(one => visible(versionWords(one))),
        'left',
      ),
      cut: 'end' as const,
    },
    column(
      'zipped',
      listed.map(one => signed(one.zippedBytes - one.oldZippedBytes)),
    ),
    {
      ...column(
        'unzipped',
        listed.map(one => signed(one.bytes - one.oldBytes)),
      ),
      rank: 2,
    },
  ]
  return section(columns, packages.length - listed.length, style)
}

function fileLines({ files }: ReportDiff, style: TextStyle): string[] {
  if (files.length === 0) return []
  // Sorted for determinism
  const ordered = [...files].sort(
    (a, b) => Math.abs(zippedDifference(b)) - Math.abs(zippedDifference(a)) || (a.path < b.path ? -1 : 1),
  )
  const listed = leading(ordered, style)
  const columns = [
    { ...column(`files: ${fileCounts(files)}`, listed.map(pathOf), 'left'), cut: 'start' as const },
    { ...column('', listed.map(wordOf), 'left'), rank: 1 },
    column(
      'zipped',
      listed.map(one => signed(zippedDifference(one))),
    ),
  ]
  return section(columns, files.length - listed.length, style)
}

function pathOf({ path, oldPath }: FileChange): string {
  return visible(oldPath === null ? path : `${oldPath} → ${path}`)
}

function wordOf(change: FileChange): string {
  const [before, after] = [change.old?.mode ?? null, change.now?.mode ?? null]
  return change.kind === 'mode' ? `${before} → ${after}` : fileWord(change)
}

function column(heading: string, cells: readonly string[], align: 'left' | 'right' = 'right'): Column {
  return { heading, cells, align, cut: null, rank: 0 }
}

function leading<T>(items: readonly T[], { verbose }: TextStyle): readonly T[] {
  return verbose || items.length <= MOST_ROWS + 1 ? items : items.slice(0, MOST_ROWS)
}

function section(columns: readonly Column[], more: number, style: TextStyle): string[] {
  const [heading = '', ...rows] = tableLines(columns, { indent: 2, width: style.width })
  const rest = more === 0 ? [] : [`  and ${more.toLocaleString('en-US')} more; --verbose lists them`]
  return ['', painter(style)('bold', heading), ...rows, ...rest]
}
