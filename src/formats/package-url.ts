/** Who names packages: PyPI by PEP 503, npm with scopes. */
export type PackageUrlType = 'pypi' | 'npm'

/** A package URL, such as `pkg:npm/%40scope/name@1.0.0`. https://github.com/package-url/purl-spec/blob/main/docs/standard/summary.md */
export function packageUrl(type: PackageUrlType, name: string, version: string): string {
  const path = name.split('/').map(encoded).join('/')
  return `pkg:${type}/${path}${version === '' ? '' : `@${encoded(version)}`}`
}

/** All but letters, digits and `.-_~:`. */
function encoded(text: string): string {
  const escaped = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return escaped.replaceAll('%3A', ':')
}
