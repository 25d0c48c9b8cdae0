import { basename, dirname, join, relative, sep } from 'node:path'
import { toArchivePath } from '../../../formats/archive-path.ts'
import type { ArchivePath, NodePlan } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'

/** Where a bundle is built: real paths, so that the bytes don't tell how the checkout was reached. */
export interface Place {
  /** The function's folder. Relative paths of esbuild's options start from it. */
  readonly root: string
  readonly entry: string
  readonly format: 'esm' | 'cjs'
  /** The bundle in the artifact. */
  readonly path: ArchivePath
  /** Where the bundle would be on disk; it is never written there. */
  readonly outfile: string
}

export async function findPlace({ config, entry }: NodePlan, disk: Disk): Promise<Place> {
  const isCommonJs = config.bundle.kind === 'bundle' && config.bundle.options['format'] === 'cjs'
  const path = toArchivePath(`${entry.module}.${isCommonJs ? 'cjs' : 'mjs'}`)
  const root = await disk.realPath(config.root)
  return {
    root,
    // Not followed to its end: esbuild does that, and tells a missing file in its own words.
    entry: join(await realFolder(dirname(entry.file), disk), basename(entry.file)),
    format: isCommonJs ? 'cjs' : 'esm',
    path,
    outfile: join(root, ...path.split('/')),
  }
}

async function realFolder(dir: string, disk: Disk): Promise<string> {
  return (await disk.stat(dir)) === null ? dir : disk.realPath(dir)
}

/** A path as esbuild writes it: relative to the root, `/`-separated. */
export function shownPath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/')
}
