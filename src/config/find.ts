import { basename, dirname, join } from 'node:path'
import type { CosmiconfigResult, Loader, LoaderSync, PublicExplorer } from 'cosmiconfig'
import { UserError } from '../errors.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk, System } from '../system/system.ts'
import type { KeyPath } from './problem.ts'
import { parseTomlFile, valueAt } from './toml-file.ts'
import { findJsonMistake, loadModule } from './typescript.ts'

/** A config as its file holds it, not yet checked. */
export interface FoundConfig {
  readonly file: string
  /** Where in the file the config stands. */
  readonly prefix: KeyPath
  /** undefined: the file is empty. */
  readonly value: unknown
}

/** Files of other tools that may hold a config; any project has them, so without one they are passed over. */
const MANIFESTS: Readonly<Record<string, KeyPath>> = { 'package.json': ['lpack'], 'pyproject.toml': ['tool', 'lpack'] }

const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml', 'toml'] as const
const OWN_NAMES = [
  ...EXTENSIONS.map(extension => `lpack.config.${extension}`),
  '.lpackrc',
  ...EXTENSIONS.map(extension => `.lpackrc.${extension}`),
]

/** The file named by --config, else the nearest config from the current folder up to the checkout's root; null: none. */
export async function findConfig(system: System, configFile: string | null): Promise<FoundConfig | null> {
  await refusePipes(system.cwd, system.disk)
  const explorer = await makeExplorer(system.disk)
  if (configFile !== null) return loadNamed(explorer, configFile, system.disk)
  for (const dir of await foldersUp(system.cwd, system.disk)) {
    const files = await configsIn(dir, explorer, system.disk)
    const [first, second] = files
    if (first === undefined) continue
    if (second !== undefined)
      throw new UserError(
        'CONFIG_TWICE',
        dir,
        files.map(file => basename(file)),
      )
    return load(explorer, first)
  }
  return null
}

/** A folder and those above it up to the root of its version control checkout; without a checkout the folder alone. */
export async function foldersUp(dir: string, disk: Disk): Promise<readonly string[]> {
  const folders: string[] = []
  for (let folder = dir; ; folder = dirname(folder)) {
    folders.push(folder)
    if (await isCheckoutRoot(folder, disk)) return folders
    if (dirname(folder) === folder) return [dir]
  }
}

async function isCheckoutRoot(dir: string, disk: Disk): Promise<boolean> {
  const found = await Promise.all(['.git', '.hg', '.svn'].map(name => disk.stat(join(dir, name))))
  return found.some(stat => stat !== null)
}

async function makeExplorer(disk: Disk): Promise<PublicExplorer> {
  const library = await import('cosmiconfig')
  // CommonJS: bundled it has the default export alone, loaded by tsx its names alone.
  const { cosmiconfig, defaultLoaders } = library.default ?? library
  const yaml = inBox((file, text) => parseYaml(file, text, defaultLoaders['.yaml']))
  const script = inBox(file => loadModule(file, disk))
  const scripts = Object.fromEntries(
    ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map(extension => [extension, script]),
  )
  const texts = {
    '.json': inBox(parseJson),
    '.toml': inBox(parseTomlFile),
    '.yaml': yaml,
    '.yml': yaml,
    noExt: yaml,
    default: yaml,
  }
  try {
    // The loaders below pick the config out of a manifest, so cosmiconfig shall not.
    return cosmiconfig('lpack', {
      searchPlaces: [...Object.keys(MANIFESTS), ...OWN_NAMES],
      packageProp: [],
      loaders: { ...scripts, ...texts },
    })
  } catch (error) {
    // It reads its own settings from package.json and .config of the current folder, and throws if they are broken.
    const { filepath, message } = error as { readonly filepath?: string; readonly message: string }
    if (filepath === undefined) throw error
    if (filepath.endsWith('.json')) await parseJson(filepath, await disk.readText(filepath))
    throw new UserError(
      'CONFIG_UNREADABLE',
      filepath,
      null,
      null,
      firstLine(message.replace(/^\w+ Error in .*:\n/, '')),
    )
  }
}

