import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { parseImageReference } from '../formats/image-reference.ts'
import type { ImageArtifact } from '../model.ts'
import { exchangeFolders, hasBeside, placeBeside, withDraftFolder } from '../system/output-folder.ts'
import type { Disk } from '../system/system.ts'
import { resolveBase } from './base.ts'
import { fetchBaseLayers } from './base-layers.ts'
import { commandsOf } from './commands.ts'
import { compose, createdAt } from './compose.ts'
import { makeLayer } from './layer.ts'
import { isLayout, isStandingLayout, writeLayout } from './layout.ts'
import { pushImage } from './push.ts'
import type {
  ComposedImage,
  ImageLayer,
  ImageMeans,
  ImageRequest,
  ImageTools,
  MadeImage,
  PushResult,
  WantedImage,
} from './types.ts'

/** Makes images without an engine: layouts, all of them or on a failure none, and then what is to be in a registry, one by one. */
export async function makeLayouts<W extends WantedImage>(
  wanted: readonly W[],
  request: ImageRequest,
  { targets }: Pick<ImageMeans, 'targets'>,
  tools: ImageTools,
): Promise<(W & MadeImage)[]> {
  const images: Composed<W>[] = []
  for (const one of wanted) images.push({ one, image: await composed(one, request, tools) })
  const standing = request.oci ? await place(images, request.outDir, tools.system.disk) : new Set<Composed<W>>()
  const made: (W & MadeImage)[] = []
  for (const [position, image] of images.entries()) {
    const target = targets?.[position] ?? null
    const pushed = target === null ? null : await push(image.image, target, request, tools)
    const dir = request.oci ? folderOf(image, request.outDir) : null
    const artifact = artifactOf(image, { dir, target, pushed, unchanged: standing.has(image) }, tools)
    made.push({ ...image.one, artifact, found: [] })
  }
  return made
}

interface Composed<W extends WantedImage> {
  readonly one: W
  readonly image: ComposedImage
}

async function composed({ recipe }: WantedImage, request: ImageRequest, tools: ImageTools): Promise<ComposedImage> {
  const { system } = tools
  const options = baseOptions(request, tools)
  const found = await resolveBase(recipe.base, recipe.architecture, options, system)
  // A registry mostly has the base's layers already; a layout needs them here.
  const base = request.oci ? await fetchBaseLayers(found, options, system) : found
  const layers: ImageLayer[] = []
  for (const layer of recipe.layers) layers.push(await makeLayer(layer, tools))
  return compose(recipe, base, { layers, created: createdAt(system.env) })
}

function push(image: ComposedImage, target: string, request: ImageRequest, tools: ImageTools): Promise<PushResult> {
  const { system } = tools
  const reference = parseImageReference(target)
  if (reference === null) throw new Error(`${target} was a reference a moment ago`)
  return pushImage(image, reference, system, async layer => {
    const base = { ...image.base, layers: [layer] }
    const [fetched] = (await fetchBaseLayers(base, baseOptions(request, tools), system)).layers
    if (fetched === undefined || fetched.path === null) throw new Error(`${layer.digest} was fetched and is nowhere`)
    return fetched.path
  })
}

function baseOptions({ offline }: ImageRequest, { cache, workDir }: ImageTools) {
  return { offline, cacheDir: cache.dir, workDir }
}

/** Puts the layouts in place, and returns those that stood already. */
async function place<W extends WantedImage>(images: readonly Composed<W>[], outDir: string, disk: Disk) {
  const standing = new Set<Composed<W>>()
  for (const one of images) {
    const dir = folderOf(one, outDir)
    const isOwn = await isLayout(dir, disk)
    if (!isOwn && (await disk.lstat(dir)) !== null) throw new UserError('IMAGE_FOLDER_TAKEN', dir)
    const isSame = isOwn && (await isStandingLayout(one.image, dir, tagOf(one), disk))
    if (isSame && (await hasBeside(one.one.beside, outDir, disk))) standing.add(one)
  }
  const missing = images.filter(one => !standing.has(one))
  if (missing.length === 0) return standing
  await withDraftFolder(outDir, disk, async draftDir => {
    const drafts = missing.map(one => ({ one, draft: folderOf(one, draftDir), path: folderOf(one, outDir) }))
    for (const { one, draft } of drafts) await writeLayout(one.image, draft, tagOf(one), disk)
    await exchangeFolders(drafts, disk)
    for (const { one } of drafts) for (const file of one.one.beside) await placeBeside(file, draftDir, outDir, disk)
  })
  return standing
}

function folderOf({ one }: Composed<WantedImage>, parent: string): string {
  return join(parent, `${one.recipe.config.name}.oci`)
}

function tagOf({ one }: Composed<WantedImage>): string {
  return one.recipe.config.image.tag
}

interface Outcome {
  readonly dir: string | null
  readonly target: string | null
  readonly pushed: PushResult | null
  readonly unchanged: boolean
}

function artifactOf<W extends WantedImage>(
  { one, image }: Composed<W>,
  { dir, target, pushed, unchanged }: Outcome,
  { system }: ImageTools,
): ImageArtifact {
  const own = one.recipe.layers
  const baseLayers = image.layers.length - own.length
  const manifest = pushed === null ? image.oci : image.asBase
  return {
    kind: 'image',
    path: dir,
    reference: pushed?.reference ?? null,
    digest: pushed?.digest ?? manifest.digest,
    base: image.base.reference.includes('@') ? image.base.reference : `${image.base.reference}@${image.base.digest}`,
    bytes: sum(image.layers.map(({ size }) => size)) + image.config.length + manifest.bytes.length,
    unzippedBytes: sum(image.layers.map(({ unzippedBytes }) => unzippedBytes ?? 0)),
    isBaseCounted: image.layers.every(({ unzippedBytes }) => unzippedBytes !== null),
    layers: image.layers.map(({ kind, digest, size, unzippedBytes }, place) => ({
      kind,
      name: own[place - baseLayers]?.folder ?? 'base',
      digest,
      bytes: size,
      unzippedBytes,
      files: own[place - baseLayers]?.files.length ?? null,
    })),
    manifestBytes: manifest.bytes.length,
    settingsBytes: settingsBytes(image.config),
    unchanged,
    uploadedBytes: pushed === null ? null : pushed.uploadedBytes + manifest.bytes.length,
    built: null,
    commands: commandsOf({ recipe: one.recipe, kind: 'image', dir, pushed: target }, null, system.cwd),
  }
}

/** Of what Lambda counts as an image's settings. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function settingsBytes(config: Uint8Array): number {
  const document = JSON.parse(Buffer.from(config).toString()) as { readonly config?: Readonly<Record<string, unknown>> }
  const { Entrypoint = null, Cmd = null, WorkingDir = '', Env = [] } = document.config ?? {}
  return Buffer.byteLength(JSON.stringify({ Entrypoint, Cmd, WorkingDir, Env }))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
