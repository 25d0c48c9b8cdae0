import picomatch from 'picomatch'

/** A test for `/`-separated relative paths against globs, of which one must match; `*` also matches names with a leading dot. */
export function makeMatcher(globs: readonly string[]): (path: string) => boolean {
  // As in a shell: a name may hold a line break, and a + behind brackets is no quantifier (`(a+)+` would take for ever).
  const matches = picomatch([...globs], { dot: true, nonegate: true, flags: 's', regex: false })
  return path => matches(path)
}

/** A glob of the config over paths with `/`. */
export interface Pattern {
  readonly text: string
  readonly matches: (path: string) => boolean
}

/** A pattern that names a folder also names what is in it, as in .gitignore and `files` of package.json. */
export function makePattern(text: string): Pattern {
  const glob = text.replace(/\/+$/, '').replace(/^\.\//, '')
  // What is left of `/` is nothing, and names nothing.
  return { text, matches: glob === '' ? () => false : makeMatcher([glob, `${glob}/**`]) }
}
