import { basename, relative, sep } from 'node:path'
import { packageManagerOf } from '../aws/base-images.ts'
import { UserError } from '../errors.ts'
import { finding } from '../findings.ts'
import { secretVariables } from '../formats/environment-secrets.ts'
import type { FileEntry, FileSet, Finding, FunctionConfig, ImageCopy, Plan } from '../model.ts'
import { WHITEOUT } from './lambda-layers.ts'
import type { Recipe, RecipeLayer } from './types.ts'

/**
 * Decides what the image of a function is made of. What looks like a secret doesn't get into it: whoever pulls an image can read its
 * environment. Throws UserError LAYER_FILE_HIDES.
 */
export function recipeOf(
  plan: Plan,
  { files, installs }: Pick<FileSet, 'files' | 'installs'>,
): { readonly recipe: Recipe; readonly findings: readonly Finding[] } {
  const { config } = plan
  const hiding = files.find(({ path }) => path.split('/').some(part => part.startsWith(WHITEOUT)))
  if (hiding !== undefined) throw new UserError('LAYER_FILE_HIDES', hiding.path)
  const { image, settings } = config
  const secrets = new Map(secretVariables(settings.environment).map(({ name, what }) => [name, what]))
  const recipe: Recipe = {
    config,
    architecture: config.architecture,
    base: image.base,
    packageManager: packageManagerOf(config.runtime),
    environment: sorted(settings.environment).filter(([name]) => !secrets.has(name)),
    labels: sorted(image.labels),
    installs,
    layers: layersOf(files, image.copy),
  }
  const leftOut = [...secrets].map(([name, what]) => finding('IMAGE_SECRET_LEFT_OUT', '', name, what))
  return { recipe, findings: [...leftOut, ...unusedFindings(config, recipe)] }
}

function sorted(values: Readonly<Record<string, string>>): (readonly [string, string])[] {
  // Sorted for determinism
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Bottom first is what changes least. */
function layersOf(files: readonly FileEntry[], copies: readonly ImageCopy[]): RecipeLayer[] {
  const copyOf = (file: FileEntry) => copies.find(copy => isOfCopy(file, copy))
  const folders = foldersOf(copies)
  const layers: RecipeLayer[] = [
    { kind: 'dependencies', folder: 'dependencies', files: files.filter(({ owner }) => owner !== null) },
    ...copies.map((copy, place) => ({
      kind: 'copy' as const,
      folder: folders[place] ?? 'copy',
      files: files.filter(file => copyOf(file) === copy),
    })),
    {
      kind: 'code',
      folder: 'code',
      files: files.filter(file => file.owner === null && copyOf(file) === undefined),
    },
  ]
  return layers.filter(layer => layer.files.length > 0)
}

function isOfCopy({ owner, path, content }: FileEntry, { from, to }: ImageCopy): boolean {
  if (owner !== null || content.kind !== 'disk') return false
  const way = relative(from, content.path).split(sep).join('/')
  return path === (way === '' ? to : `${to}/${way}`)
}

/** A folder of the build context for each, such as `copy-models`. */
function foldersOf(copies: readonly ImageCopy[]): string[] {
  const folders: string[] = []
  for (const { to } of copies) {
    const folder = `copy-${basename(to).replace(/[^A-Za-z0-9._-]+/g, '-')}`
    const taken = (name: string) => folders.some(one => one.toLowerCase() === name.toLowerCase())
    let name = folder
    for (let number = 2; taken(name); number++) name = `${folder}-${number}`
    folders.push(name)
  }
  return folders
}

function unusedFindings({ image, layers }: FunctionConfig, { installs }: Recipe): Finding[] {
  const hasNothingToBuild = image.buildPackages.length > 0 && installs.length === 0
  return [
    ...(hasNothingToBuild ? [finding('IMAGE_BUILD_PACKAGES_UNUSED', '', image.buildPackages)] : []),
    ...(layers.length > 0 ? [finding('IMAGE_LAYERS_UNUSED', '', layers.length)] : []),
  ]
}
