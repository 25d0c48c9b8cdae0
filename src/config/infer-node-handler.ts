import { join, posix } from 'node:path'
import { LAMBDA_EXTENSIONS, SOURCE_EXTENSIONS } from '../aws/node-handler.ts'
import { cjsExports, esmExports } from '../formats/node-exports.ts'
import type { Disk } from '../system/system.ts'
import type { FoundHandler } from './infer-python-handler.ts'
import { textOf } from './text-of.ts'
import { valueAt } from './toml-file.ts'

/** What lpack looks for, in order: AWS's own name first, then what frameworks and examples use. */
const MODULES = ['index', 'app', 'main', 'handler', 'lambda'] as const
const FOLDERS = ['', 'src'] as const
const NAMES = ['handler', 'lambdaHandler'] as const
/** In the order in which the entry is looked for: what is built goes before its source. */
const EXTENSIONS = [...LAMBDA_EXTENSIONS.filter(extension => extension !== ''), ...SOURCE_EXTENSIONS]

/** The function that Lambda would call: of a file that package.json names, else of one with a usual name; null: none. */
export async function findNodeHandler(root: string, disk: Disk): Promise<FoundHandler | null> {
  const manifest = join(root, 'package.json')
  const text = await textOf(manifest, disk)
  const named = text === null ? [] : namedModules(parsed(text))
  const source = named.find(({ key }) => key === 'source')
  for (const { path } of named) {
    const module = moduleOf(path)
    // Lambda reads no module whose name has a dot, and none outside of the artifact.
    if (module === null) continue
    const found = await handlerIn(root, module, [path, ...withExtensions(module)], disk)
    if (found !== null) return found
    // What package.json names isn't built yet: its source tells.
    const isBuilt = (await textOf(join(root, path), disk)) !== null
    if (!isBuilt && source !== undefined) {
      const made = await handlerIn(root, module, [source.path], disk)
      if (made !== null) return made
    }
  }
  for (const folder of FOLDERS) {
    for (const name of MODULES) {
      const module = posix.join(folder, name)
      const found = await handlerIn(root, module, withExtensions(module), disk)
      if (found !== null) return found
    }
  }
  return null
}

/** Why no file was found to have a Node.js handler. */
export function noNodeHandler(): string {
  return `no ${MODULES.slice(0, -1).join(', ')} or ${MODULES[MODULES.length - 1]} (.ts, .js, .mjs …) here or in src exports ${NAMES.join(' or ')}`
}

/** Whether the module of a handler is there as JavaScript or TypeScript. */
export async function hasNodeModule(root: string, module: string, disk: Disk): Promise<boolean> {
  for (const path of withExtensions(module)) if ((await disk.stat(join(root, path)))?.kind === 'file') return true
  return false
}

/** A manifest that can't be read names nothing; what reads the project says where it breaks. */
function parsed(manifest: string): unknown {
  try {
    return JSON.parse(manifest)
  } catch {
    return null
  }
}

interface NamedModule {
  readonly key: string
  readonly path: string
}

/** Files that package.json calls its own entry; the source last, for it says least about what is deployed. */
function namedModules(manifest: unknown): readonly NamedModule[] {
  const exported = valueAt(manifest, ['exports', '.']) ?? valueAt(manifest, ['exports'])
  const places: readonly [string, unknown][] = [
    ['main', valueAt(manifest, ['main'])],
    ['module', valueAt(manifest, ['module'])],
    ['exports', conditionOf(exported)],
    ['source', valueAt(manifest, ['source'])],
  ]
  return places.flatMap(([key, path]) => (typeof path === 'string' ? [{ key, path: posix.normalize(path) }] : []))
}

/** What Node.js would take of exports with conditions. */
function conditionOf(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return exported
  const value = ['node', 'import', 'module', 'require', 'default']
    .map(condition => valueAt(exported, [condition]))
    .find(one => one !== undefined)
  return value === undefined ? null : conditionOf(value)
}

function moduleOf(path: string): string | null {
  const module = path.replace(/\.[cm]?[jt]sx?$/, '')
  return posix.basename(module).includes('.') || module.startsWith('..') || module.startsWith('/') ? null : module
}

function withExtensions(module: string): readonly string[] {
  return EXTENSIONS.map(extension => module + extension)
}

/** The handler of a module if the first of its files that is there exports one. */
async function handlerIn(
  root: string,
  module: string,
  files: readonly string[],
  disk: Disk,
): Promise<FoundHandler | null> {
  for (const file of files) {
    const text = await textOf(join(root, file), disk)
    if (text === null) continue
    const names = [...esmExports(text).names, ...cjsExports(text).names]
    const name = NAMES.find(one => names.includes(one))
    return name === undefined ? null : { handler: `${module}.${name}`, file }
  }
  return null
}
