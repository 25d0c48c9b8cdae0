import { visible } from '../formats/text-width.ts'

/** Letters that mean nothing in Markdown, HTML or GitHub's own syntax, wherever they stand. */
const PLAIN = /^[\p{L}\p{N}\p{M}\p{So} .,;/()=+%'?$^-]$/u

/** Of these, what is told by its number is no markup; what follows them would still be taken for a name or a number. */
const REFERRING = /^[@#]$/

/** Underscores in a word, and colons behind one. */
const HARMLESS = /(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])|:(?=\s|$)/gu

/** Text of others as it is: no Markdown, HTML, table, mention or link is made of it. https://github.github.com/gfm/#entity-and-numeric-character-references */
export function escaped(text: string): string {
  const shown = visible(text)
  const harmless = new Set([...shown.matchAll(HARMLESS)].map(({ index }) => index))
  let at = 0
  const parts = [...shown].map(one => {
    const place = at
    at += one.length
    if (PLAIN.test(one) || harmless.has(place)) return one
    return REFERRING.test(one) ? `${numbered(one)}&#8203;` : numbered(one)
  })
  return parts.join('')
}

/** A sentence whose words between backticks are code. */
export function prose(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((part, place) => (place % 2 === 1 ? code(part) : escaped(part)))
    .join('')
}

/** A name or path of others as code, which GitHub makes no link or mention of, also within a table. */
export function code(text: string): string {
  const shown = visible(text)
  // Most can be read as they are; what a code span or a table would take apart is told by numbers.
  if (/^[^`|\\]+$/.test(shown) && shown.trim() === shown) return `\`${shown}\``
  const parts = [...shown].map(one => (/^[a-zA-Z0-9./-]$/.test(one) || one > '~' ? one : numbered(one)))
  return `<code>${parts.join('')}</code>`
}

/** A table of cells that are Markdown already; `numbers` are the places of columns that stand to the right. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = headings.map((_, place) => (numbers.includes(place) ? '---:' : '---'))
  return [line(headings), `|${rule.join('|')}|`, ...rows.map(line)]
}

/** Lines that are shown when somebody asks for them. GitHub wants the empty lines. */
export function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, '', ...lines, '', '</details>', '']
}

function numbered(one: string): string {
  return `&#${one.codePointAt(0) ?? 0};`
}
