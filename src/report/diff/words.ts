import type { FileChange, HashReason, PackageChange, ReportDiff } from '../diff.ts'
import { count, size } from '../words.ts'

// The words that all forms of a comparison share. The page's script has them, too, so nothing of Node.js is here.

/** The one thing to know of a comparison, in a sentence. */
export function diffVerdict({ old, now, identical }: ReportDiff): string {
  if (old === null) return 'New: there is nothing to compare with.'
  if (identical) return 'Identical.'
  const zipped = signed(now.bytes - old.bytes)
  const unzipped = signed(now.unzippedBytes - old.unzippedBytes)
  return `${zipped} zipped, ${unzipped} unzipped.`
}

/** Why the hash changed, in a sentence; empty if it did not. */
export function hashSentence({ reasons }: ReportDiff): string {
  if (reasons.length === 0) return ''
  const [only] = reasons
  const isAlone = reasons.length === 1 && only !== undefined && !OF_CONTENTS.includes(only.kind)
  return `Why the hash changed: ${isAlone ? 'only ' : ''}${reasons.map(reasonWords).join(', ')}${isMadeOtherwise(reasons) ? ' (the same files, zipped by another tool or in another way)' : ''}.`
}

const OF_CONTENTS: readonly HashReason['kind'][] = ['content', 'added', 'removed']

const OF_MAKING: readonly HashReason['kind'][] = ['order', 'folders', 'times', 'compression', 'headers', 'packing']

function isMadeOtherwise(reasons: readonly HashReason[]): boolean {
  return reasons.every(({ kind }) => OF_MAKING.includes(kind))
}

function reasonWords({ kind, count: number }: HashReason): string {
  const files = count(number ?? 0, 'file')
  switch (kind) {
    case 'content':
      return `the content of ${files}`
    case 'added':
      return `${count(number ?? 0, 'new file')}`
    case 'removed':
      return `${files} removed`
    case 'names':
      return `${files} renamed`
    case 'modes':
      return `the permissions of ${files}`
    case 'order':
      return 'the order of the files'
    case 'folders':
      return `${count(number ?? 0, 'entry of a folder', 'entries of folders')}`
    case 'times':
      return `the times of ${files}`
    case 'compression':
      return `the compression of ${files}`
    case 'headers':
      return number === null ? 'headers or comments' : `the headers of ${files}`
    case 'packing':
      return 'how it is zipped'
  }
}

/** A difference of bytes, such as `+1.2 KB`. */
export function signed(bytes: number): string {
  if (bytes === 0) return '±0 B'
  return `${bytes < 0 ? '−' : '+'}${size(Math.abs(bytes))}`
}

const FILE_WORDS: Readonly<Record<FileChange['kind'], string>> = {
  added: 'added',
  removed: 'removed',
  changed: 'changed',
  mode: 'permissions',
  renamed: 'renamed',
}

export function fileWord({ kind }: Pick<FileChange, 'kind'>): string {
  return FILE_WORDS[kind]
}

const PACKAGE_WORDS: Readonly<Record<PackageChange['kind'], string>> = {
  added: 'added',
  removed: 'removed',
  up: 'up',
  down: 'down',
  moved: 'moved',
  changed: 'changed',
}

export function packageWord({ kind }: Pick<PackageChange, 'kind'>): string {
  return PACKAGE_WORDS[kind]
}

/** Such as `2.1.0 → 2.2.0`; of one version that version. `shown` makes of a version what may stand there. */
export function versionWords(
  { oldVersion, version }: PackageChange,
  shown: (text: string) => string = text => text,
): string {
  const isOne = oldVersion === null || version === null || oldVersion === version
  return isOne ? shown(version ?? oldVersion ?? '') : `${shown(oldVersion)} → ${shown(version)}`
}

/** How many files were added, removed and so on; empty if none was. */
export function fileCounts(files: readonly FileChange[]): string {
  const kinds: readonly FileChange['kind'][] = ['changed', 'added', 'removed', 'renamed', 'mode']
  const counts = kinds.map(kind => [kind, files.filter(one => one.kind === kind).length] as const)
  return counts
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => `${number.toLocaleString('en-US')} ${kind === 'mode' ? 'with other permissions' : kind}`)
    .join(', ')
}

/** The difference that a file makes in the zip. */
export function zippedDifference({ old, now }: FileChange): number {
  return (now?.zippedBytes ?? 0) - (old?.zippedBytes ?? 0)
}
