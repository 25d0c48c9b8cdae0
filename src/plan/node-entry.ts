import { basename, dirname, join, posix } from 'node:path'
import { LAMBDA_EXTENSIONS, type NodeHandler, readNodeHandler, SOURCE_EXTENSIONS } from '../aws/node-handler.ts'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { FunctionConfig, NodeEntry } from '../model.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk, System } from '../system/system.ts'

/**
 * The file where a Node.js function starts: the one that its handler names, else the source that it is made of.
 * Throws UserError HANDLER_UNUSABLE for what Lambda would refuse, ENTRY_NOT_FOUND and ENTRY_NOT_BUILT.
 */
export async function findEntry(one: FunctionConfig, { disk }: System): Promise<NodeEntry> {
  const handler = readNodeHandler(one.handler)
  if (typeof handler === 'string') throw new UserError('HANDLER_UNUSABLE', one.name, one.handler, handler)
  if (handler.module.startsWith('/'))
    throw new UserError('HANDLER_UNUSABLE', one.name, one.handler, `Cannot find module '${handler.module}'`)
  // A file that stands there was made on purpose: compilers do what a bundler can't, such as decorators' metadata.
  const named = await firstFile(one.root, candidates(handler, namedExtensions(one)), disk)
  if (named !== null) return { ...handler, file: join(one.root, named) }
  const source = await sourceFile(one.root, handler, disk)
  if (source === null) throw await missing(one, handler, disk)
  if (one.bundle.kind === 'files') throw new UserError('ENTRY_NOT_BUILT', one.name, one.handler, handler.module, source)
  return { ...handler, file: join(one.root, source) }
}

/** A bundler can't tell what a file without extension holds. */
function namedExtensions({ bundle }: FunctionConfig): readonly string[] {
  return bundle.kind === 'files' ? LAMBDA_EXTENSIONS : LAMBDA_EXTENSIONS.filter(extension => extension !== '')
}

function candidates({ module }: NodeHandler, extensions: readonly string[]): readonly string[] {
  return extensions.map(extension => module + extension)
}

async function sourceFile(root: string, handler: NodeHandler, disk: Disk): Promise<string | null> {
  const beside = await firstFile(root, candidates(handler, SOURCE_EXTENSIONS), disk)
  if (beside !== null) return beside
  const source = await declaredSource(root, handler, disk)
  return source === null ? null : firstFile(root, [source], disk)
}

/** The `source` of package.json, if the handler's module is what is made of it. */
async function declaredSource(root: string, { module }: NodeHandler, disk: Disk): Promise<string | null> {
  const path = join(root, 'package.json')
  if ((await disk.stat(path))?.kind !== 'file') return null
  const { source, main, module: esm } = await readManifest(path, disk)
  if (typeof source !== 'string') return null
  const isMadeOfIt = [main, esm].some(made => typeof made === 'string' && stem(made) === module)
  return isMadeOfIt || posix.basename(stem(source)) === posix.basename(module) ? posix.normalize(source) : null
}

async function readManifest(path: string, disk: Disk): Promise<Readonly<Record<string, unknown>>> {
  const text = await disk.readText(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // What reads the project's package.json tells where it breaks.
    return {}
  }
}

function stem(path: string): string {
  return posix.normalize(path).replace(/\.[cm]?[jt]sx?$/, '')
}

async function firstFile(root: string, paths: readonly string[], disk: Disk): Promise<string | null> {
  for (const path of paths) {
    const target = join(root, path)
    const stat = await disk.stat(target).catch((error: unknown) => {
      throw unreadable(target, error)
    })
    if (stat?.kind === 'file') return path
  }
  return null
}

async function missing(one: FunctionConfig, handler: NodeHandler, disk: Disk): Promise<UserError> {
  const extensions =
    one.bundle.kind === 'files' ? LAMBDA_EXTENSIONS.slice(1) : [...namedExtensions(one), ...SOURCE_EXTENSIONS]
  const { module, exportPath } = handler
  const near = await nearModule(one.root, module, disk)
  const meant = near === null ? null : `${near}.${exportPath}`
  return new UserError('ENTRY_NOT_FOUND', one.name, one.handler, module, extensions, one.root, meant)
}

/** Where people keep the code of a function, built or not. */
const USUAL_FOLDERS = ['', 'src', 'dist', 'build', 'lib', 'out']

/** A module of a similar name in the same folder, or of the same name in a usual one. */
async function nearModule(root: string, module: string, disk: Disk): Promise<string | null> {
  const folder = dirname(module) === '.' ? '' : dirname(module)
  const name = basename(module)
  const near = nearest(name, await modulesIn(join(root, folder), disk))
  if (near !== null) return posix.join(folder, near)
  for (const other of USUAL_FOLDERS) {
    if (other !== folder && (await modulesIn(join(root, other), disk)).includes(name)) return posix.join(other, name)
  }
  return null
}

async function modulesIn(dir: string, disk: Disk): Promise<readonly string[]> {
  if ((await disk.stat(dir))?.kind !== 'directory') return []
  const entries = await disk.list(dir).catch((error: unknown) => {
    throw unreadable(dir, error)
  })
  const modules = entries.flatMap(({ name }) => /^([^.]+)\.[cm]?[jt]sx?$/.exec(name)?.[1] ?? [])
  return [...new Set(modules)]
}
