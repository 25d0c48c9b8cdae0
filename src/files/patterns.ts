import { makeMatcher } from '../formats/glob.ts'

/** A glob of the config over paths relative to the function's root, with `/`. */
export interface Pattern {
  readonly text: string
  readonly matches: (path: string) => boolean
}

/** Stands for a name that nobody writes into a pattern on purpose. */
const ANY_NAME = '\u0001'

/** A pattern that names a folder also names what is in it, as in .gitignore and `files` of package.json. */
export function makePattern(text: string): Pattern {
  const glob = text.replace(/\/+$/, '').replace(/^\.\//, '')
  // What is left of `/` is nothing, and names nothing.
  return { text, matches: glob === '' ? () => false : makeMatcher([glob, `${glob}/**`]) }
}

/**
 * True if the pattern matches the path and would not match with any other name at `depth`: it names that part,
 * and does not just sweep over it. `.env*` names .env; `**` and `*` do not; `**\/*.py` does not name node_modules.
 */
export function names(pattern: Pattern, path: string, depth: number): boolean {
  if (!pattern.matches(path)) return false
  const parts = path.split('/')
  return !pattern.matches([...parts.slice(0, depth), ANY_NAME, ...parts.slice(depth + 1)].join('/'))
}
