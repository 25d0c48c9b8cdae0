import { widthOf } from '../formats/text-width.ts'

/**
 * Text in lines of at most `width` cells, broken at spaces, but not within `code` that fits a line. A longer word has a line of its own,
 * which the terminal breaks so that it can be copied whole. Line breaks stay.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => wrapLine(line, width))
}

/** The same for the conversation, in which indented lines are lists and what programs say: they stay. Null: no terminal. */
export function wrapTalk(text: string, width: number | null): string {
  if (width === null) return text
  return text
    .split('\n')
    .flatMap(line => (line.startsWith(' ') ? [line] : wrapLine(line, width)))
    .join('\n')
}

function wrapLine(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of wordsOf(text, width)) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** What stands between backticks is one word, if it fits a line. */
function wordsOf(text: string, width: number): string[] {
  const words: string[] = []
  let open: string[] = []
  const close = (isCode: boolean) => {
    const code = open.join(' ')
    words.push(...(isCode && widthOf(code) <= width ? [code] : open))
    open = []
  }
  for (const word of text.split(' ')) {
    open.push(word)
    const isHalf = word.split('`').length % 2 === 0
    if (open.length === 1 ? !isHalf : isHalf) close(true)
  }
  close(false)
  return words
}
