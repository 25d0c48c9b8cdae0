import { finding } from '../../findings.ts'
import type { Finding, Plan } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { isLitter } from './remains.ts'

/** How layers are laid out. https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html */
const LAYER_FOLDERS = { python: ['python', 'bin', 'lib'], node: ['nodejs', 'bin', 'lib'] }

/** All in a folder where it should be at the root: a layer's zip, or a zip of the folder instead of its contents. */
export function layoutFindings({ plan, fileSet }: Subject): Finding[] {
  const paths = fileSet.files.map(({ path }) => path).filter(path => !isLitter(path))
  const tops = [...new Set(paths.map(path => path.slice(0, path.indexOf('/') + 1)))]
  const { handler } = plan.config
  const module = moduleOf(plan)
  if (tops.includes('') || tops.length === 0 || paths.some(path => isModule(path, module))) return []
  const folders = tops.map(top => top.slice(0, -1))
  const layer = LAYER_FOLDERS[plan.language][0] ?? ''
  if (folders.includes(layer) && folders.every(folder => LAYER_FOLDERS[plan.language].includes(folder))) {
    return [finding('LAYOUT_OF_LAYER', '', layer, handler)]
  }
  const [folder = ''] = folders
  const isWrapped = folders.length === 1 && paths.some(path => isModule(path, `${folder}/${module}`))
  return isWrapped ? [finding('LAYOUT_WRAPPED', '', folder, handler)] : []
}

/** The handler's module as a path, without an extension. */
function moduleOf({ language, config: { handler } }: Plan): string {
  if (language === 'python') return handler.slice(0, Math.max(0, handler.lastIndexOf('.'))).replaceAll('.', '/')
  const base = handler.lastIndexOf('/') + 1
  const dot = handler.indexOf('.', base)
  return (dot === -1 ? handler : handler.slice(0, dot)).replace(/^\.?\//, '')
}

/** A file of the module, or a folder that is it. */
function isModule(path: string, module: string): boolean {
  return path.startsWith(`${module}.`) || path.startsWith(`${module}/`)
}
