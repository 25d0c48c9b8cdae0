import picomatch from 'picomatch'

/** A test for `/`-separated relative paths against globs, of which one must match; `*` also matches names with a leading dot. */
export function makeMatcher(globs: readonly string[]): (path: string) => boolean {
  // As in a shell: a name may hold a line break, and a + behind brackets is no quantifier (`(a+)+` would take for ever).
  const matches = picomatch([...globs], { dot: true, nonegate: true, flags: 's', regex: false })
  return path => matches(path)
}
