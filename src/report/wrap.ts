import { chunks, widthOf } from '../formats/text-width.ts'

/** Text in lines of at most `width` cells, broken at spaces; a word that is longer has a line of its own. Line breaks stay. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => wrapLine(line, width))
}

/** The same, and longer words are broken, too. */
export function wrapAll(text: string, width: number): string[] {
  return wrap(text, width).flatMap(line => chunks(line, width))
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
