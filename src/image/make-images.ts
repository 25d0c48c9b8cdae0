import { UserError } from '../errors.ts'
import { parseImageReference, printImageReference, repositoryName } from '../formats/image-reference.ts'
import type { System } from '../system/system.ts'
import { findEngine } from './engines.ts'
import { makeContexts } from './make-contexts.ts'
import type { ImageMeans, ImageRequest, ImageTools, MadeImage, Recipe, WantedImage } from './types.ts'

/**
 * What a request for these functions needs. Throws UserError ENGINE_MISSING, ENGINE_NOT_READY, PUSH_REFERENCE_UNUSABLE, PUSH_NAME_NEEDED:
 * that it can't be had is better known before the work than after it.
 */
export async function meansOf(
  { build, push }: Pick<ImageRequest, 'build' | 'push'>,
  names: readonly string[],
  system: System,
): Promise<ImageMeans> {
  return {
    targets: push === null ? null : targetsOf(push, names),
    engine: build === null ? null : await findEngine(build.engine, system),
  }
}

/**
 * The images of all recipes, in their order: as Dockerfiles with their contexts, built where there is an engine for it, or without one as
 * layouts and in a registry. Throws UserErrors; contexts and layouts are then as they were.
 */
export async function makeImages<W extends WantedImage>(
  wanted: readonly W[],
  request: ImageRequest,
  means: ImageMeans,
  tools: ImageTools,
): Promise<(W & MadeImage)[]> {
  if (!request.oci && request.push === null) return makeContexts(wanted, request, means, tools)
  for (const { recipe } of wanted) refuseCommands(recipe)
  // Loaded on demand: registries are half of this room.
  const { makeLayouts } = await import('./make-layouts.ts')
  return makeLayouts(wanted, request, means, tools)
}

function refuseCommands({ config, installs }: Recipe): void {
  const { name, image } = config
  const reasons = [
    ...(image.packages.length === 0 ? [] : [`\`image.packages\` names ${image.packages.join(', ')}`]),
    ...(installs.length === 0 ? [] : [`pip is to install ${installs.map(one => one.name).join(', ')}`]),
  ]
  if (reasons.length > 0) throw new UserError('IMAGE_NEEDS_COMMANDS', name, reasons)
}

function targetsOf(push: string, names: readonly string[]): string[] {
  const targets = names.map(name => {
    const reference = parseImageReference(push.replaceAll('{name}', repositoryName(name)))
    if (reference === null || reference.digest !== null) throw new UserError('PUSH_REFERENCE_UNUSABLE', push)
    return printImageReference({ ...reference, tag: reference.tag ?? 'latest' })
  })
  if (new Set(targets).size < targets.length) throw new UserError('PUSH_NAME_NEEDED', push, targets.length)
  return targets
}
