import { FIRST_IMPORTING_MAJOR } from '../../aws/node-handler.ts'
import { nodeFlags } from '../../aws/node-modules.ts'
import { finding } from '../../findings.ts'
import { exportsOfTokens } from '../../formats/js-exports.ts'
import { parametersOfExport } from '../../formats/js-handler.ts'
import { nearest } from '../../formats/nearest.ts'
import { cjsExports, type ModuleExports } from '../../formats/node-exports.ts'
import type { Finding, NodePlan } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { findNodeEntry, type NodeEntry } from './entry.ts'
import { isOfWholeModule, kindFault } from './kind.ts'
import { isInPackage, type ModuleKind, nodePackagesOf, type ReadModule } from './packages.ts'

const UNKNOWN: ModuleExports = { names: [], isOpen: true }

/** Whether Lambda's Node.js runtimes would find the handler, load its module as what it is, and call what it exports. */
export async function checkNodeHandler(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'node') return []
  const packages = nodePackagesOf(subject)
  const entry = await findNodeEntry(subject, packages)
  if (entry === null) return []
  if (entry.kind === 'fault') return [entry.finding]
  const kind = await packages.kind(entry.file.path)
  // Add-ons and JSON tell their exports only when they are loaded.
  if (kind === 'other') return []
  return checkModule(plan, entry, { kind, ...(await packages.module(entry.file)) })
}

interface LoadedModule extends ReadModule {
  readonly kind: ModuleKind
}

function checkModule(
  { config, target }: NodePlan,
  { file, exportPath, by }: Extract<NodeEntry, { kind: 'file' }>,
  { kind, text, read }: LoadedModule,
): Finding[] {
  const { handler } = config
  const isOwn = file.owner === null && !isInPackage(file.path)
  const isDetecting = nodeFlags(config.settings.environment).detectsModules
  const loading = { kind, by, major: target.major, isDetecting }
  const fault = read === null || !isOwn ? null : kindFault(text, read, loading)
  // What one name that is missing breaks is told with the imports.
  if (fault !== null && isOfWholeModule(fault)) {
    return [finding('HANDLER_MODULE_KIND', file.path, handler, file.path, fault.taken, fault.words, fault.remedy)]
  }
  const isImporting = target.major >= FIRST_IMPORTING_MAJOR
  const told = exportsOf({ kind, text, read }, isImporting)
  const [name = '', ...rest] = exportPath.split('.')
  const isHeldByDefault = isImporting && told.names.includes('default')
  if (!told.isOpen && !told.names.includes(name) && !isHeldByDefault) {
    const words = `${handler} is undefined or not exported`
    return [finding('HANDLER_FUNCTION_MISSING', file.path, handler, name, nearest(name, told.names), words)]
  }
  const parameters = read === null || rest.length > 0 ? null : parametersOfExport(text, read.tokens, name)
  if (parameters === null || parameters < 3) return []
  return [finding(isImporting ? 'HANDLER_CALLBACK' : 'HANDLER_CALLBACK_ENDS', file.path, handler, parameters)]
}

/** A .js file that no package.json speaks of may be either, where Node.js looks at its syntax. */
function exportsOf({ kind, text, read }: LoadedModule, isImporting: boolean): ModuleExports {
  const esm = read === null ? UNKNOWN : exportsOfTokens(read.tokens)
  if (kind === 'esm') return esm
  return kind === 'cjs' || !isImporting ? cjsExports(text) : merged(esm, cjsExports(text))
}

function merged(one: ModuleExports, other: ModuleExports): ModuleExports {
  return { names: [...one.names, ...other.names], isOpen: one.isOpen || other.isOpen }
}
