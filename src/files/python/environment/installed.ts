import { dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { normaliseName } from '../../../formats/pep508.ts'
import { withoutFileScheme } from '../../../formats/url-text.ts'
import type { Disk } from '../../../system/system.ts'
import { type DistInfo, foldersOfPth, readDistInfo } from '../dist-info.ts'

/** A distribution in a virtual environment. */
export interface Installed extends DistInfo {
  /** Its .dist-info folder on disk. */
  readonly dir: string
  /** The site-packages folder that it is in. */
  readonly site: string
  /** Where it was installed from, if that is a folder or an archive; https://packaging.python.org/en/latest/specifications/direct-url/ */
  readonly source: Source | null
  /** What its metadata gets wrong; told only if it is needed. */
  readonly problem: string | null
}

export interface Source {
  /** An absolute path, or a URL. */
  readonly location: string
  readonly isFolder: boolean
  /** Its modules are those of the folder, not copies. */
  readonly isEditable: boolean
}

export interface Installation {
  readonly distributions: ReadonlyMap<string, Installed>
  /** What setup.py installed without a .dist-info folder: names and paths. */
  readonly legacy: ReadonlyMap<string, string>
}

/** Reads the metadata of all that is installed. Throws UserError ENVIRONMENT_BROKEN for a name that stands twice. */
export async function readInstalled(sites: readonly string[], disk: Disk): Promise<Installation> {
  const distributions = new Map<string, Installed>()
  const legacy = new Map<string, string>()
  for (const site of sites) {
    for (const { name } of await disk.list(site)) {
      const old = /^([^~-][^-]*)(?:-.*)?\.egg-info$|^(.+)\.egg-link$/.exec(name)
      const oldName = old?.[1] ?? old?.[2]
      if (oldName !== undefined) legacy.set(normaliseName(oldName), join(site, name))
      if (!name.endsWith('.dist-info') || name.startsWith('~')) continue
      const installed = await readOne(site, name, disk)
      const other = installed === null ? undefined : distributions.get(installed.name)
      if (other !== undefined)
        throw new UserError('ENVIRONMENT_BROKEN', join(site, name), `${other.dir} is of the same distribution`)
      if (installed !== null) distributions.set(installed.name, installed)
    }
  }
  return { distributions, legacy }
}

/** null for what an interrupted installation left. */
async function readOne(site: string, folder: string, disk: Disk): Promise<Installed | null> {
  const dir = join(site, folder)
  const metadata = await textIn(dir, 'METADATA', disk)
  if (metadata === null) return null
  const place = { dir, site, source: await sourceOf(dir, site, disk) }
  try {
    const info = readDistInfo(metadata, await textIn(dir, 'WHEEL', disk))
    return { ...info, ...place, problem: await problemOf(dir, place.source, disk) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const [, name = folder, version = ''] = /^(.*)-(.*)\.dist-info$/.exec(folder) ?? []
    const unknown = { requires: [], extras: [], licence: null, tags: [] }
    return { name: normaliseName(name), version, ...unknown, ...place, problem: error.message }
  }
}

async function problemOf(dir: string, source: Source | null, disk: Disk): Promise<string | null> {
  if (source?.isEditable === true) return null
  const record = (await textIn(dir, 'RECORD', disk)) ?? ''
  return /^__editable__/m.test(record) ? 'it is installed as editable, and no direct_url.json says from where' : null
}

/** The text of a file in a folder, or null. */
export async function textIn(dir: string, file: string, disk: Disk): Promise<string | null> {
  const path = join(dir, file)
  return (await disk.stat(path))?.kind === 'file' ? disk.readText(path) : null
}

async function sourceOf(dir: string, site: string, disk: Disk): Promise<Source | null> {
  const text = await textIn(dir, 'direct_url.json', disk)
  const told = text === null ? null : readDirectUrl(text)
  return told?.isEditable === true ? told : ((await editableByPathFile(dir, site, disk)) ?? told)
}

interface DirectUrl {
  readonly url?: unknown
  readonly subdirectory?: unknown
  readonly dir_info?: { readonly editable?: unknown } | null
}

function readDirectUrl(text: string): Source | null {
  const { url, subdirectory, dir_info: folder } = parseJson(text)
  if (typeof url !== 'string') return null
  const location = withoutFileScheme(url)
  const isFolder = typeof folder === 'object' && folder !== null
  return {
    location: typeof subdirectory === 'string' && location !== url ? join(location, subdirectory) : location,
    isFolder,
    isEditable: isFolder && folder.editable === true,
  }
}

function parseJson(text: string): DirectUrl {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // It only says where the distribution came from; without that it is packed as it is installed.
    return {}
  }
}

/** Poetry makes editables of a .pth file alone: it holds the project's folder, and RECORD names no module. */
async function editableByPathFile(dir: string, site: string, disk: Disk): Promise<Source | null> {
  const record = (await textIn(dir, 'RECORD', disk)) ?? ''
  const [file] = /^[^/\\,"]+\.pth(?=,)/m.exec(record) ?? []
  if (file === undefined || /^(?!\.\.)[^,\n]*\.(?:py|so|pyd)(?=,)/m.test(record)) return null
  const [folder] = foldersOfPth((await textIn(site, file, disk)) ?? '')
  const project = folder === undefined ? null : await projectOf(resolve(site, folder), disk)
  return project === null ? null : { location: project, isFolder: true, isEditable: true }
}

/** The folder or the one above it that a build backend knows. */
async function projectOf(folder: string, disk: Disk): Promise<string | null> {
  for (let dir = folder; ; dir = dirname(dir)) {
    for (const file of ['pyproject.toml', 'setup.py', 'setup.cfg']) {
      if ((await disk.stat(join(dir, file)))?.kind === 'file') return dir
    }
    if (relative(dirname(dir), dir) === '') return null
  }
}
