/** Sections by name, then values by key: lower-case, with `-` for `_`. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * Parses pip.conf as Python's configparser does: a value goes on in indented lines (kept as lines), comments are whole
 * lines, the last of equal keys counts. Throws a SyntaxError that names the line.
 */
export function parseIni(text: string): Ini {
  // Without a prototype, so that a section or key named __proto__ is only a name.
  const sections: Record<string, Record<string, string>> = Object.create(null)
  let section: Record<string, string> | null = null
  let key: string | null = null
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    if (section !== null && key !== null && /^\s/.test(line)) {
      section[key] = [section[key], trimmed].filter(value => value !== '').join('\n')
    } else if (trimmed.startsWith('[')) {
      const name = sectionName(trimmed, index + 1)
      section = sections[name] ??= Object.create(null) as Record<string, string>
      key = null
    } else {
      if (section === null) throw new SyntaxError(`line ${index + 1}: a key stands before the first [section]`)
      const [name, value] = keyAndValue(trimmed, index + 1)
      section[name] = value
      key = name
    }
  }
  return sections
}

function sectionName(line: string, number: number): string {
  const end = line.lastIndexOf(']')
  if (end <= 1) throw new SyntaxError(`line ${number}: a section needs a name and a closing bracket, as in [global]`)
  return line.slice(1, end)
}

function keyAndValue(line: string, number: number): readonly [string, string] {
  const delimiter = line.search(/[=:]/)
  if (delimiter <= 0) throw new SyntaxError(`line ${number}: a key needs \`=\` and a value, as in timeout = 60`)
  const key = line.slice(0, delimiter).trim().toLowerCase().replaceAll('_', '-')
  return [key, line.slice(delimiter + 1).trim()]
}
