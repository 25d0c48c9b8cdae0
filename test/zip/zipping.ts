import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openCache } from '../../src/cache/open.ts'
import { makeEncoder } from '../../src/deflate/encoder.ts'
import type { FileEntry } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { compressFiles, finishedStream, type Tools } from '../../src/zip/compress.ts'
import { writeZip, type ZipDraft } from '../../src/zip/write.ts'
import { testFileSet, testSystem } from '../worlds.ts'

export interface Zipping {
  /** For what is of this run alone. */
  readonly workDir: string
  /** Default: nothing is kept. */
  readonly cacheDir?: string | null
  readonly system?: System
}

/** Runs an action with an encoder and a cache, as a run of lpack does. */
export async function withTools<T>(zipping: Zipping, action: (tools: Tools) => Promise<T>): Promise<T> {
  const { workDir, cacheDir = null, system = testSystem() } = zipping
  const encoder = makeEncoder(2, system.signal)
  try {
    const cache = await openCache({ dir: cacheDir, workDir, scope: 'test', encoderId: encoder.id }, system)
    const result = await action({ encoder, cache, system })
    await cache.close()
    return result
  } finally {
    await encoder.close()
  }
}

/** Compresses the files and writes them as a zip. */
export function zipTo(path: string, files: readonly FileEntry[], system: System = testSystem()): Promise<ZipDraft> {
  const fileSet = testFileSet(files)
  return withTools({ workDir: dirname(path), system }, async tools => {
    await compressFiles([fileSet], tools)
    return writeZip(fileSet, path, file => finishedStream(file, tools), system)
  })
}

export async function zipped(path: string, files: readonly FileEntry[]): Promise<Buffer> {
  await zipTo(path, files)
  return readFile(path)
}
