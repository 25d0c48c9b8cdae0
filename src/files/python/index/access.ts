import { basename, isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../../errors.ts'
import { type IndexFile, parseSimpleIndex } from '../../../formats/simple-index.ts'
import { withoutFileScheme } from '../../../formats/url-text.ts'
import type { Network, System } from '../../../system/system.ts'
import { PYPI } from '../pypi.ts'
import type { NamedIndexes } from '../types.ts'
import { type HeadersFor, readCredentials } from './credentials.ts'
import { type Index, indexOf } from './layer.ts'
import { type IndexSettings, readIndexSettings } from './settings.ts'

/** A file that an index or a find-links place offers. */
export interface OfferedFile extends Omit<IndexFile, 'url'> {
  /** http(s) URL, or an absolute path on disk. */
  readonly location: string
}

/** The indexes and folders of one run, opened with the user's settings and credentials. */
export interface IndexAccess {
  readonly settings: IndexSettings
  readonly network: Network
  readonly headersFor: HeadersFor
  /** The URLs of the indexes of packages that name none, in the order they are asked. */
  readonly indexes: readonly string[]
  /** Files of a project (normalised name), in the page's order; null: the index hasn't got the project. */
  readonly page: (indexUrl: string, project: string) => Promise<readonly OfferedFile[] | null>
  /** All files in the find-links places, those of the config first. */
  readonly linked: () => Promise<readonly OfferedFile[]>
  /** Those of the config alone. */
  readonly configured: () => Promise<readonly OfferedFile[]>
}

export interface IndexRequest {
  /** What the file with the requirements names. */
  readonly indexes: NamedIndexes
  /** The folder of the lock or manifest, where uv's settings are looked for. */
  readonly projectDir: string
  /** The config's find-links folders, absolute. */
  readonly findLinks: readonly string[]
  /** Indexes that packages of the lock name for themselves. */
  readonly lockIndexes: readonly string[]
}

// JSON first; `text/html` is what old indexes serve whatever is asked. https://peps.python.org/pep-0691/#version-format-selection
const ACCEPT = 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1'

/** Opens the indexes; nothing is asked yet. */
export async function openIndexes(request: IndexRequest, system: System): Promise<IndexAccess> {
  const settings = await readIndexSettings(request.indexes, request.projectDir, system)
  const lockIndexes = request.lockIndexes.map(indexOf)
  const linkPages = [...request.findLinks, ...settings.findLinks].filter(place => /^https?:/i.test(place)).map(indexOf)
  const known: readonly Index[] = [...lockIndexes, ...settings.extras, ...settings.others, ...linkPages]
  const headersFor = await readCredentials(settings.default === null ? known : [settings.default, ...known], system)
  const network = system.network.configured(settings.network)
  const reader: Reader = { system, network, headersFor }
  const indexes = [...settings.extras.map(index => index.url), settings.default?.url ?? PYPI]
  const configured = once(() => filesOfAll(reader, request.findLinks, true))
  return {
    settings,
    network,
    headersFor,
    indexes,
    page: remembered((indexUrl, project) => readProject(reader, indexUrl, project)),
    configured,
    linked: once(async () => [...(await configured()), ...(await filesOfAll(reader, settings.findLinks, false))]),
  }
}

interface Reader {
  readonly system: System
  readonly network: Network
  readonly headersFor: HeadersFor
}

async function readProject(reader: Reader, indexUrl: string, project: string): Promise<readonly OfferedFile[] | null> {
  const { url } = indexOf(indexUrl)
  if (!/^https?:/i.test(url)) return readLocalProject(reader, join(withoutFileScheme(url), project))
  const pageUrl = `${url}/${project}/`
  const page = await reader.network.get(pageUrl, { accept: ACCEPT, ...reader.headersFor(pageUrl) })
  if (page.status === 404 || page.status === 410) return null
  // PyTorch's index is a bucket that answers so for what isn't there.
  if (page.status === 403 && new URL(url).hostname === 'download.pytorch.org') return null
  return parsePage(page, pageUrl)
}

function parsePage(page: Awaited<ReturnType<Network['get']>>, pageUrl: string): readonly OfferedFile[] {
  if (page.status !== 200) throw new UserError('INDEX_REFUSED', pageUrl, page.status)
  try {
    const files = parseSimpleIndex(page.text, page.contentType, page.url)
    // A page from elsewhere has no say about files of this disk.
    return files.filter(({ url }) => !/^file:/i.test(url)).map(offered)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('INDEX_UNREADABLE', pageUrl, error.message)
    throw error
  }
}

function offered({ url, ...file }: IndexFile): OfferedFile {
  return { ...file, location: withoutFileScheme(url) }
}

async function readLocalProject({ system }: Reader, dir: string): Promise<readonly OfferedFile[] | null> {
  const page = join(dir, 'index.html')
  if ((await system.disk.stat(page))?.kind === 'file') {
    return parseSimpleIndex(await system.disk.readText(page), 'text/html', pathToFileURL(page).href).map(offered)
  }
  return (await system.disk.stat(dir))?.kind === 'directory' ? filesOfFolder(system, dir) : null
}

async function filesOfAll(
  reader: Reader,
  places: readonly string[],
  areRequired: boolean,
): Promise<readonly OfferedFile[]> {
  const files: OfferedFile[] = []
  for (const place of places) files.push(...(await filesOf(reader, place, areRequired)))
  return files
}

async function filesOf(reader: Reader, place: string, isRequired: boolean): Promise<readonly OfferedFile[]> {
  const { system, network, headersFor } = reader
  if (/^https?:/i.test(place)) {
    const { url } = indexOf(place)
    return parsePage(await network.get(url, { accept: 'text/html', ...headersFor(place) }), url)
  }
  const stat = isAbsolute(place) ? await system.disk.stat(place) : null
  if (stat?.kind === 'directory') return filesOfFolder(system, place)
  if (stat?.kind === 'file' && place.endsWith('.whl')) return [localFile(place)]
  // pip goes on without a place that isn't there, when it comes from the environment.
  if (isRequired) throw new UserError('FIND_LINKS_MISSING', place)
  return []
}

async function filesOfFolder(system: System, dir: string): Promise<readonly OfferedFile[]> {
  const entries = await system.disk.list(dir)
  return entries
    .filter(({ name, kind }) => kind !== 'directory' && /\.(whl|zip|tar\.gz|tgz|tar\.bz2)$/.test(name))
    .map(({ name }) => localFile(join(dir, name)))
}

function localFile(path: string): OfferedFile {
  return { filename: basename(path), location: path, sha256: null, bytes: null, requiresPython: null, yanked: false }
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null
  return () => {
    result ??= read()
    return result
  }
}

function remembered<T>(read: (a: string, b: string) => Promise<T>): (a: string, b: string) => Promise<T> {
  const results = new Map<string, Promise<T>>()
  return (a, b) => {
    const key = JSON.stringify([a, b])
    const result = results.get(key) ?? read(a, b)
    results.set(key, result)
    return result
  }
}
