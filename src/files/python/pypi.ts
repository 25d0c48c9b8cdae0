/** PyPI's own index; a lock that names it names the default one. https://peps.python.org/pep-0503/ */
export const PYPI = 'https://pypi.org/simple'

/** True for PyPI's own index, however it is spelt. */
export function isPyPI(url: string): boolean {
  return /^https?:\/\/(www\.)?pypi\.(org|python\.org)\/(simple|pypi)$/i.test(url.replace(/\/+$/, ''))
}
