import { join } from 'node:path'
import { topLevelNames } from '../formats/python-source.ts'
import { unreadable } from '../system/fault.ts'
import type { Disk } from '../system/system.ts'
import { textOf } from './text-of.ts'

/** What a folder says about its handler. */
export interface HandlerSigns {
  readonly python: { readonly handler: string; readonly file: string } | null
  /** A file that looks like the handler of a Node.js function. */
  readonly node: { readonly handler: string; readonly file: string } | null
  readonly hasPythonFiles: boolean
  readonly hasPackageJson: boolean
  /** Why no handler is sure; empty if one is. */
  readonly why: string
}

/** What lpack looks for, in order: AWS's own name first, then what frameworks and examples use. */
const PYTHON_FILES = ['lambda_function.py', 'app.py', 'main.py', 'handler.py', 'index.py'] as const
const PYTHON_NAMES = ['lambda_handler', 'handler'] as const
const NODE_FILE = /^(index|app|main|handler|lambda)\.[cm]?[jt]s$/

/** Looks for the function that Lambda would call in the files right in a folder. */
export async function inferHandler(root: string, disk: Disk): Promise<HandlerSigns> {
  const entries = await disk.list(root).catch((error: unknown) => {
    throw unreadable(root, error)
  })
  const names = entries.filter(({ kind }) => kind !== 'directory').map(({ name }) => name)
  const modules = names.filter(name => /^[^.]+\.py$/.test(name))
  const candidates = await pythonCandidates(root, modules, disk)
  const python = candidates[0] ?? null
  const node = await nodeCandidate(root, names, disk)
  const signs = { node, hasPythonFiles: modules.length > 0, hasPackageJson: names.includes('package.json') }
  if (python !== null && candidates.length > 1) return { ...signs, python: null, why: severalText(candidates) }
  if (python !== null && node !== null)
    return { ...signs, python, why: `${python.file} and ${node.file} both look like one` }
  return { ...signs, python, why: python === null ? missingText(modules) : '' }
}

/** Whether the module of a handler is there as JavaScript or TypeScript and not as Python. */
export async function isNodeHandler(root: string, handler: string, disk: Disk): Promise<boolean> {
  const module = handler.slice(0, handler.lastIndexOf('.'))
  const exists = async (path: string): Promise<boolean> => (await disk.stat(join(root, path))) !== null
  const python = module.replaceAll('.', '/')
  if ((await exists(`${python}.py`)) || (await exists(python))) return false
  const found = await Promise.all(
    ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map(extension => exists(`${module}.${extension}`)),
  )
  return found.includes(true)
}

/** One if it is sure, several if equals compete, none. */
async function pythonCandidates(
  root: string,
  modules: readonly string[],
  disk: Disk,
): Promise<readonly { handler: string; file: string }[]> {
  const defined = new Map<string, readonly string[]>()
  for (const file of modules) defined.set(file, topLevelNames((await textOf(join(root, file), disk)) ?? '').names)
  const at = (file: string, name: string) => ({ handler: `${file.slice(0, -3)}.${name}`, file })
  for (const name of PYTHON_NAMES) {
    const known = PYTHON_FILES.find(file => defined.get(file)?.includes(name))
    if (known !== undefined) return [at(known, name)]
    const others = modules.filter(
      file => defined.get(file)?.includes(name) && !/^(test_|conftest)|_test\.py$/.test(file),
    )
    if (others.length > 0) return others.map(file => at(file, name))
  }
  return []
}

async function nodeCandidate(
  root: string,
  names: readonly string[],
  disk: Disk,
): Promise<{ handler: string; file: string } | null> {
  for (const file of names.filter(name => NODE_FILE.test(name))) {
    const text = (await textOf(join(root, file), disk)) ?? ''
    if (/\bexports?\b/.test(text) && /\bhandler\b/.test(text)) return { handler: `${file.split('.')[0]}.handler`, file }
  }
  return null
}

function severalText(candidates: readonly { readonly handler: string }[]): string {
  return `${candidates.map(({ handler }) => handler).join(' and ')} could each be the handler`
}

function missingText(modules: readonly string[]): string {
  const wanted = `no ${PYTHON_FILES.slice(0, -1).join(', ')} or ${PYTHON_FILES[PYTHON_FILES.length - 1]} defines ${PYTHON_NAMES.join(' or ')}`
  const present = PYTHON_FILES.filter(file => modules.includes(file))
  return present.length === 0
    ? wanted
    : `${present.join(' and ')} ${present.length === 1 ? 'defines' : 'define'} neither ${PYTHON_NAMES.join(' nor ')}`
}
