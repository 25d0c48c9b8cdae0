// How wide text is in a terminal, where East Asian letters and emoji take two cells: https://www.unicode.org/reports/tr11/

/** Wide and fullwidth letters that are no emoji, by the ranges of EastAsianWidth.txt. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
/** What joins the letter before it, vowels and ends of Korean syllables among them. */
const COMBINING = /[\p{Mn}\p{Me}\u200b-\u200d\u1160-\u11ff]/gu
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/u
const ASCII = /^[\x20-\x7e]*$/

/** Marks that turn, hide or break text, controls of terminals among them; what only joins letters may stay. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Makes an emoji of the symbol before it. */
const EMOJI_SELECTOR = '\ufe0f'

const CUT = '…'

/** The same text with nothing in it that a terminal or a browser would obey: such characters are told by their numbers. */
export function visible(text: string): string {
  if (ASCII.test(text)) return text
  return text.replace(UNSEEN, one =>
    one === '\u200c' || one === '\u200d' ? one : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** Cells of a terminal that a visible text takes. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : partsOf(text).reduce((sum, part) => sum + cellsOf(part), 0)
}

/** The beginning of a text in at most so many cells, with an ellipsis where something is missing. */
export function cut(text: string, cells: number): string {
  return widthOf(text) <= cells ? text : `${taken(partsOf(text), cells - 1).join('')}${CUT}`
}

/** The same with the end of the text, which tells more of a path. */
export function cutStart(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text
  return `${CUT}${taken(partsOf(text).reverse(), cells - 1)
    .reverse()
    .join('')}`
}

/** Fills up with spaces at the end. */
export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)))
}

/** Fills up with spaces at the beginning. */
export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - widthOf(text))) + text
}

/** What a reader takes for one letter each. */
function partsOf(text: string): string[] {
  if (ASCII.test(text)) return [...text]
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment)
}

function cellsOf(part: string): number {
  const letters = [...part.replace(COMBINING, '')]
  if (letters.length > 1 && EMOJI.test(part)) return 2
  const isEmoji = part.includes(EMOJI_SELECTOR)
  return letters.reduce((sum, letter) => sum + (isEmoji || WIDE.test(letter) ? 2 : 1), 0)
}

function taken(parts: readonly string[], cells: number): string[] {
  const some: string[] = []
  let left = cells
  for (const part of parts) {
    left -= cellsOf(part)
    if (left < 0) break
    some.push(part)
  }
  return some
}
