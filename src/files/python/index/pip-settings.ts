import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { type Ini, parseIni } from '../../../formats/ini.ts'
import type { NetworkSettings, System } from '../../../system/system.ts'
import { expandVariables, findLinkOf, indexOf, isOn, type Layer, NO_LAYER, words } from './layer.ts'

/**
 * pip's variables and configuration files: a variable beats the files, [install] beats [global], and of the files a
 * later one wins, in pip's order. https://pip.pypa.io/en/stable/topics/configuration/
 */
export async function readPipLayer(
  system: System,
): Promise<{ readonly layer: Layer; readonly network: NetworkSettings }> {
  const files = await readFiles(system)
  const option = (name: string): string | undefined => {
    const variable = system.env[`PIP_${name.toUpperCase().replaceAll('-', '_')}`]
    const text = variable ?? fromFiles(files, 'install', name) ?? fromFiles(files, 'global', name)
    return text === undefined ? undefined : expandVariables(text, system.env)
  }
  const indexUrl = option('index-url')?.trim()
  const caFile = option('cert')?.trim()
  const proxy = option('proxy')?.trim()
  return {
    layer: {
      ...NO_LAYER,
      indexUrl: indexUrl ? indexOf(indexUrl) : null,
      extras: words(option('extra-index-url')).map(indexOf),
      findLinks: words(option('find-links')).map(link => findLinkOf(link, system.cwd, system.homeDir)),
      noIndex: isOn(option('no-index')) ? `pip's no-index` : null,
    },
    network: { caFile: caFile ? caFile : null, proxy: proxy ? proxy : null },
  }
}

function fromFiles(files: readonly Ini[], section: string, key: string): string | undefined {
  return files.map(file => file[section]?.[key]).findLast(value => value !== undefined)
}

/** Weakest first. */
async function readFiles(system: System): Promise<readonly Ini[]> {
  const { env, disk } = system
  const named = env['PIP_CONFIG_FILE']
  // pip reads no file at all when it is pointed at the null device.
  if (named === '/dev/null' || named?.toLowerCase() === 'nul') return []
  const isNamed = named !== undefined && named !== '' && (await disk.stat(named)) !== null
  const site = env['VIRTUAL_ENV'] ? [join(env['VIRTUAL_ENV'], fileName(system))] : []
  const paths = [
    ...globalFiles(system),
    ...(isNamed ? [] : await userFiles(system)),
    ...site,
    ...(isNamed ? [named] : []),
  ]
  const files: Ini[] = []
  for (const path of paths) {
    if ((await disk.stat(path))?.kind === 'file') files.push(parse(path, await disk.readText(path)))
  }
  return files
}

function parse(path: string, text: string): Ini {
  try {
    return parseIni(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('INDEX_SETTINGS_BROKEN', path, error.message)
    throw error
  }
}

function fileName(system: System): string {
  return system.platform === 'win32' ? 'pip.ini' : 'pip.conf'
}

function globalFiles({ env, platform }: System): readonly string[] {
  if (platform === 'win32') return env['ProgramData'] ? [join(env['ProgramData'], 'pip', 'pip.ini')] : []
  if (platform === 'darwin') return ['/Library/Application Support/pip/pip.conf']
  const dirs = (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').filter(dir => dir !== '')
  return [...dirs.map(dir => join(dir, 'pip', 'pip.conf')), '/etc/pip.conf']
}

async function userFiles({ env, platform, homeDir, disk }: System): Promise<readonly string[]> {
  if (platform === 'win32') {
    const roaming = env['APPDATA'] ? [join(env['APPDATA'], 'pip', 'pip.ini')] : []
    return [join(homeDir, 'pip', 'pip.ini'), ...roaming]
  }
  const legacy = join(homeDir, '.pip', 'pip.conf')
  const support = join(homeDir, 'Library', 'Application Support', 'pip')
  if (platform === 'darwin' && (await disk.stat(support)) !== null) return [legacy, join(support, 'pip.conf')]
  return [legacy, join(env['XDG_CONFIG_HOME'] || join(homeDir, '.config'), 'pip', 'pip.conf')]
}