/**
 * The configs of one folder. cosmiconfig is asked file by file: its own search ends at the first one, so a second
 * would be ignored in silence, as would one that can't be read.
 */
async function configsIn(dir: string, explorer: PublicExplorer, disk: Disk): Promise<readonly string[]> {
  const entries = await disk.list(dir).catch((error: unknown) => {
    throw unreadable(dir, error)
  })
  const present = new Set(entries.filter(entry => entry.kind !== 'directory').map(entry => entry.name))
  await refusePipes(dir, disk)
  const found = OWN_NAMES.filter(name => present.has(name))
  for (const name of Object.keys(MANIFESTS).filter(manifest => present.has(manifest))) {
    const result = await loaded(explorer, join(dir, name))
    if (result?.config !== undefined) found.push(name)
  }
  return found.map(name => join(dir, name))
}

/** cosmiconfig, which reads the current folder's package.json already when it is made, would wait for who writes into a pipe. */
async function refusePipes(dir: string, disk: Disk): Promise<void> {
  for (const name of [...Object.keys(MANIFESTS), ...OWN_NAMES]) {
    const path = join(dir, name)
    if ((await disk.stat(path))?.kind === 'other')
      throw new UserError('FILE_UNREADABLE', path, 'it is neither a file nor a folder')
  }
}

async function loadNamed(explorer: PublicExplorer, file: string, disk: Disk): Promise<FoundConfig> {
  const stat = await disk.stat(file)
  if (stat === null) throw new UserError('CONFIG_NOT_FOUND', file)
  if (stat.kind === 'directory') throw new UserError('CONFIG_IS_FOLDER', file)
  return load(explorer, file)
}

async function load(explorer: PublicExplorer, file: string): Promise<FoundConfig> {
  const prefix = MANIFESTS[basename(file)] ?? []
  const result = await loaded(explorer, file)
  if (result === null || (result.isEmpty && prefix.length > 0))
    throw new UserError('CONFIG_KEY_MISSING', file, prefix.join('.'))
  return { file, prefix, value: (result.config as Box | undefined)?.value }
}

async function loaded(explorer: PublicExplorer, file: string): Promise<CosmiconfigResult> {
  return explorer.load(file).catch((error: unknown) => {
    if (error instanceof UserError) throw error
    throw unreadable(file, error)
  })
}

/** Keeps a value as it is: cosmiconfig gives null and `$import` meanings of its own. */
interface Box {
  readonly value: unknown
}

function inBox(parse: (file: string, text: string) => unknown): Loader {
  return async (file: string, text: string): Promise<Box | null> => {
    const prefix = MANIFESTS[basename(file)]
    if (prefix === undefined) return { value: await parse(file, text) }
    // A manifest that doesn't name us is not ours to judge.
    if (!text.includes('lpack')) return null
    const value = valueAt(await parse(file, text), prefix)
    return value === undefined ? null : { value }
  }
}

/** Parses the text of a JSON file. Throws UserError CONFIG_UNREADABLE with line and column. */
export async function parseJson(file: string, text: string): Promise<unknown> {
  const json = withoutMark(text)
  try {
    return JSON.parse(json)
  } catch (error) {
    const place = await findJsonMistake(json)
    throw new UserError(
      'CONFIG_UNREADABLE',
      file,
      place?.line ?? null,
      place?.column ?? null,
      place?.why ?? messageOf(error),
    )
  }
}

function parseYaml(file: string, text: string, parse: LoaderSync): unknown {
  try {
    return parse(file, withoutMark(text))
  } catch (error) {
    const { mark, reason } = error as {
      readonly mark?: { readonly line: number; readonly column: number }
      readonly reason?: string
    }
    throw new UserError(
      'CONFIG_UNREADABLE',
      file,
      mark ? mark.line + 1 : null,
      mark ? mark.column + 1 : null,
      reason ?? firstLine(messageOf(error)),
    )
  }
}

/** Without the byte order mark that some editors write. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
