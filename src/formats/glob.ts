import picomatch from 'picomatch'

/** A test for `/`-separated relative paths against globs, of which one must match; `*` also matches names with a leading dot. */
export function makeMatcher(globs: readonly string[]): (path: string) => boolean {
  const matches = picomatch([...globs], { dot: true, nonegate: true })
  return path => matches(path)
}
