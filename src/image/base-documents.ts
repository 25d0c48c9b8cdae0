import { createHash } from 'node:crypto'
import type { Architecture } from '../model.ts'
import { DOCKER_INDEX, DOCKER_LAYER, DOCKER_MANIFEST, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from './media-types.ts'
import type { Descriptor } from './types.ts'

/** As Go names them, which OCI does. */
export const OCI_ARCHITECTURES = { x86_64: 'amd64', arm64: 'arm64' } as const satisfies Record<Architecture, string>

/** Real ones have some kilobytes. */
const MOST_CONFIG_BYTES = 4 * 1_048_576

export interface Manifest {
  readonly isOci: boolean
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

type Fields = Readonly<Record<string, unknown>>

export function isIndex(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_INDEX
}

/** The architectures that an index has images of for Linux, each with its manifest. Attestations, which stand beside them, have none. */
export function imagesOf(index: string): ReadonlyMap<string, Descriptor> {
  const images = new Map<string, Descriptor>()
  for (const one of listIn(fieldsOf(index), 'manifests')) {
    const platform = (one['platform'] ?? {}) as Fields
    const descriptor = descriptorOf(one)
    const architecture = platform['architecture']
    if (descriptor === null || platform['os'] !== 'linux' || typeof architecture !== 'string') continue
    if (!images.has(architecture)) images.set(architecture, descriptor)
  }
  return images
}

/** Reads a manifest. A string says why no image of Lambda's can be based on it. https://github.com/opencontainers/image-spec/blob/main/manifest.md */
export function readManifest(text: string, mediaType: string): Manifest | string {
  if (mediaType !== OCI_MANIFEST && mediaType !== DOCKER_MANIFEST) return `its manifest is of type ${mediaType}`
  const fields = fieldsOf(text)
  const config = descriptorOf((fields['config'] ?? {}) as Fields)
  const listed = listIn(fields, 'layers')
  const layers = listed.flatMap(one => descriptorOf(one) ?? [])
  if (config === null || layers.length !== listed.length || 'manifests' in fields) return 'its manifest is no manifest'
  if (config.size > MOST_CONFIG_BYTES) return `its config has ${config.size} bytes`
  const other = layers.find(layer => layer.mediaType !== OCI_LAYER && layer.mediaType !== DOCKER_LAYER)
  if (other !== undefined) return `it has a layer of type ${other.mediaType}, and Lambda takes gzipped ones alone`
  return { isOci: mediaType === OCI_MANIFEST, config, layers }
}

export interface Config {
  readonly architecture: string
  readonly diffIds: readonly string[]
  readonly document: Fields
}

/** Reads a config. A string says what is wrong with it. https://github.com/opencontainers/image-spec/blob/main/config.md */
export function readConfig(text: string, manifest: Manifest): Config | string {
  const document = fieldsOf(text)
  const { os, architecture, rootfs } = document
  const diffIds = ((rootfs ?? {}) as Fields)['diff_ids']
  if (os !== 'linux') return `it is for ${typeof os === 'string' ? os : 'no system that it names'}, not for linux`
  if (typeof architecture !== 'string') return 'its config names no architecture'
  if (!Array.isArray(diffIds) || !diffIds.every(id => typeof id === 'string')) return 'its config names no layers'
  if (diffIds.length !== manifest.layers.length) {
    return `its config has ${diffIds.length} layers, and its manifest ${manifest.layers.length}`
  }
  return { architecture, diffIds, document }
}

export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** The fields of a JSON object; none of anything else. */
function fieldsOf(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
  } catch {
    // What it lacks is told where it is missed.
    return {}
  }
}

function listIn(fields: Fields, key: string): readonly Fields[] {
  const list = fields[key]
  return Array.isArray(list) ? list.filter(one => typeof one === 'object' && one !== null) : []
}

function descriptorOf({ mediaType, digest, size }: Fields): Descriptor | null {
  if (typeof mediaType !== 'string' || typeof digest !== 'string' || typeof size !== 'number') return null
  return /^sha256:[0-9a-f]{64}$/.test(digest) && Number.isSafeInteger(size) && size >= 0
    ? { mediaType, digest, size }
    : null
}
