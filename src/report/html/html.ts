import { createHash } from 'node:crypto'
import type { ReportDiff } from '../diff.ts'
import type { ReportDocument } from '../json.ts'
import { pageCode } from './page-code.js'

/**
 * The report as one page that needs nothing beside itself. It carries what `--json` prints, in the element `report`, and shows that. The
 * same report makes the same bytes.
 */
export function htmlOf(document: ReportDocument, diffs: readonly ReportDiff[] | null, version: string): string {
  const { script, style } = pageCode()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="lpack ${escaped(version)}">
<title>${escaped(titleOf(document))}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>
<noscript>This report is drawn by a script, which is switched off here. Its data is in this file, as JSON.</noscript>
<script type="application/json" id="report">${embedded({ document, diffs: diffs ?? [] })}</script>
<script>${script}</script>
</body>
</html>
`
}

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%232f6fde' d='M1 1h8v14H1z'/%3E%3Cpath fill='%23e08a2e' d='M10 1h5v8h-5z'/%3E%3Cpath fill='%232e9d6a' d='M10 10h5v5h-5z'/%3E%3C/svg%3E"

/** Nothing is loaded, and nothing runs but the page's own script. https://www.w3.org/TR/CSP3/ */
function policy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    `style-src '${digest(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** JSON that can't end its element, whatever a file is called, and that may be pasted into a script, too. */
function embedded(data: object): string {
  return JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    one => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function titleOf({ functions }: ReportDocument): string {
  const [only] = functions
  return `${functions.length === 1 && only !== undefined ? only.name : `${functions.length} functions`} · lpack report`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, one => `&#${one.charCodeAt(0)};`)
}
