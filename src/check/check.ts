import type { FileSet, Finding, Plan } from '../model.ts'
import type { System } from '../system/system.ts'
import { checkHandler } from './handler.ts'
import { checkNames } from './names.ts'

/** What would go wrong on Lambda with these files. Reads few of them, writes nothing. */
export async function check(plan: Plan, fileSet: FileSet, system: System): Promise<Finding[]> {
  return [...(await checkHandler(plan, fileSet, system)), ...checkNames(fileSet)]
}
