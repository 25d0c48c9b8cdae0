import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import type { Finding, ImageArtifact } from '../model.ts'
import { exchangeFolders, hasBeside, placeBeside, withDraftFolder } from '../system/output-folder.ts'
import type { System } from '../system/system.ts'
import { commandsOf } from './commands.ts'
import { createdAt } from './compose.ts'
import { contextFiles, isContext, isStandingContext, writeContext } from './context.ts'
import { unsayable } from './dockerfile.ts'
import { buildImage, type Engine, findPipConf } from './engines.ts'
import type { ImageMeans, ImageRequest, ImageTools, MadeImage, WantedImage } from './types.ts'

/** The Dockerfiles and contexts of all recipes, in place: all of them, or on a failure none. An engine builds them, one by one. */
export async function makeContexts<W extends WantedImage>(
  wanted: readonly W[],
  request: ImageRequest,
  { engine }: Pick<ImageMeans, 'engine'>,
  tools: ImageTools,
): Promise<(W & MadeImage)[]> {
  const { system } = tools
  const pinned: W[] = []
  for (const one of wanted) {
    if (engine?.hasMounts === false && one.recipe.installs.length > 0) {
      throw new UserError('BUILDX_MISSING', one.recipe.config.name)
    }
    pinned.push(await pin(one, request, tools))
  }
  const standing = await place(pinned, request.outDir, tools)
  const made: (W & MadeImage)[] = []
  for (const one of pinned) {
    const dir = folderOf(one, request.outDir)
    const built = engine === null ? null : await build(one, dir, engine, request, system)
    const artifact = { ...artifactOf(one, dir, engine, system), unchanged: standing.has(one), built }
    made.push({ ...one, artifact, found: foundIn(one) })
  }
  return made
}

async function pin<W extends WantedImage>(one: W, { offline }: ImageRequest, tools: ImageTools): Promise<W> {
  const { config, base, architecture } = one.recipe
  if (!config.image.pin) return one
  // Loaded on demand: registries are half of this room.
  const { pinnedBase } = await import('./base.ts')
  const options = { offline, cacheDir: tools.cache.dir, workDir: tools.workDir }
  return { ...one, recipe: { ...one.recipe, base: await pinnedBase(base, architecture, options, tools.system) } }
}

/** Puts the contexts in place, and returns those that stood already. */
async function place<W extends WantedImage>(wanted: readonly W[], outDir: string, tools: ImageTools): Promise<Set<W>> {
  const { disk } = tools.system
  const standing = new Set<W>()
  for (const one of wanted) {
    const dir = folderOf(one, outDir)
    const isOwn = await isContext(dir, disk)
    if (!isOwn && !(await isFree(dir, tools.system))) throw new UserError('IMAGE_FOLDER_TAKEN', dir)
    const isSame = isOwn && (await isStandingContext(one.recipe, dir, tools.cache.contents, tools.system))
    if (isSame && (await hasBeside(one.beside, outDir, disk))) standing.add(one)
  }
  const missing = wanted.filter(one => !standing.has(one))
  if (missing.length === 0) return standing
  await withDraftFolder(outDir, disk, async draftDir => {
    const drafts = missing.map(one => ({ one, draft: folderOf(one, draftDir), path: folderOf(one, outDir) }))
    for (const { one, draft } of drafts) await writeContext(one.recipe, draft, tools.system)
    await exchangeFolders(drafts, disk)
    for (const { beside } of missing) for (const file of beside) await placeBeside(file, draftDir, outDir, disk)
  })
  return standing
}

function folderOf({ recipe }: WantedImage, parent: string): string {
  return join(parent, recipe.config.name)
}

/** True where nothing stands, or an empty folder. */
async function isFree(dir: string, { disk }: System): Promise<boolean> {
  const stat = await disk.lstat(dir)
  return stat === null || (stat.kind === 'directory' && (await disk.list(dir)).length === 0)
}

async function build(
  { recipe }: WantedImage,
  contextDir: string,
  engine: Engine,
  { onOutput }: ImageRequest,
  system: System,
): Promise<ImageArtifact['built']> {
  const { architecture, config, installs } = recipe
  const pipConf = installs.length === 0 ? null : await findPipConf(system)
  system.progress.clear()
  return system.disk.withTemporaryFolder(async dir => {
    const idFile = join(dir, 'image-id')
    const { tag } = config.image
    const epoch = String(Date.parse(createdAt(system.env)) / 1000)
    const wanted = { contextDir, tag, architecture, epoch, pipConf, idFile }
    return { engine: engine.name, imageId: await buildImage(engine, wanted, onOutput, system) }
  })
}

function artifactOf(
  { recipe }: WantedImage,
  dir: string,
  engine: Engine | null,
  { cwd }: System,
): Omit<ImageArtifact, 'unchanged' | 'built'> {
  const bytes = contextFiles(recipe).reduce((sum, file) => sum + file.bytes, 0)
  return {
    kind: 'dockerfile',
    path: dir,
    reference: engine === null ? null : recipe.config.image.tag,
    digest: null,
    base: recipe.base,
    bytes,
    unzippedBytes: bytes,
    isBaseCounted: false,
    layers: recipe.layers.map(({ kind, folder, files }) => ({
      kind,
      name: folder,
      digest: null,
      bytes: null,
      unzippedBytes: files.reduce((sum, file) => sum + file.bytes, 0),
      files: files.length,
    })),
    manifestBytes: null,
    settingsBytes: null,
    uploadedBytes: null,
    commands: commandsOf({ recipe, kind: 'dockerfile', dir, pushed: null }, engine, cwd),
  }
}

function foundIn({ recipe }: WantedImage): readonly Finding[] {
  return unsayable(recipe).map(name => finding('IMAGE_VARIABLE_LEFT_OUT', '', name))
}
