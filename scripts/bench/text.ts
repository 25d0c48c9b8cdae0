import { cpu, peak, spread, times, wall } from './figures.ts'
import type { Goal, Outcome, Section } from './types.ts'

/** Everything that was measured, as Markdown. */
export function outcomesAsText(outcomes: readonly Outcome[]): string {
  const sections = outcomes.flatMap(outcome => outcome.sections)
  const goals = outcomes.flatMap(outcome => outcome.goals)
  return [...(goals.length > 0 ? [goalsAsText(goals)] : []), ...sections.map(sectionAsText)].join('\n\n')
}

function goalsAsText(goals: readonly Goal[]): string {
  const rows = goals.map(({ what, goal, got, isReached }) => [what, goal, got, isReached ? 'yes' : '**no**'])
  return `## Goals\n\n${table(['what', 'goal', 'got', 'reached'], rows)}`
}

function sectionAsText({ title, notes, results }: Section): string {
  const first = results[0]
  const rows = results.map(result => [
    result.name,
    result.bytes?.toLocaleString('en') ?? '',
    result.bytes === null || !first?.bytes ? '' : percent(result.bytes / first.bytes - 1),
    wall(result).toFixed(wall(result) < 1 ? 3 : 1),
    times(wall(result) / wall(first)),
    cpu(result).toFixed(cpu(result) < 1 ? 2 : 1),
    (peak(result) / 1_048_576).toFixed(0),
    result.runs.length > 1 ? `${(spread(result) * 100).toFixed(0)} % of ${result.runs.length}` : 'one run',
  ])
  const head = ['', 'bytes', '', 'wall s', 'wall', 'CPU s', 'peak RSS MiB', 'spread']
  return [`## ${title}`, ...notes, ...(rows.length > 0 ? [table(head, rows)] : [])].join('\n\n')
}

function percent(change: number): string {
  return `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)} %`
}

/** A Markdown table that reads as plain text, too. The first column is words, the others are figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
