import type { FileSet, Finding, Plan } from '../model.ts'
import type { System } from '../system/system.ts'
import { checkNames } from './names.ts'
import { checkNodeHandler } from './node-handler.ts'
import { checkPythonHandler } from './python-handler.ts'

/** What would go wrong on Lambda with these files. Reads few of them, writes nothing. */
export async function check(plan: Plan, fileSet: FileSet, system: System): Promise<Finding[]> {
  const handler =
    plan.language === 'python'
      ? await checkPythonHandler(plan, fileSet, system)
      : await checkNodeHandler(plan, fileSet, system)
  return [...handler, ...checkNames(fileSet)]
}
