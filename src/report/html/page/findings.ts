import type { PublicReport } from './data.ts'
import { button, type Child, h, prose, section } from './dom.ts'
import { plainTable } from './sortable-table.ts'

const SEVERITIES = ['error', 'warning', 'note'] as const
const TONES = { error: 'bad', warning: 'doubtful', note: 'plain' } as const

/** What was found, errors first; and what the config silences, with its reasons. */
export function findingsOf(report: PublicReport, reveal: (path: string) => (() => void) | null): HTMLElement {
  const { findings, silenced, checked } = report
  const place = (path: string): Child => {
    const show = reveal(path)
    return show === null ? h('span', { class: 'path' }, path) : button({ class: 'link path' }, path, show)
  }
  const rows = SEVERITIES.flatMap(severity => findings.filter(one => one.severity === severity)).map(
    ({ severity, code, path, message }) =>
      () => [
        h('span', { class: `chip ${TONES[severity]}` }, severity),
        h('code', {}, code),
        h('div', {}, h('p', { class: 'message' }, prose(message)), path === '' ? null : place(path)),
      ],
  )
  const none = checked
    ? 'Nothing found that would keep it from starting.'
    : 'Not checked: name what it runs on, with --runtime.'
  return section(
    'findings',
    'Findings',
    rows.length === 0
      ? h('p', { class: 'empty' }, none)
      : plainTable('Findings', [{ title: 'Severity' }, { title: 'Code' }, { title: 'What and where' }], rows),
    silenced.length === 0 ? null : silencedTable(silenced, place),
  )
}

function silencedTable(silenced: PublicReport['silenced'], place: (path: string) => Child): HTMLElement {
  const rows = silenced.map(({ code, path, reason }) => () => [
    h('code', {}, code),
    path === '' ? 'the whole function' : place(path),
    reason,
  ])
  return h(
    'div',
    {},
    h('h3', {}, 'Silenced by the config'),
    plainTable('Silenced findings', [{ title: 'Code' }, { title: 'Where' }, { title: 'Reason' }], rows),
  )
}
