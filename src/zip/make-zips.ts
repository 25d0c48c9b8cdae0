import { basename, join } from 'node:path'
import type { Artifact, FileEntry } from '../model.ts'
import { compressFiles, finishedStream, type Tools } from './compress.ts'
import { publish } from './publish.ts'
import { rememberArtifact, standingArtifact, type WantedZip } from './standing.ts'
import { writeZip } from './write.ts'

/**
 * The zips of all file sets, in place, in their order: those that stand already are left alone, and of the others all or on any failure
 * none are written. Throws UserError FILE_TOO_LARGE, FILE_CHANGED, OUTPUT_UNWRITABLE, and what reading a file's content throws.
 */
export async function makeZips<W extends WantedZip>(
  wanted: readonly W[],
  outDir: string,
  tools: Tools,
): Promise<(W & { readonly artifact: Artifact })[]> {
  const { system } = tools
  const artifacts = new Map<WantedZip, Artifact>()
  for (const one of wanted) {
    const standing = await standingArtifact(one, tools)
    if (standing !== null) artifacts.set(one, standing)
  }
  const missing = wanted.filter(one => !artifacts.has(one))
  if (missing.length > 0) {
    // The folder first: that it can't be written is better known before the work than after it.
    const placed = await publish(outDir, system.disk, draftDir => writeDrafts(missing, draftDir, tools))
    for (const { one, artifact } of placed) {
      artifacts.set(one, artifact)
      await rememberArtifact(one, artifact, tools)
    }
  }
  return wanted.flatMap(one => {
    const artifact = artifacts.get(one)
    return artifact === undefined ? [] : [{ ...one, artifact }]
  })
}

async function writeDrafts(wanted: readonly WantedZip[], draftDir: string, tools: Tools) {
  await compressFiles(
    wanted.map(({ fileSet }) => fileSet),
    tools,
  )
  const written = []
  for (const one of wanted) {
    const { fileSet, path } = one
    const finishedOf = (file: FileEntry) => finishedStream(file, tools)
    const draft = await writeZip(fileSet, join(draftDir, basename(path)), finishedOf, tools.system)
    written.push({ one, draft, path, beside: fileSet.beside })
  }
  // From here on all of them are put into place.
  tools.system.signal.throwIfAborted()
  return written
}
