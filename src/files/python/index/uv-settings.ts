import { dirname, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { parseToml } from '../../../formats/toml.ts'
import type { System } from '../../../system/system.ts'
import { expandVariables, findLinkOf, type Index, indexOf, isOn, type Layer, NO_LAYER, words } from './layer.ts'

type Table = Readonly<Record<string, unknown>>

/**
 * uv's variables, and its files, strongest first: the project's uv.toml or [tool.uv] of pyproject.toml (the nearest from
 * `projectDir` upwards), the user's, the system's. https://docs.astral.sh/uv/concepts/configuration-files/
 */
export async function readUvLayers(projectDir: string, system: System) {
  return { variables: variablesLayer(system), files: await fileLayers(projectDir, system) }
}

function variablesLayer(system: System): Layer {
  const { env } = system
  const indexUrl = env['UV_DEFAULT_INDEX'] || env['UV_INDEX_URL']
  const extras = [...words(env['UV_INDEX']), ...words(env['UV_EXTRA_INDEX_URL'])]
  const findLinks = (env['UV_FIND_LINKS'] ?? '').split(',').map(link => link.trim())
  return {
    ...NO_LAYER,
    indexUrl: indexUrl ? namedIndex(indexUrl.trim(), env) : null,
    extras: extras.map(text => namedIndex(text, env)),
    findLinks: findLinks.filter(link => link !== '').map(link => findLinkOf(link, system.cwd, system.homeDir)),
    noIndex: isOn(env['UV_NO_INDEX']) ? 'UV_NO_INDEX' : null,
  }
}

/** `name=URL` or a URL alone. */
function namedIndex(text: string, env: System['env']): Index {
  const [, name, url] = /^([A-Za-z0-9._-]+)=(.+)$/.exec(text) ?? []
  return withCredentials(indexOf(expandVariables(url ?? text, env)), name ?? null, env)
}

/** UV_INDEX_<NAME>_USERNAME and _PASSWORD, for indexes that have a name. */
function withCredentials(index: Index, name: string | null, env: System['env']): Index {
  if (name === null) return index
  const prefix = `UV_INDEX_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_`
  const username = env[`${prefix}USERNAME`] ?? index.username
  const password = env[`${prefix}PASSWORD`] ?? index.password
  return { ...index, username, password }
}

async function fileLayers(projectDir: string, system: System): Promise<readonly Layer[]> {
  const { env, disk } = system
  if (isOn(env['UV_NO_CONFIG'])) return []
  const read = async (path: string) => {
    const table = (await disk.stat(path))?.kind === 'file' ? parse(path, await disk.readText(path)) : null
    return table === null ? [] : [layerOf(table, path, system)]
  }
  if (env['UV_CONFIG_FILE']) return read(env['UV_CONFIG_FILE'])
  const layers = await projectLayers(projectDir, system)
  for (const path of personalFiles(system)) layers.push(...(await read(path)))
  return layers
}

async function projectLayers(projectDir: string, system: System): Promise<Layer[]> {
  const { disk } = system
  for (let dir = projectDir; ; dir = dirname(dir)) {
    const own = join(dir, 'uv.toml')
    if ((await disk.stat(own))?.kind === 'file') return [layerOf(parse(own, await disk.readText(own)), own, system)]
    const project = join(dir, 'pyproject.toml')
    if ((await disk.stat(project))?.kind === 'file') {
      const uv = tableAt(tableAt(parse(project, await disk.readText(project)), 'tool'), 'uv')
      if (uv !== null) return [layerOf(uv, project, system)]
    }
    if (dirname(dir) === dir) return []
  }
}

function personalFiles({ env, platform, homeDir }: System): readonly string[] {
  if (platform === 'win32') {
    return ['APPDATA', 'ProgramData'].flatMap(name => (env[name] ? [join(env[name], 'uv', 'uv.toml')] : []))
  }
  const dirs = (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').filter(dir => dir !== '')
  const home = env['XDG_CONFIG_HOME'] || join(homeDir, '.config')
  return [join(home, 'uv', 'uv.toml'), ...dirs.map(dir => join(dir, 'uv', 'uv.toml')), '/etc/uv/uv.toml']
}

function layerOf(table: Table, path: string, system: System): Layer {
  const text = (value: unknown) => (typeof value === 'string' ? [expandVariables(value, system.env)] : [])
  const texts = (value: unknown) => (Array.isArray(value) ? value.flatMap(text) : text(value))
  const links = (values: readonly string[]) => values.map(link => findLinkOf(link, dirname(path), system.homeDir))
  const indexes = (Array.isArray(table['index']) ? table['index'] : []).flatMap((entry: unknown) => {
    const fields = isTable(entry) ? entry : {}
    const name = typeof fields['name'] === 'string' ? fields['name'] : null
    return text(fields['url']).map(url => ({ url, fields, index: withCredentials(indexOf(url), name, system.env) }))
  })
  const is = (key: string) => indexes.filter(({ fields }) => fields[key] === true)
  const flat = indexes.filter(({ fields }) => fields['format'] === 'flat')
  const usual = indexes.filter(entry => ![...is('default'), ...is('explicit'), ...flat].includes(entry))
  return {
    indexUrl: is('default')[0]?.index ?? text(table['index-url']).map(indexOf)[0] ?? null,
    extras: [...usual.map(entry => entry.index), ...texts(table['extra-index-url']).map(indexOf)],
    others: indexes.map(entry => entry.index),
    findLinks: [...links(flat.map(entry => entry.url)), ...links(texts(table['find-links']))],
    noIndex: table['no-index'] === true ? `\`no-index\` of ${path}` : null,
  }
}

function parse(path: string, text: string): Table {
  try {
    return parseToml(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('INDEX_SETTINGS_BROKEN', path, error.message)
    throw error
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function tableAt(table: Table | null, key: string): Table | null {
  const value = table?.[key]
  return isTable(value) ? value : null
}
