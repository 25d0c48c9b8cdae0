import { basename } from 'node:path'
import type { Pattern } from '../formats/glob.ts'
import type { Plan } from '../model.ts'
import { exclusionOf } from './default-exclusions.ts'

/** The rule against an own file for people. `isExcluded`: the plan says that it is none. */
export function ruleInWords(
  rule: string,
  { path, isExcluded }: { readonly path: string; readonly isExcluded: boolean },
  plan: Plan,
): string {
  if (isExcluded) {
    const isSource = plan.language === 'python' && plan.source.kind !== 'none' && plan.source.path === path
    return isSource
      ? 'the dependencies come from it'
      : 'outputs, the config, other functions and wheels are no own files'
  }
  return rule === exclusionOf(basename(path)) ? `default exclusion ${JSON.stringify(rule)}` : rule
}

/** The first pattern that matches, in quotes. */
export function firstMatch(patterns: readonly Pattern[], path: string): string {
  return JSON.stringify(patterns.find(pattern => pattern.matches(path))?.text ?? '')
}
