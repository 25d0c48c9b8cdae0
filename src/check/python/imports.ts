import { readPythonHandler } from '../../aws/python-handler.ts'
import { isLoadedEarly } from '../../aws/python-modules.ts'
import type { Finding } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { checkMissingModules } from './missing.ts'
import { moduleSuffixes, searchPath } from './modules.ts'
import { checkMissingNames } from './names.ts'
import { checkShadows } from './shadows.ts'
import { locate, walkImports } from './walk.ts'

/**
 * Whether every import that must work when Lambda imports the handler's module works: those at module level, of the
 * handler's module and of all that they load in turn, resolved as CPython does.
 */
export async function checkPythonImports(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'python') return []
  const handler = readPythonHandler(plan.config.handler)
  if (typeof handler === 'string' || isLoadedEarly(handler.module.split('.', 1).join())) return []
  const path = await searchPath(subject)
  if (locate(handler.module, path, subject, moduleSuffixes(plan.target)) === null) return []
  const walk = await walkImports(handler.module, path, subject, plan)
  return [...(await checkMissingModules(walk)), ...(await checkMissingNames(walk)), ...checkShadows(walk)]
}
