import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { explainNoWheel } from '../index/explain.ts'
import type { LocalWheel, PackageFile, SelectedPackage } from '../types.ts'
import { isNativeSdist } from './native-sdist.ts'
import { type Builder, type BuiltWheel, findBuilder, isPureFor, runBuilder, type Workshop } from './workshop.ts'

/** A source distribution on this disk, verified. */
interface Sdist {
  readonly item: SelectedPackage
  readonly filename: string
  readonly path: string
}

/**
 * A wheel of a pure-Python source distribution, which lies on this disk. Built once for each Python version, then taken from the cache.
 * One with native code is refused, before anything of it runs where its build settings tell: the wheel would be this machine's.
 */
export async function buildSdist(
  item: SelectedPackage,
  files: readonly PackageFile[],
  workshop: Workshop,
): Promise<BuiltWheel> {
  const sdist = await findSdist(item, files, workshop)
  if (await isNativeSdist(sdist.path, sdist.filename, workshop.system.disk)) throw await refusal(sdist, workshop)
  const builder = async () => {
    const found = await findBuilder(workshop)
    if (found === null) throw new UserError('SDIST_NEEDS_UV', wantedOf(sdist), sdist.filename)
    return found
  }
  const wheel =
    workshop.cacheDir === null
      ? await build(sdist, await builder(), join(workshop.workDir, 'wheels', item.name), workshop)
      : await buildOnce(sdist, builder, workshop.cacheDir, workshop)
  return { wheel, isReproducible: false }
}

async function findSdist(item: SelectedPackage, files: readonly PackageFile[], workshop: Workshop): Promise<Sdist> {
  const file = files.find(({ filename }) => !filename.endsWith('.whl'))
  const sdist = { item, filename: file?.filename ?? '', path: file?.location ?? '' }
  if (file === undefined) throw await refusal(sdist, workshop)
  return sdist
}

async function buildOnce(
  sdist: Sdist,
  builder: () => Promise<Builder>,
  cacheDir: string,
  workshop: Workshop,
): Promise<LocalWheel> {
  const { disk } = workshop.system
  const kept = join(cacheDir, 'built', `${await disk.sha256(sdist.path)}-${workshop.target.version}`)
  const cached = await wheelIn(kept, sdist, workshop)
  if (cached !== null) return cached
  const tool = await builder()
  await disk.makeFolder(join(cacheDir, 'built'))
  return disk.withFolderIn(join(cacheDir, 'built'), async temporary => {
    const wheel = await build(sdist, tool, join(temporary, 'wheel'), workshop)
    await disk.remove(join(temporary, 'wheel', '.gitignore'))
    try {
      await disk.rename(join(temporary, 'wheel'), kept)
    } catch (error) {
      // Another run was faster, and its wheel is as good.
      const other = await wheelIn(kept, sdist, workshop)
      if (other === null) throw error
      return other
    }
    return { ...wheel, path: join(kept, wheel.filename) }
  })
}

async function wheelIn(dir: string, { item }: Sdist, { system, target }: Workshop): Promise<LocalWheel | null> {
  if ((await system.disk.stat(dir))?.kind !== 'directory') return null
  const filename = (await system.disk.list(dir))
    .map(({ name }) => name)
    .find(name => name.endsWith('.whl') && isPureFor(name, target))
  return filename === undefined ? null : { name: item.name, path: join(dir, filename), filename }
}

async function build(sdist: Sdist, builder: Builder, outDir: string, workshop: Workshop): Promise<LocalWheel> {
  const result = await runBuilder(builder, sdist.path, outDir, workshop)
  if (result.kind === 'failed')
    throw new UserError('BUILD_FAILED', `${wantedOf(sdist)} (${sdist.filename})`, result.output)
  if (!isPureFor(result.wheel.filename, workshop.target)) throw await refusal(sdist, workshop)
  return result.wheel
}

function refusal({ item }: Sdist, { target, asking, system }: Workshop): Promise<UserError> {
  return explainNoWheel(item, target, asking, system)
}

function wantedOf({ item }: Sdist): string {
  return item.version === null ? item.name : `${item.name} ${item.version}`
}
