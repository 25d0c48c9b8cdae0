import { posix } from 'node:path'
import { FIRST_IMPORTING_MAJOR, LAMBDA_EXTENSIONS, readNodeHandler } from '../aws/node-handler.ts'
import { finding } from '../findings.ts'
import { readContent } from '../formats/content.ts'
import { nearest } from '../formats/nearest.ts'
import { cjsExports, esmExports, type ModuleExports } from '../formats/node-exports.ts'
import type { FileEntry, FileSet, Finding, NodePlan } from '../model.ts'
import type { System } from '../system/system.ts'

/**
 * Finds the handler as Lambda's Node.js runtimes do.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
export async function checkNodeHandler(plan: NodePlan, fileSet: FileSet, system: System): Promise<Finding[]> {
  const text = plan.config.handler
  const handler = readNodeHandler(text)
  if (typeof handler === 'string') return [finding('HANDLER_MALFORMED', '', text, handler)]
  const found = present(fileSet, handler.module)
  const [first] = found
  // Lambda asks whether the bare path exists before it appends anything, and a folder exists, too.
  if (isFolder(fileSet, handler.module) && !isFoundBesideFolder(plan, first, handler.module)) {
    return folderFindings(plan, fileSet, handler.module, first)
  }
  if (first === undefined) return [missing(text, handler.module)]
  const bundle =
    plan.config.bundle.kind === 'bundle' ? found.find(({ path }) => path === bundlePath(plan, handler.module)) : first
  if (bundle !== undefined && bundle !== first) {
    const why = `Lambda loads ${first.path} first`
    return [finding('HANDLER_MODULE_HIDDEN', first.path, text, bundle.path, first.path, why)]
  }
  return checkModule(plan, fileSet, { file: first, exportPath: handler.exportPath }, system)
}

/** The files that the handler's module may be, in the order in which Lambda looks. */
function present(fileSet: FileSet, module: string): readonly FileEntry[] {
  return LAMBDA_EXTENSIONS.flatMap(extension => fileSet.files.find(({ path }) => path === module + extension) ?? [])
}

function bundlePath({ config }: NodePlan, module: string): string {
  const isCommonJs = config.bundle.kind === 'bundle' && config.bundle.options['format'] === 'cjs'
  return module + (isCommonJs ? '.cjs' : '.mjs')
}

function isFolder(fileSet: FileSet, module: string): boolean {
  return fileSet.files.some(({ path }) => path.startsWith(`${module}/`))
}

/** require() appends .js before it looks into a folder; import() does not. */
function isFoundBesideFolder({ target }: NodePlan, first: FileEntry | undefined, module: string): boolean {
  return target.major < FIRST_IMPORTING_MAJOR && first?.path === `${module}.js`
}

function folderFindings(
  { config, target }: NodePlan,
  fileSet: FileSet,
  module: string,
  first: FileEntry | undefined,
): Finding[] {
  // What require() takes from a folder is told by its package.json or is its index.
  const isLoadable =
    target.major < FIRST_IMPORTING_MAJOR &&
    fileSet.files.some(({ path }) => [`${module}/package.json`, `${module}/index.js`].includes(path))
  if (first === undefined) return isLoadable ? [] : [missing(config.handler, module)]
  const why = `Lambda takes the folder ${module} for the module`
  return [finding('HANDLER_MODULE_HIDDEN', first.path, config.handler, first.path, `the folder ${module}`, why)]
}

function missing(handler: string, module: string): Finding {
  const tried = `${module}.js, ${module}.mjs or ${module}.cjs`
  return finding('HANDLER_MODULE_MISSING', '', handler, tried, `Error: Cannot find module '${posix.basename(module)}'`)
}

interface LoadedModule {
  readonly file: FileEntry
  readonly exportPath: string
}

async function checkModule(
  plan: NodePlan,
  fileSet: FileSet,
  { file, exportPath }: LoadedModule,
  system: System,
): Promise<Finding[]> {
  const source = Buffer.from(await readContent(file.content, system.disk)).toString('utf8')
  const isModule = await isEsModule(file.path, fileSet, system)
  const isImporting = plan.target.major >= FIRST_IMPORTING_MAJOR
  const kind =
    file.owner === null && plan.config.bundle.kind === 'files' ? kindProblem(plan, file, source, isModule) : null
  if (kind !== null) return [kind]
  const told = exportsOf(source, isModule, isImporting)
  const { handler } = plan.config
  const [name = ''] = exportPath.split('.')
  const isHeldByDefault = isImporting && told.names.includes('default')
  if (told.isOpen || told.names.includes(name) || isHeldByDefault) return []
  const words = `${handler} is undefined or not exported`
  return [finding('HANDLER_FUNCTION_MISSING', file.path, handler, name, nearest(name, told.names), words)]
}

/** A .js file that no package.json speaks of may be either, where Node.js looks at its syntax. */
function exportsOf(source: string, isModule: boolean | 'undeclared', isImporting: boolean): ModuleExports {
  if (isModule === true) return esmExports(source)
  return isModule === false || !isImporting ? cjsExports(source) : merged(esmExports(source), cjsExports(source))
}

function merged(one: ModuleExports, other: ModuleExports): ModuleExports {
  return { names: [...one.names, ...other.names], isOpen: one.isOpen || other.isOpen }
}

/** 'undeclared': a .js file, and no package.json says of which kind. */
async function isEsModule(path: string, fileSet: FileSet, system: System): Promise<boolean | 'undeclared'> {
  if (path.endsWith('.mjs')) return true
  if (!path.endsWith('.js')) return false
  for (let dir = posix.dirname(path); ; dir = posix.dirname(dir)) {
    const manifest = fileSet.files.find(file => file.path === posix.join(dir, 'package.json'))
    if (manifest !== undefined)
      return typeOf(Buffer.from(await readContent(manifest.content, system.disk)).toString('utf8'))
    if (dir === '.' || posix.basename(dir) === 'node_modules') return 'undeclared'
  }
}

function typeOf(manifest: string): boolean | 'undeclared' {
  try {
    const { type } = JSON.parse(manifest) as { readonly type?: unknown }
    return type === 'module' ? true : type === 'commonjs' ? false : 'undeclared'
  } catch {
    // Lambda, too, ignores one that it can't read.
    return 'undeclared'
  }
}

/** A module of one kind in a file that is loaded as the other. */
function kindProblem(
  { config, target }: NodePlan,
  { path }: FileEntry,
  source: string,
  isModule: boolean | 'undeclared',
): Finding | null {
  const esm = esmExports(source)
  const cjs = cjsExports(source)
  const isEsm = esm.names.length > 0 && cjs.names.length === 0 && !cjs.isOpen
  const isCjs = cjs.names.length > 0 && esm.names.length === 0 && !esm.isOpen
  if (isEsm && (isModule === false || (isModule === 'undeclared' && target.major < FIRST_IMPORTING_MAJOR))) {
    const words = "SyntaxError: Cannot use import statement outside a module, or Unexpected token 'export'"
    const remedy = 'Name it .mjs, or write "type": "module" into its package.json and pack that.'
    return finding('HANDLER_MODULE_KIND', path, config.handler, path, 'a CommonJS module', words, remedy)
  }
  if (!isCjs || isModule !== true) return null
  const words = 'ReferenceError: module is not defined in ES module scope'
  const remedy = 'Name it .cjs, or take "type": "module" out of its package.json.'
  return finding('HANDLER_MODULE_KIND', path, config.handler, path, 'an ES module', words, remedy)
}
