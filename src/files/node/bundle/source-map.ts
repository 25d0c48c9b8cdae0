import { basename, dirname, relative } from 'node:path'
import type { Place } from './places.ts'

interface SourceMap {
  readonly sources: readonly string[]
  readonly [key: string]: unknown
}

/**
 * The map with the sources of packages named `node_modules/<package>/…`, from the root: where a package manager put them
 * is no part of the program, and differs between npm, pnpm and Yarn.
 */
export function renameSources(map: Uint8Array, { root, outfile }: Place): Uint8Array {
  const parsed: SourceMap = JSON.parse(Buffer.from(map).toString())
  const toRoot = relative(dirname(outfile), root).replaceAll('\\', '/')
  const prefix = toRoot === '' ? '' : `${toRoot}/`
  const sources = parsed.sources.map(source => {
    const at = source.lastIndexOf('node_modules/')
    return at === -1 ? source : prefix + source.slice(at)
  })
  return Buffer.from(JSON.stringify({ ...parsed, sources }))
}

/** The bundle with the comment that names its map, or holds it. */
export function withMapComment(bundle: Uint8Array, url: string): Uint8Array {
  return Buffer.concat([bundle, Buffer.from(`//# sourceMappingURL=${url}\n`)])
}

export function mapUrl(map: Uint8Array, isInline: boolean, { outfile }: Place): string {
  const inline = () => `data:application/json;base64,${Buffer.from(map).toString('base64')}`
  return isInline ? inline() : encodeURIComponent(`${basename(outfile)}.map`)
}
