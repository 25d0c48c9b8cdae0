import type { KindName } from '../cache/kinds.ts'
import { cacheLimit } from '../cache/trim.ts'
import { type CacheUsage, clearCache, readUsage } from '../cache/usage.ts'
import { amountColumn, paragraph } from '../report/lines.ts'
import { tableLines } from '../report/table.ts'
import { size } from '../report/words.ts'
import type { System } from '../system/system.ts'
import type { Invocation } from './arguments.ts'
import type { Console } from './main.ts'

/** `lpack cache` and `lpack cache clear`. Returns the exit code. */
export async function cacheCommand(
  { action, output }: Extract<Invocation, { kind: 'cache' }>,
  console: Console,
  { cacheDir, disk, env }: System,
): Promise<number> {
  // A limit that can't be read doesn't keep anyone from clearing.
  const limitBytes = action === 'show' ? cacheLimit(env) : null
  const usage = action === 'show' ? await readUsage(cacheDir, disk) : await clearCache(cacheDir, disk)
  if (output === 'json') console.out(usageAsJson(usage, limitBytes, console.version))
  if (output === 'text')
    console.out(limitBytes === null ? clearedAsText(usage) : usageAsText(usage, limitBytes, console.width))
  return 0
}

/** What is there, or with no limit what was removed. Sizes are bytes on disk. */
function usageAsJson(usage: CacheUsage, limitBytes: number | null, version: string): string {
  const { dir, files, bytes } = usage
  const kinds = usage.kinds.map(one => ({ kind: one.kind, files: one.files, bytes: one.bytes, limited: one.isTrimmed }))
  const document =
    limitBytes === null
      ? { version, dir, removed: { files, bytes, kinds } }
      : { version, dir, limitBytes, files, bytes, kinds }
  return `${JSON.stringify(document, null, 2)}\n`
}

const LABELS: Readonly<Record<KindName, string>> = {
  streams: 'compressed files',
  index: 'hashes of files',
  artifacts: 'what artifacts are made of',
  findings: 'what checks found',
  reports: 'what reports tell',
  images: 'what images are made of',
  layers: 'layers of images',
  wheels: 'wheels',
  built: 'wheels built here',
}

function usageAsText(usage: CacheUsage, limitBytes: number, width: number): string {
  const rows = [
    ...usage.kinds.map(({ kind, files, bytes }) => ({ label: LABELS[kind], files, bytes })),
    { label: 'in all', files: usage.files, bytes: usage.bytes },
  ]
  const columns = [
    {
      ...amountColumn(
        '',
        rows.map(({ label }) => label),
        0,
      ),
      align: 'left' as const,
      cut: 'end' as const,
    },
    amountColumn(
      'files',
      rows.map(({ files }) => files.toLocaleString('en-US')),
      0,
    ),
    amountColumn(
      'on disk',
      rows.map(({ bytes }) => size(bytes)),
      0,
    ),
  ]
  const limited = usage.kinds.filter(({ isTrimmed }) => isTrimmed).reduce((sum, { bytes }) => sum + bytes, 0)
  const most = limitBytes % GB === 0 ? `${limitBytes / GB} GB` : size(limitBytes)
  const rule = `${size(limited)} without wheels. Over ${most} (LPACK_CACHE_SIZE) what was used least recently goes.`
  const lines = [usage.dir, ...tableLines(columns, { indent: 2, width }), '', ...paragraph(rule, { width })]
  return `${lines.join('\n')}\n`
}

const GB = 1_073_741_824

function clearedAsText({ dir, files, bytes }: CacheUsage): string {
  if (files === 0) return `${dir}: nothing to remove.\n`
  return `${dir}: removed ${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}, ${size(bytes)}.\n`
}
