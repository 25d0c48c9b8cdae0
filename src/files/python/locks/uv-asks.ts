// One form for what a manifest declares and what uv.lock recorded of it, so that the two can be compared.
import { dirname } from 'node:path'
import { normaliseVersion } from '../../../formats/pep440.ts'
import { evaluateMarker, type Marker, normaliseName, type Requirement } from '../../../formats/pep508.ts'
import type { MarkerEnvironment } from '../../../model.ts'
import { child, children, isTable, type Node, text, textOrNull, texts, within } from './document.ts'
import { locate, parseMarkerOf } from './selection.ts'

/** A requirement with the source that uv takes it from. */
export interface Ask {
  readonly name: string
  /** Extras, version range and source in one comparable text. */
  readonly wish: string
  readonly marker: Marker | null
  /** The extra of the project that brings it; null: none, or its marker says. */
  readonly extra: string | null
  /** Sources of one requirement exclude each other: the first whose marker holds counts. */
  readonly alternatives: readonly { readonly marker: Marker | null; readonly source: string }[]
}

export interface SourceRules {
  readonly manifest: Node
  /** The workspace root's manifest; its sources hold where the project's own name none. */
  readonly top: Node
  readonly lock: Node
  /** Folders of the lock's local projects by name. */
  readonly localFolders: ReadonlyMap<string, string>
}

/** The first name, in order, that one side asks for and the other doesn't or asks for differently; null if there is none. */
export function firstDifference(
  asked: readonly Ask[],
  locked: readonly Ask[],
  environments: readonly MarkerEnvironment[],
): string | null {
  const byName = (asks: readonly Ask[], name: string) => asks.filter(ask => ask.name === name)
  const extras = [
    ...new Set(
      [...asked, ...locked].flatMap(ask => [...(ask.extra === null ? [] : [ask.extra]), ...extrasIn(ask.marker)]),
    ),
  ]
  // Sorted for determinism
  const names = [...new Set([...asked, ...locked].map(ask => ask.name))].sort()
  const differs = (name: string) =>
    environments.some(environment =>
      [null, ...extras].some(
        extra => wishes(byName(asked, name), environment, extra) !== wishes(byName(locked, name), environment, extra),
      ),
    )
  return names.find(differs) ?? null
}

function wishes(asks: readonly Ask[], environment: MarkerEnvironment, extra: string | null): string {
  const active = extra === null ? [] : [extra]
  const found = asks
    .filter(ask => (ask.extra === null || ask.extra === extra) && evaluateMarker(ask.marker, environment, active))
    .map(
      ask =>
        `${ask.wish} ${ask.alternatives.find(item => evaluateMarker(item.marker, environment, active))?.source ?? ''}`,
    )
  // Sorted for determinism
  return [...new Set(found)].sort().join('\n')
}

function extrasIn(marker: Marker | null): readonly string[] {
  if (marker === null) return []
  if (marker.kind !== 'comparison') return marker.markers.flatMap(extrasIn)
  const [variable, literal] =
    marker.left.kind === 'variable' ? [marker.left, marker.right] : [marker.right, marker.left]
  return variable.kind === 'variable' && variable.name === 'extra' && literal.kind === 'text' ? [literal.text] : []
}

/** What a declared requirement asks for, with tool.uv.sources applied. https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources */
export function askedBy(
  requirement: Requirement,
  rules: SourceRules,
  part: { readonly extra: string | null; readonly group: string | null },
): readonly Ask[] {
  const alternatives =
    requirement.url === null
      ? sourcesFor(requirement.name, rules, part)
      : [{ marker: null, source: urlSource(requirement.url, dirname(rules.manifest.file)) }]
  return [
    {
      name: requirement.name,
      wish: wishOf(requirement.extras, requirement.specifier),
      marker: requirement.marker,
      extra: part.extra,
      alternatives,
    },
  ]
}

function sourcesFor(
  name: string,
  rules: SourceRules,
  part: { readonly extra: string | null; readonly group: string | null },
): Ask['alternatives'] {
  const own = sourceTables(name, rules.manifest)
  const tables = own.length > 0 ? own : sourceTables(name, rules.top)
  const applies = (node: Node, key: 'extra' | 'group') => {
    const limit = textOrNull(node, key)
    return limit === null || normaliseName(limit) === part[key]
  }
  return tables
    .filter(node => applies(node, 'extra') && applies(node, 'group'))
    .map(node => {
      const marker = textOrNull(node, 'marker')
      return {
        marker: marker === null ? null : parseMarkerOf(node, 'marker', marker),
        source: declaredSource(name, node, rules),
      }
    })
}

