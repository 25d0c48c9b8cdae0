import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { htmlOf } from '../../../src/report/html/html.ts'
import { pageCode } from '../../../src/report/html/page-code.js'
import { describe, REPOSITORY } from '../../helpers.ts'
import { documentWith, fileOf, largeReport, reportWith } from './documents.ts'

const HOSTILE = [
  '</script><script>window.broken = 1</script>',
  '<!--<script>',
  '<img src=x onerror="window.broken = 1">',
  `quotes " ' \` and \\ and \u2028 and \u2029 and \u0000`,
  'javascript:alert(1)',
  '\ud800 half a character',
]

describe('the HTML report', it => {
  it('is the same bytes for the same report', () => {
    const document = documentWith([largeReport(500, 20)])
    assert.is(htmlOf(document, null, '1.2.3'), htmlOf(structuredClone(document), null, '1.2.3'))
  })

  it('carries the very report, whatever the files are called', () => {
    const document = documentWith([
      reportWith({ name: '</title><b>x</b>', files: HOSTILE.map((path, place) => fileOf(path, 100 + place)) }),
    ])
    const html = htmlOf(document, null, '1.2.3')
    assert.equal(dataOf(html).document, JSON.parse(JSON.stringify(document)))
    assert.equal(dataOf(html).diffs, [])
  })

  it('has no element that a name brings', () => {
    const usual = htmlOf(documentWith([reportWith({})]), null, '1.2.3')
    const files = HOSTILE.map((path, place) => fileOf(path, 100 + place))
    const hostile = htmlOf(documentWith([reportWith({ name: HOSTILE[0] ?? '', files })]), null, '1.2.3" onload="x')
    assert.is(hostile.split('<').length, usual.split('<').length)
    assert.not.match(hostile, /[\u2028\u2029]/)
  })

  it('runs its own script and style alone, and loads nothing', () => {
    const html = htmlOf(documentWith([reportWith({})]), null, '1.2.3')
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? ''
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    assert.match(policy, /^default-src 'none';/)
    assert.ok(policy.includes(`script-src '${digest(script)}'`))
    assert.ok(policy.includes(`style-src '${digest(style)}'`))
    assert.not.match(policy, /unsafe|https?:|\*/)
    assert.not.match(style, /url\(|@import/)
    // Links of a namespace or a licence are no address that is loaded.
    assert.not.match(html, /(?:src|href)="(?:https?:)?\/\//)
  })

  it('weighs less than 64 KB without its data', () => {
    const { script, style } = pageCode()
    const bytes = Buffer.byteLength(script) + Buffer.byteLength(style)
    assert.ok(bytes < 64 * 1024, `${bytes} bytes`)
  })

  it('has the licence of what is bundled in', () => {
    const licence = readFileSync(join(REPOSITORY, 'node_modules/d3-hierarchy/LICENSE'), 'utf8')
    const words = (text: string): string => text.replace(/[\s*]+/g, ' ').trim()
    assert.ok(words(pageCode().script).includes(words(licence)))
  })
})

function dataOf(html: string): { document: unknown; diffs: unknown } {
  const text = /<script type="application\/json" id="report">([\s\S]*?)<\/script>/.exec(html)?.[1]
  return JSON.parse(text ?? '') as { document: unknown; diffs: unknown }
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
