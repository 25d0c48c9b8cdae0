import { join } from 'node:path'
import { topLevelNames } from '../formats/python-source.ts'
import type { Disk } from '../system/system.ts'
import { textOf } from './text-of.ts'

/** A handler, and the file that has it. */
export interface FoundHandler {
  readonly handler: string
  readonly file: string
}

/** What lpack looks for, in order: AWS's own name first, then what frameworks and examples use. */
const FILES = ['lambda_function.py', 'app.py', 'main.py', 'handler.py', 'index.py'] as const
const NAMES = ['lambda_handler', 'handler'] as const

/** One if it is sure, several if equals compete, none. `modules` are the Python files right in the folder. */
export async function findPythonHandlers(
  root: string,
  modules: readonly string[],
  disk: Disk,
): Promise<readonly FoundHandler[]> {
  const defined = new Map<string, readonly string[]>()
  for (const file of modules) defined.set(file, topLevelNames((await textOf(join(root, file), disk)) ?? '').names)
  const at = (file: string, name: string) => ({ handler: `${file.slice(0, -3)}.${name}`, file })
  for (const name of NAMES) {
    const known = FILES.find(file => defined.get(file)?.includes(name))
    if (known !== undefined) return [at(known, name)]
    const others = modules.filter(
      file => defined.get(file)?.includes(name) && !/^(test_|conftest)|_test\.py$/.test(file),
    )
    if (others.length > 0) return others.map(file => at(file, name))
  }
  return []
}

/** Why no file was found to have a Python handler. */
export function noPythonHandler(modules: readonly string[]): string {
  const present = FILES.filter(file => modules.includes(file))
  if (present.length > 0)
    return `${present.join(' and ')} ${present.length === 1 ? 'defines' : 'define'} neither ${NAMES.join(' nor ')}`
  return `no ${FILES.slice(0, -1).join(', ')} or ${FILES[FILES.length - 1]} defines ${NAMES.join(' or ')}`
}
