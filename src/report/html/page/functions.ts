import { count, limitLabel, percentage, shareOf, verdictOf } from '../../words.ts'
import type { PublicReport, ReportDocument } from './data.ts'
import { button, h, section } from './dom.ts'
import { sizeElement } from './facts.ts'
import { type Column, sortableTable } from './sortable-table.ts'
import { gauges } from './summary.ts'

/** All functions beside each other, to choose from, and the limits of all together. */
export function functionsOf({ functions, total }: ReportDocument, choose: (place: number) => void): HTMLElement {
  const bad = functions.filter(({ ok }) => !ok).length
  const state = bad === 0 ? 'none judged bad' : `${bad} of them judged bad`
  const zipped = total?.bytes ?? functions.reduce((sum, { artifact }) => sum + artifact.bytes, 0)
  const unzipped = total?.unzippedBytes ?? functions.reduce((sum, { artifact }) => sum + artifact.unzippedBytes, 0)
  return section(
    'functions',
    'Functions',
    h(
      'p',
      {},
      `${count(functions.length, 'function')}, ${state}: `,
      sizeElement(zipped),
      ' zipped, ',
      sizeElement(unzipped),
      ' unzipped together.',
    ),
    total === null || total.limits.length === 0 ? null : gauges(total.limits),
    sortableTable('Functions', columnsOf(functions, choose), functions),
  )
}

function columnsOf(functions: readonly PublicReport[], choose: (place: number) => void): Column<PublicReport>[] {
  return [
    {
      title: 'Function',
      isNumber: false,
      valueOf: ({ name }) => name,
      cell: one => button({ class: 'row', 'data-function': one.name }, one.name, () => choose(functions.indexOf(one))),
    },
    { title: 'Verdict', isNumber: false, valueOf: one => verdictOf(one).tone, cell: verdictChip },
    number('Zipped', ({ artifact }) => artifact.bytes),
    number('Unzipped', ({ artifact }) => artifact.unzippedBytes),
    { title: 'Fullest limit', isNumber: true, valueOf: fullest, cell: one => fullestText(one) },
    {
      title: 'Findings',
      isNumber: true,
      valueOf: ({ findings }) => findings.length,
      cell: ({ findings }) => String(findings.length),
    },
  ]
}

function number(title: string, bytesOf: (one: PublicReport) => number): Column<PublicReport> {
  return { title, isNumber: true, valueOf: bytesOf, cell: one => sizeElement(bytesOf(one)) }
}

function verdictChip(one: PublicReport): HTMLElement {
  return h('span', { class: `chip ${verdictOf(one).tone}` }, verdictWord(one))
}

/** The verdict where there is no room for the sentence. */
export function verdictWord({ limits, findings, ok }: PublicReport): string {
  if (!ok && findings.some(({ severity }) => severity === 'error')) return 'would not start'
  if (limits.some(({ status }) => status === 'over')) return 'over a limit'
  return limits.some(({ status }) => status === 'near') ? 'near a limit' : 'fits'
}

function fullest({ limits }: PublicReport): number {
  return Math.max(0, ...limits.map(shareOf))
}

function fullestText(one: PublicReport): string {
  const limit = one.limits.toSorted((a, b) => shareOf(b) - shareOf(a))[0]
  return limit === undefined ? '' : `${limitLabel(limit)} ${percentage(shareOf(limit))}`
}
