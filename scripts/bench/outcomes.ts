import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from './types.ts'

interface Kept {
  /** The build of lpack that was measured. */
  readonly build: string
  readonly outcome: Outcome
}

/** Keeps what a group measured, so that a part can be run again. */
export function keepOutcome(work: string, id: string, kept: Kept): void {
  mkdirSync(join(work, 'outcomes'), { recursive: true })
  writeFileSync(fileOf(work, id), JSON.stringify(kept))
}

/** What these groups measured of this build, in their order. */
export function keptOutcomes(work: string, ids: readonly string[], build: string): Outcome[] {
  return ids
    .map(id => fileOf(work, id))
    .filter(file => existsSync(file))
    .map(file => JSON.parse(readFileSync(file, 'utf8')) as Kept)
    .filter(kept => kept.build === build)
    .map(({ outcome }) => outcome)
}

function fileOf(work: string, id: string): string {
  return join(work, 'outcomes', `${id}.json`)
}
