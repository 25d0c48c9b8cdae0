import { posix } from 'node:path'
import { FIRST_IMPORTING_MAJOR, LAMBDA_EXTENSIONS, readNodeHandler } from '../../aws/node-handler.ts'
import { TASK_ROOT } from '../../aws/node-modules.ts'
import { finding } from '../../findings.ts'
import type { FileEntry, Finding, NodePlan } from '../../model.ts'
import type { Subject } from '../subject.ts'
import type { NodePackages } from './packages.ts'
import { makeResolver } from './resolution.ts'

/** The module that Lambda loads for a handler, or why it loads none; null: the handler is not told, or not in the artifact. */
export type NodeEntry =
  | { readonly kind: 'file'; readonly file: FileEntry; readonly exportPath: string; readonly by: 'require' | 'import' }
  | { readonly kind: 'fault'; readonly finding: Finding }
  | null

/**
 * Finds the handler's module as Lambda's Node.js runtimes do.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export async function findNodeEntry(subject: Subject, packages: NodePackages): Promise<NodeEntry> {
  const { plan, files, folders } = subject
  if (plan.language !== 'node' || plan.config.handler === '') return null
  const text = plan.config.handler
  const handler = readNodeHandler(text)
  if (typeof handler === 'string') return fault(finding('HANDLER_MALFORMED', '', text, handler))
  const module = handler.module.startsWith(`${TASK_ROOT}/`)
    ? handler.module.slice(TASK_ROOT.length + 1)
    : handler.module
  // Of a layer, such as /opt/nodejs/node_modules/datadog-lambda-js/handler.
  if (module.startsWith('/')) return null
  const found = LAMBDA_EXTENSIONS.flatMap(extension => files.get(module + extension) ?? [])
  const [first] = found
  const load = async (file: FileEntry): Promise<NodeEntry> => {
    const { exportPath } = handler
    return { kind: 'file', file, exportPath, by: await loaderOf(file, plan, packages) }
  }
  // Lambda asks whether the bare path exists before it appends anything, and a folder exists, too.
  if (folders.has(module) && files.get(module) === undefined) {
    return ofFolder(module, first, { subject, packages, load })
  }
  if (first === undefined) return ofPackage(module, { subject, packages, load })
  const wanted = plan.config.bundle.kind === 'bundle' ? files.get(bundlePath(plan, module)) : first
  if (wanted === undefined || wanted === first) return load(first)
  const why = `Lambda loads ${first.path} first`
  return fault(finding('HANDLER_MODULE_HIDDEN', first.path, text, wanted.path, first.path, why))
}

interface Search {
  readonly subject: Subject
  readonly packages: NodePackages
  readonly load: (file: FileEntry) => Promise<NodeEntry>
}

/** require() appends .js before it looks into a folder, where package.json or the index tells the module; import() takes no folder. */
async function ofFolder(
  module: string,
  first: FileEntry | undefined,
  { subject, packages, load }: Search,
): Promise<NodeEntry> {
  const { plan, files } = subject
  const { handler } = plan.config
  const isImporting = plan.language === 'node' && plan.target.major >= FIRST_IMPORTING_MAJOR
  const path = isImporting ? null : await makeResolver(subject, packages).required(module, false)
  const file = path === null ? undefined : files.get(path)
  if (file !== undefined && (await packages.kind(file.path)) !== 'esm') return load(file)
  const shown = first ?? file
  if (shown !== undefined) {
    const why = `Lambda takes the folder ${module} for the module`
    return fault(finding('HANDLER_MODULE_HIDDEN', shown.path, handler, shown.path, `the folder ${module}`, why))
  }
  const words = `Error [ERR_UNSUPPORTED_DIR_IMPORT]: Directory import '${TASK_ROOT}/${module}' is not supported resolving ES modules`
  return fault(missing(handler, module, isImporting ? words : undefined))
}

/** What is nowhere else Lambda requires by its bare name: a package, or a file of another extension at the root. */
async function ofPackage(module: string, { subject, packages, load }: Search): Promise<NodeEntry> {
  const { handler, layers } = subject.plan.config
  const resolver = makeResolver(subject, packages)
  for (const from of ['index.js', `${module}.js`]) {
    const found = await resolver.resolve({ specifier: posix.basename(module), from, by: 'require' })
    const file = found.kind === 'file' ? subject.files.get(found.path) : undefined
    if (file !== undefined) return load(file)
  }
  if (layers.length === 0) return fault(missing(handler, module))
  return fault(finding('HANDLER_MODULE_BEYOND', '', handler, triedFor(module), 'a layer'))
}

/** The older runtime imports .mjs, and .js where package.json says so, and requires the rest. */
async function loaderOf(
  { path }: FileEntry,
  { target }: NodePlan,
  packages: NodePackages,
): Promise<'require' | 'import'> {
  const isEsm = (await packages.kind(path)) === 'esm'
  return target.major >= FIRST_IMPORTING_MAJOR || isEsm ? 'import' : 'require'
}

function bundlePath({ config }: NodePlan, module: string): string {
  const isCommonJs = config.bundle.kind === 'bundle' && config.bundle.options['format'] === 'cjs'
  return module + (isCommonJs ? '.cjs' : '.mjs')
}

function missing(handler: string, module: string, words?: string): Finding {
  const said = words ?? `Error: Cannot find module '${posix.basename(module)}'`
  return finding('HANDLER_MODULE_MISSING', '', handler, triedFor(module), said)
}

function triedFor(module: string): string {
  return `${module}.js, ${module}.mjs or ${module}.cjs`
}

function fault(one: Finding): NodeEntry {
  return { kind: 'fault', finding: one }
}