function sourceTables(name: string, manifest: Node): readonly Node[] {
  const sources = child(child(child(manifest, 'tool'), 'uv'), 'sources')
  const key = Object.keys(sources.table).find(item => normaliseName(item) === name)
  if (key === undefined) return []
  const value = sources.table[key]
  return Array.isArray(value)
    ? children(sources, key)
    : isTable(value)
      ? [within(sources, `the source of "${key}"`, value)]
      : []
}

function declaredSource(name: string, node: Node, rules: SourceRules): string {
  const git = textOrNull(node, 'git')
  if (git !== null) {
    const reference = (['rev', 'tag', 'branch'] as const).flatMap(key =>
      textOrNull(node, key) === null ? [] : [`${key}=${text(node, key)}`],
    )
    return gitSource(git, [...reference, `subdirectory=${textOrNull(node, 'subdirectory') ?? ''}`])
  }
  const index = textOrNull(node, 'index')
  if (index !== null) return `index ${indexNamed(index, rules)}`
  const url = textOrNull(node, 'url')
  if (url !== null) return urlSource(url, dirname(node.file))
  const path = textOrNull(node, 'path')
  if (path !== null) return `path ${locate(path, dirname(node.file))}`
  return node.table['workspace'] === true ? `path ${rules.localFolders.get(name) ?? 'of a workspace member'}` : ''
}

function indexNamed(index: string, rules: SourceRules): string {
  const named = [rules.manifest, rules.top]
    .flatMap(manifest => children(child(child(manifest, 'tool'), 'uv'), 'index'))
    .find(node => textOrNull(node, 'name') === index)
  return withoutCredentials((named === undefined ? null : textOrNull(named, 'url')) ?? index)
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/\/+$/, '')
}

/** What a lock's list of requirements (`requires-dist` and its like) recorded. */
export function lockedAsks(node: Node, key: string, rules: SourceRules): readonly Ask[] {
  return children(node, key).map(item => {
    const marker = textOrNull(item, 'marker')
    return {
      name: normaliseName(text(item, 'name')),
      wish: wishOf(texts(item, 'extras').map(normaliseName), textOrNull(item, 'specifier') ?? ''),
      marker: marker === null ? null : parseMarkerOf(node, key, marker),
      extra: null,
      alternatives: [{ marker: null, source: lockedSource(item, rules) }],
    }
  })
}

function lockedSource(item: Node, rules: SourceRules): string {
  const git = textOrNull(item, 'git')
  if (git !== null) {
    const [, url = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/s.exec(git) ?? []
    return gitSource(
      url,
      [...new URLSearchParams(query)].map(([key, value]) => `${key}=${value}`),
    )
  }
  const url = textOrNull(item, 'url')
  if (url !== null) return urlSource(url, dirname(rules.lock.file))
  const path = ['path', 'directory', 'editable', 'virtual']
    .map(key => textOrNull(item, key))
    .find(value => value !== null)
  if (path !== undefined && path !== null) return `path ${locate(path, dirname(rules.lock.file))}`
  const index = textOrNull(item, 'index')
  return index === null ? '' : `index ${indexNamed(index, rules)}`
}

function urlSource(url: string, dir: string): string {
  if (/^file:/i.test(url)) return `path ${locate(url, dir)}`
  if (!/^git\+/i.test(url)) return `url ${url.replace(/#.*$/s, '')}`
  const [, address = '', fragment = ''] = /^git\+([^#]*)(?:#(.*))?$/is.exec(url) ?? []
  // The last @ after the host begins the reference.
  const [, repository = '', reference = ''] = /^([a-z]+:\/\/[^/]*\/.*?)(?:@([^@]*))?$/is.exec(address) ?? ['', address]
  const subdirectory = new URLSearchParams(fragment).get('subdirectory') ?? ''
  return gitSource(repository, [reference === '' ? '' : `rev=${reference}`, `subdirectory=${subdirectory}`])
}

function gitSource(url: string, parameters: readonly string[]): string {
  // Sorted for determinism. Whether large files are fetched doesn't change what is asked for.
  const given = parameters.filter(item => item !== '' && !item.endsWith('=') && !item.startsWith('lfs=')).sort()
  return `git ${withoutCredentials(url)} ${given.join('&')}`
}

function wishOf(extras: readonly string[], specifier: string): string {
  const clauses = specifier.split(',').map(clause => {
    const [, operator = '', version = ''] = /^\s*(===|==|~=|!=|<=|>=|<|>)?\s*(.*?)\s*$/s.exec(clause) ?? []
    return (
      operator + (version.endsWith('.*') ? `${normaliseVersion(version.slice(0, -2))}.*` : normaliseVersion(version))
    )
  })
  // Sorted for determinism
  return `[${[...extras].sort().join()}]${clauses.sort().join()}`
}
