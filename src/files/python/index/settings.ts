import type { NetworkSettings, System } from '../../../system/system.ts'
import { isPyPI } from '../pypi.ts'
import type { NamedIndexes } from '../types.ts'
import { type Index, indexOf, type Layer, NO_LAYER } from './layer.ts'
import { readPipLayer } from './pip-settings.ts'
import { readUvLayers } from './uv-settings.ts'

export interface IndexSettings {
  /** The index that replaces PyPI; null: none does. */
  readonly default: Index | null
  /** Asked before the default one. */
  readonly extras: readonly Index[]
  readonly others: readonly Index[]
  readonly findLinks: readonly string[]
  readonly noIndex: string | null
  readonly network: NetworkSettings
}

/**
 * Where packages come from, as users of pip and uv have set it. The first that names a default index wins: the file with
 * the requirements, uv's variables, pip's variables and files, uv's files. Extra indexes and folders add up in that order.
 */
export async function readIndexSettings(
  named: NamedIndexes,
  projectDir: string,
  system: System,
): Promise<IndexSettings> {
  const pip = await readPipLayer(system)
  const uv = await readUvLayers(projectDir, system)
  const layers = [layerOf(named), uv.variables, pip.layer, ...uv.files]
  const indexUrl = layers.map(layer => layer.indexUrl).find(index => index !== null) ?? null
  return {
    default: indexUrl === null || isPyPI(indexUrl.url) ? null : indexUrl,
    extras: unique(layers.flatMap(layer => layer.extras)).filter(index => index.url !== indexUrl?.url),
    others: layers.flatMap(layer => [...layer.others, ...(layer.indexUrl === null ? [] : [layer.indexUrl])]),
    findLinks: [...new Set(layers.flatMap(layer => layer.findLinks))],
    noIndex: layers.map(layer => layer.noIndex).find(from => from !== null) ?? null,
    network: pip.network,
  }
}

function layerOf(named: NamedIndexes): Layer {
  return {
    ...NO_LAYER,
    indexUrl: named.indexUrl === null ? null : indexOf(named.indexUrl),
    extras: named.extraIndexUrls.map(indexOf),
    findLinks: named.findLinks,
    noIndex: named.noIndex,
  }
}

function unique(indexes: readonly Index[]): readonly Index[] {
  return indexes.filter((index, place) => indexes.findIndex(other => other.url === index.url) === place)
}
