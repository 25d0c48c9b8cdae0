import type { Decisions } from '../model.ts'

/** Nothing decided yet. */
export function noDecisions(): Decisions {
  return { leftOut: [], kept: [], omitted: [], outside: [], needs: [], modules: [] }
}
