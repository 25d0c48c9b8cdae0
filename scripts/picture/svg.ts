const CELL = { width: 8.4, height: 19 }
const MARGIN = 16
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace'

const COLOURS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '32': '#7ee787',
  '33': '#e3b341',
  '2': '#8b949e',
}
const FOREGROUND = '#e6edf3'
const BACKGROUND = '#0d1117'

interface Run {
  readonly text: string
  readonly fill: string
  readonly isBold: boolean
}

/** A picture of lines of a terminal, with the few colours that lpack uses. */
export function svgOf(text: string): string {
  const lines = text.split('\n').map(runsOf)
  const columns = Math.max(...lines.map(runs => runs.reduce((sum, run) => sum + [...run.text].length, 0)))
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN)
  const height = lines.length * CELL.height + 2 * MARGIN
  const rows = lines.map((runs, row) => {
    const y = MARGIN + (row + 0.75) * CELL.height
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${runs.map(spanOf).join('')}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="lpack zip in a terminal">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="${FONT}" font-size="14" fill="${FOREGROUND}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

const SEQUENCE = /\u001b\[([\d;]*)m/

function runsOf(line: string): readonly Run[] {
  let fill = FOREGROUND
  let isBold = false
  return line.split(SEQUENCE).flatMap((piece, place): readonly Run[] => {
    if (place % 2 === 0) return piece === '' ? [] : [{ text: piece, fill, isBold }]
    if (piece === '1') isBold = true
    else if (piece === '22') {
      isBold = false
      fill = FOREGROUND
    } else fill = COLOURS[piece] ?? FOREGROUND
    return []
  })
}

function spanOf({ text, fill, isBold }: Run): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const attributes = [...(fill === FOREGROUND ? [] : [`fill="${fill}"`]), ...(isBold ? ['font-weight="bold"'] : [])]
  return attributes.length === 0 ? escaped : `<tspan ${attributes.join(' ')}>${escaped}</tspan>`
}
