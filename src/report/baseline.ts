import { keep, readKept } from '../cache/kept.ts'
import type { FunctionReport } from '../model.ts'
import type { Disk } from '../system/system.ts'
import { isWithin } from './limits.ts'

/** The zip's bytes of the last run that was within budget; null: there was none, or nobody has kept it. */
export async function recallBaseline(
  artifactPath: string,
  cacheDir: string | null,
  disk: Disk,
): Promise<number | null> {
  const kept = await readKept(placeOf(artifactPath, cacheDir), disk)
  return typeof kept === 'number' ? kept : null
}

/** Lets growth be measured from this artifact on, unless it is over: then what was before it stays the measure. */
export async function rememberBaseline(
  { artifact, limits }: Pick<FunctionReport, 'artifact' | 'limits'>,
  cacheDir: string | null,
  disk: Disk,
): Promise<void> {
  const place = placeOf(artifact.path, cacheDir)
  if (!isWithin(limits) || (await readKept(place, disk)) === artifact.bytes) return
  await keep(place, artifact.bytes, disk)
}

function placeOf(artifactPath: string, dir: string | null) {
  return { dir, kind: 'reports', key: `baseline\0${artifactPath}` }
}
