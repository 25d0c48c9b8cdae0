import { UserError } from '../errors.ts'
import { parseImageReference, printImageReference } from '../formats/image-reference.ts'
import { digestOf } from './base-documents.ts'
import { DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './media-types.ts'
import type { BaseImage, ComposedImage, ComposedManifest, ImageLayer, Recipe } from './types.ts'

/** What Docker's storage drivers, and with them registries and Lambda, take. https://github.com/moby/moby/blob/master/layer/layer_store.go (maxLayerDepth is 125 there, without the container's own two) */
const MOST_LAYERS = 127

/** The task root, as a file of the image. */
const WORKING_FOLDER = '/var/task'

/** Of a config that Docker's daemon wrote: about the container that it was made in. */
const DAEMON_KEYS = ['container', 'container_config', 'docker_version', 'id', 'parent']

type Fields = Readonly<Record<string, unknown>>
type Pairs = readonly (readonly [string, string])[]

/** Decides an image's last bytes: its config and manifest. `created` as `createdAt` tells it. Throws UserError TOO_MANY_LAYERS. */
export function compose(
  recipe: Recipe,
  base: BaseImage,
  { layers, created }: { readonly layers: readonly ImageLayer[]; readonly created: string },
): ComposedImage {
  const all = [...base.layers, ...layers]
  if (all.length > MOST_LAYERS) throw new UserError('TOO_MANY_LAYERS', base.reference, all.length, MOST_LAYERS)
  const config = bytesOf(configOf(recipe, base, { layers: all, created }))
  const oci = ociManifest(base, all, config)
  return { recipe, base, layers: all, config, oci, asBase: base.isOci ? oci : dockerManifest(all, config) }
}

/** When an image says that it was made: in 1970, or as SOURCE_DATE_EPOCH tells. Throws UserError EPOCH_UNREADABLE. https://reproducible-builds.org/specs/source-date-epoch/ */
export function createdAt(env: Readonly<Record<string, string | undefined>>): string {
  const text = env['SOURCE_DATE_EPOCH'] ?? ''
  const time = new Date(text === '' ? 0 : Number(text) * 1000)
  if (!/^\d{0,12}$/.test(text) || time.getUTCFullYear() > 9999) throw new UserError('EPOCH_UNREADABLE', text)
  return time.toISOString().replace('.000Z', 'Z')
}

interface Parts {
  /** The base's, too. */
  readonly layers: readonly ImageLayer[]
  readonly created: string
}

/** The base's config as Docker would go on with it; its keys keep their order. */
function configOf(recipe: Recipe, base: BaseImage, { layers, created }: Parts): Fields {
  const kept = Object.entries(base.config).filter(([key]) => !DAEMON_KEYS.includes(key))
  const added = layers.slice(base.layers.length)
  return {
    ...Object.fromEntries(kept),
    created,
    config: settingsOf(recipe, fieldsOf(base.config['config'])),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: [...historyOf(base, created), ...ownHistory(recipe, added, created)],
  }
}

function settingsOf({ config, environment, labels }: Recipe, settings: Fields): Fields {
  const { Image: _, ...kept } = settings
  const merged = {
    ...kept,
    Env: withVariables(Array.isArray(settings['Env']) ? settings['Env'].map(String) : [], environment),
    Cmd: [config.handler],
    WorkingDir: WORKING_FOLDER,
  }
  if (labels.length === 0) return merged
  return { ...merged, Labels: { ...fieldsOf(settings['Labels']), ...Object.fromEntries(labels) } }
}

/** A variable that is there already keeps its place. */
function withVariables(before: readonly string[], environment: Pairs): readonly string[] {
  const nameOf = (line: string) => line.slice(0, line.indexOf('='))
  const lines = new Map(before.map(line => [nameOf(line), line]))
  for (const [name, value] of environment) lines.set(name, `${name}=${value}`)
  return [...lines.values()]
}

/** One entry for each layer, as tools want it; those of a base that has others are made up. https://github.com/bazel-contrib/rules_oci/issues/645 */
function historyOf({ config, layers }: BaseImage, created: string): readonly Fields[] {
  const history = Array.isArray(config['history']) ? config['history'].map(fieldsOf) : []
  const filled = history.filter(entry => entry['empty_layer'] !== true)
  return filled.length === layers.length ? history : layers.map(() => ({ created, created_by: 'base image' }))
}

/** In the order of the Dockerfile that would make the same. */
function ownHistory(recipe: Recipe, layers: readonly ImageLayer[], created: string): readonly Fields[] {
  const { config, environment, labels } = recipe
  const entry = (instruction: string) => ({ created, created_by: instruction, comment: 'lpack' })
  const empty = (instruction: string) => ({ ...entry(instruction), empty_layer: true })
  const named = (instruction: string, pairs: Pairs) =>
    pairs.length === 0 ? [] : [empty(`${instruction} ${pairs.map(([name]) => name).join(' ')}`)]
  return [
    empty(`WORKDIR ${WORKING_FOLDER}`),
    ...layers.map(({ kind }, place) => entry(`COPY ${recipe.layers[place]?.folder ?? kind}/ ./`)),
    ...named('LABEL', labels),
    ...named('ENV', environment),
    empty(`CMD [${JSON.stringify(config.handler)}]`),
  ]
}

function ociManifest(base: BaseImage, layers: readonly ImageLayer[], config: Uint8Array): ComposedManifest {
  const reference = parseImageReference(base.reference)
  const name = reference === null ? base.reference : printImageReference({ ...reference, digest: null })
  return manifestOf(OCI_MANIFEST, {
    config: { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    layers: layers.map(({ digest, size }) => ({ mediaType: OCI_LAYER, digest, size })),
    // https://github.com/opencontainers/image-spec/blob/main/annotations.md
    annotations: { 'org.opencontainers.image.base.digest': base.digest, 'org.opencontainers.image.base.name': name },
  })
}

function dockerManifest(layers: readonly ImageLayer[], config: Uint8Array): ComposedManifest {
  return manifestOf(DOCKER_MANIFEST, {
    config: { mediaType: DOCKER_CONFIG, size: config.length, digest: digestOf(config) },
    layers: layers.map(({ digest, size }) => ({ mediaType: DOCKER_LAYER, size, digest })),
  })
}

function manifestOf(mediaType: string, fields: Fields): ComposedManifest {
  const bytes = bytesOf({ schemaVersion: 2, mediaType, ...fields })
  return { mediaType, digest: digestOf(bytes), bytes }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function bytesOf(document: Fields): Uint8Array {
  return Buffer.from(JSON.stringify(document))
}
