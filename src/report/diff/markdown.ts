import type { FileChange, ReportDiff } from '../diff.ts'
import { code, escaped, folded, table } from '../markdown-text.ts'
import { count, size } from '../words.ts'
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

const MOST_PACKAGES = 30
const MOST_FILES = 50

/** What has changed, for a pull request. Ends in a line break. */
export function diffAsMarkdown(diff: ReportDiff): string {
  const { old, now, identical } = diff
  const against = old === null ? '' : ` compared with ${code(nameOf(old.path))}`
  const head = `**Changes**${against}: ${diffVerdict(diff)}`
  if (old === null || identical) return `${head}\n`
  const sizes = [
    ['zipped', size(old.bytes), size(now.bytes), signed(now.bytes - old.bytes)],
    ['unzipped', size(old.unzippedBytes), size(now.unzippedBytes), signed(now.unzippedBytes - old.unzippedBytes)],
  ]
  const lines = [
    head,
    '',
    hashSentence(diff),
    '',
    ...table(['', 'before', 'now', 'difference'], sizes, [1, 2, 3]),
    '',
    ...packageLines(diff),
    ...fileLines(diff),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** Of a path on a disk the part that means something elsewhere, too. */
function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

function packageLines({ packages }: ReportDiff): string[] {
  if (packages.length === 0) return []
  const rows = packages
    .slice(0, MOST_PACKAGES)
    .map(one => [
      code(one.name),
      packageWord(one),
      versionWords(one, escaped),
      signed(one.zippedBytes - one.oldZippedBytes),
      signed(one.bytes - one.oldBytes),
    ])
  const more = packages.length - rows.length
  return [
    ...table(['package', '', 'version', 'zipped', 'unzipped'], rows, [3, 4]),
    ...(more === 0 ? [] : [`| and ${more.toLocaleString('en-US')} more | | | | |`]),
    '',
  ]
}

function fileLines({ files }: ReportDiff): string[] {
  if (files.length === 0) return []
  // Sorted for determinism
  const ordered = [...files].sort(
    (a, b) => Math.abs(zippedDifference(b)) - Math.abs(zippedDifference(a)) || (a.path < b.path ? -1 : 1),
  )
  const rows = ordered.slice(0, MOST_FILES).map(one => [pathOf(one), wordOf(one), signed(zippedDifference(one))])
  const more = files.length - rows.length
  const title = `${count(files.length, 'file')}: ${fileCounts(files)}${more === 0 ? '' : `, of which the largest ${MOST_FILES}`}`
  return folded(title, table(['file', '', 'zipped'], rows, [2]))
}

function pathOf({ path, oldPath }: FileChange): string {
  return oldPath === null ? code(path) : `${code(oldPath)} → ${code(path)}`
}

function wordOf(change: FileChange): string {
  return change.kind === 'mode' ? `${change.old?.mode ?? '?'} → ${change.now?.mode ?? '?'}` : fileWord(change)
}
