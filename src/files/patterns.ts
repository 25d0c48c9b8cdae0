import type { Pattern } from '../formats/glob.ts'

/** Stands for a name that nobody writes into a pattern on purpose. */
const ANY_NAME = '\u0001'

/**
 * True if the pattern matches the path and would not match with any other name at `depth`: it names that part,
 * and does not just sweep over it. `.env*` names .env; `**` and `*` do not; `**\/*.py` does not name node_modules.
 */
export function names(pattern: Pattern, path: string, depth: number): boolean {
  if (!pattern.matches(path)) return false
  const parts = path.split('/')
  return !pattern.matches([...parts.slice(0, depth), ANY_NAME, ...parts.slice(depth + 1)].join('/'))
}
