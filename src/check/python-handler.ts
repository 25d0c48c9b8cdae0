import { finding } from '../findings.ts'
import { readContent } from '../formats/content.ts'
import { nearest } from '../formats/nearest.ts'
import { topLevelNames } from '../formats/python-source.ts'
import type { FileEntry, FileSet, Finding, PythonPlan } from '../model.ts'
import type { System } from '../system/system.ts'

const UNSPLIT = 'not enough values to unpack (expected 2, got 1)'

/**
 * Finds the handler as Lambda's Python runtime does: the part before the last dot is a module, in which `/` is a dot.
 * https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
 */
export async function checkPythonHandler(plan: PythonPlan, fileSet: FileSet, system: System): Promise<Finding[]> {
  const { handler } = plan.config
  const dot = handler.lastIndexOf('.')
  if (dot <= 0) return [finding('HANDLER_MALFORMED', '', handler, `Bad handler '${handler}': ${UNSPLIT}`)]
  const module = handler.slice(0, dot)
  const name = handler.slice(dot + 1)
  const stem = module.replaceAll('.', '/')
  const file = moduleFile(fileSet, stem)
  if (file === undefined) {
    const words = `Unable to import module '${module}': No module named '${module.replaceAll('/', '.')}'`
    return [finding('HANDLER_MODULE_MISSING', '', handler, `${stem}.py`, words)]
  }
  // What a compiled module defines can't be seen from outside.
  if (!file.path.endsWith('.py')) return []
  const defined = topLevelNames(Buffer.from(await readContent(file.content, system.disk)).toString('utf8'))
  if (defined.names.includes(name) || defined.stars.length > 0 || defined.names.includes('__getattr__')) return []
  const words = `Handler '${name}' missing on module '${module}'`
  return [finding('HANDLER_FUNCTION_MISSING', file.path, handler, name, nearest(name, defined.names), words)]
}

/** As Python's import does, a package goes before a compiled module, and that before a source file. */
function moduleFile(fileSet: FileSet, stem: string): FileEntry | undefined {
  const isPackage = (path: string) => path === `${stem}/__init__.py`
  const isCompiled = (path: string) =>
    path.startsWith(`${stem}.`) && path.endsWith('.so') && !path.slice(stem.length).includes('/')
  const isSource = (path: string) => path === `${stem}.py`
  return [isPackage, isCompiled, isSource]
    .map(test => fileSet.files.find(({ path }) => test(path)))
    .find(file => file !== undefined)
}
