import { join } from 'node:path'
import { readNodeHandler } from '../aws/node-handler.ts'
import { NODE_RUNTIMES } from '../aws/runtimes.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk, System } from '../system/system.ts'
import { findNodeHandler, hasNodeModule, noNodeHandler } from './infer-node-handler.ts'
import { inferNodeRuntime } from './infer-node-runtime.ts'
import { type FoundHandler, findPythonHandlers, noPythonHandler } from './infer-python-handler.ts'
import { type InferredRuntime, inferPythonRuntime } from './infer-python-runtime.ts'

export type Language = 'python' | 'node'

/** What a folder says about its handler. */
export interface HandlerSigns {
  readonly python: FoundHandler | null
  readonly node: FoundHandler | null
  /** The language that the folder's files speak for; null: both, or none of them. */
  readonly language: Language | null
  /** Why no handler is sure; empty if one is. */
  readonly why: string
  /** The same where the language is known. */
  readonly whyNot: Readonly<Record<Language, string>>
}

/** Looks for the function that Lambda would call in a folder, whatever its language. */
export async function inferHandler(root: string, disk: Disk): Promise<HandlerSigns> {
  const entries = await disk.list(root).catch((error: unknown) => {
    throw unreadable(root, error)
  })
  const names = entries.filter(({ kind }) => kind !== 'directory').map(({ name }) => name)
  const modules = names.filter(name => /^[^.]+\.py$/.test(name))
  const pythons = await findPythonHandlers(root, modules, disk)
  const node = await findNodeHandler(root, disk)
  const python = pythons.length === 1 ? (pythons[0] ?? null) : null
  const whyNot = { python: notPython(pythons, modules), node: node === null ? noNodeHandler() : '' }
  if (pythons.length > 0 && node !== null) {
    const why = `${pythons.map(({ file }) => file).join(', ')} and ${node.file} both look like one`
    return { python, node, language: null, why, whyNot }
  }
  const hasPackageJson = names.includes('package.json')
  if (node !== null) return { python, node, language: 'node', why: '', whyNot }
  if (modules.length > 0) return { python, node, language: 'python', why: whyNot.python, whyNot }
  if (hasPackageJson) return { python, node, language: 'node', why: whyNot.node, whyNot }
  return { python, node, language: null, why: `${whyNot.python}, and ${whyNot.node}`, whyNot }
}

/** The language of a runtime that passed validation. */
export function languageOf(runtime: string): Language {
  return NODE_RUNTIMES.some(({ id }) => id === runtime) ? 'node' : 'python'
}

/** The languages in which the module of a handler is there. */
export async function languagesOfHandler(root: string, handler: string, disk: Disk): Promise<readonly Language[]> {
  const node = readNodeHandler(handler)
  const isNode = typeof node !== 'string' && (await hasNodeModule(root, node.module, disk))
  const python = handler.slice(0, handler.lastIndexOf('.')).replaceAll('.', '/')
  const isPython =
    (await disk.stat(join(root, `${python}.py`))) !== null ||
    (await disk.stat(join(root, python, '__init__.py'))) !== null
  return [...(isPython ? ['python' as const] : []), ...(isNode ? ['node' as const] : [])]
}

/** The runtime that the signs of a folder and those above it ask for. */
export function inferRuntime(
  language: Language,
  root: string,
  configDir: string,
  system: System,
): Promise<InferredRuntime> {
  return language === 'node'
    ? inferNodeRuntime(root, configDir, system.disk)
    : inferPythonRuntime(root, configDir, system)
}

function notPython(found: readonly FoundHandler[], modules: readonly string[]): string {
  if (found.length === 1) return ''
  return found.length === 0
    ? noPythonHandler(modules)
    : `${found.map(({ handler }) => handler).join(' and ')} could each be the handler`
}
