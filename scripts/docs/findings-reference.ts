import { explain, FINDING_CODES } from '../../src/findings.ts'
import { cell } from './config-reference.ts'

/** docs/findings.md: every code, as `lpack check --list` tells it. */
export function findingsReference(): string {
  const rows = [...FINDING_CODES]
    .sort() // Sorted for readers
    .map(code => {
      const { severity, explanation } = explain(code)
      return `| \`${code}\` | ${severity} | ${cell(explanation)} |`
    })
  return [
    '# Findings',
    '',
    '<!-- Made from src/findings.ts by `npm run docs`. -->',
    '',
    'What `lpack zip`, `lpack image` and `lpack check` may find. Codes are stable, messages are not. An **error** makes the exit code 1; a warning and a note',
    'do not. `ignore` in the config silences a finding by its code and path, with a reason.',
    '',
    '| code | severity | what it means, and what to do |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
