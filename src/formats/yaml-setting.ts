/** A YAML file of a person with a top-level key replaced or added; all else, comments included, stays as it is. */
export function withSetting(text: string, key: string, value: string): string {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/)
  const start = lines.findIndex(line => new RegExp(`^["']?${key}["']?\\s*:`).test(line))
  if (start === -1) return `${lines.join('\n')}\n${key}: ${value}\n`.trimStart()
  const after = lines.findIndex((line, index) => index > start && /^[^\s#-]/.test(line))
  const rest = after === -1 ? [] : lines.slice(after)
  return `${[...lines.slice(0, start), ...rest].join('\n')}\n${key}: ${value}\n`.trimStart()
}
