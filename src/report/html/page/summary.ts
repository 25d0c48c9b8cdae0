import type { JudgedLimit } from '../../../model.ts'
import { count, limitLabel, limitName, percentage, shareOf, size, verdictOf } from '../../words.ts'
import type { PublicReport } from './data.ts'
import { type Child, h, prose } from './dom.ts'
import { exact, sizeElement } from './facts.ts'

const SIGNS = { good: '✓', doubtful: '!', bad: '✕' } as const
const WORDS = { good: 'Good', doubtful: 'Look at this', bad: 'Bad' } as const

/** The verdict, the sizes and the limits of a function. */
export function summaryOf(report: PublicReport): HTMLElement {
  const { name, runtime, architecture, handler, artifact } = report
  const known = [runtime, architecture, handler].filter(word => word !== null)
  return h(
    'section',
    { id: 'summary', class: 'summary', 'aria-labelledby': 'function-name' },
    h('h1', { id: 'function-name', tabindex: -1 }, name),
    h('ul', { class: 'chips', 'aria-label': 'Target' }, ...known.map(word => h('li', {}, word))),
    verdictBox(report),
    h('div', { class: 'figures' }, ...figuresOf(report)),
    h('h2', { class: 'unseen' }, 'Limits'),
    gauges(report.limits),
    h(
      'dl',
      { class: 'facts artifact' },
      fact('Artifact', artifact.path),
      fact('CodeSha256', artifact.codeSha256),
      fact('SHA-256', artifact.sha256),
    ),
  )
}

function verdictBox(report: PublicReport): HTMLElement {
  const { tone, text } = verdictOf(report)
  return h(
    'p',
    { class: `verdict ${tone}` },
    h('span', { class: 'sign', role: 'img', 'aria-label': WORDS[tone] }, SIGNS[tone]),
    h(
      'span',
      {},
      h('strong', {}, prose(text)),
      report.checked ? '' : ' Not checked: name what it runs on, with --runtime.',
    ),
  )
}

function figuresOf({ artifact, packages, findings }: PublicReport): HTMLElement[] {
  const others = packages.filter(({ id }) => id !== '(function)').length
  return [
    figure('Zipped', sizeElement(artifact.bytes), exact(artifact.bytes)),
    figure('Unzipped', sizeElement(artifact.unzippedBytes), exact(artifact.unzippedBytes)),
    figure('Files', artifact.files.toLocaleString('en-US'), count(others, 'package')),
    figure('Findings', String(findings.length), severities(findings)),
  ]
}

function severities(findings: PublicReport['findings']): string {
  const told = (['error', 'warning', 'note'] as const)
    .map(severity => [severity, findings.filter(one => one.severity === severity).length] as const)
    .filter(([, number]) => number > 0)
  return told.length === 0 ? 'nothing found' : told.map(([severity, number]) => count(number, severity)).join(', ')
}

function figure(title: string, value: Child, below: string): HTMLElement {
  return h(
    'div',
    { class: 'figure' },
    h('p', { class: 'title' }, title),
    h('p', { class: 'value' }, value),
    h('p', { class: 'below' }, below),
  )
}

function fact(word: string, what: string): HTMLElement {
  return h('div', {}, h('dt', {}, word), h('dd', {}, what))
}

export function gauges(limits: readonly JudgedLimit[]): HTMLElement {
  return h('ul', { class: 'gauges' }, ...limits.map(limit => h('li', {}, gauge(limit))))
}

/** How full a limit is. Where it is exceeded, a mark in the bar says where the limit is. */
function gauge(limit: JudgedLimit): HTMLElement {
  const { id, bytes, status, severity } = limit
  const share = shareOf(limit)
  const tone = status === 'ok' ? 'good' : status === 'over' && severity === 'error' ? 'bad' : 'doubtful'
  const text = `${size(bytes)} of ${size(limit.limit)} ${limitName(limit)}`.trim()
  const bar = h('div', {
    class: 'bar',
    role: 'meter',
    'aria-label': `${limitLabel(limit)} ${limitName(limit)}`.trim(),
    'aria-valuemin': 0,
    'aria-valuemax': limit.limit,
    'aria-valuenow': Math.min(bytes, limit.limit),
    'aria-valuetext': `${percentage(share)}: ${text}${status === 'over' ? ', over the limit' : status === 'near' ? ', near the limit' : ''}`,
  })
  const filling = h('span', { class: 'filling' })
  filling.style.width = `${Math.min(100, share * 100)}%`
  bar.append(filling)
  if (share > 1) {
    const mark = h('span', { class: 'mark' })
    mark.style.left = `${100 / share}%`
    bar.append(mark)
  }
  return h(
    'div',
    { class: `gauge ${tone}`, 'data-limit': id },
    h('p', { class: 'gauge-label' }, h('span', {}, limitLabel(limit)), h('strong', {}, percentage(share))),
    bar,
    h('p', { class: 'below', title: `${exact(bytes)} of ${exact(limit.limit)}` }, text),
  )
}
