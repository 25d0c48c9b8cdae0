import type { NodePlan } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import type { Owners } from './owners.ts'
import type { Place } from './places.ts'

/** What every step of one bundle's making works with. */
export interface Work {
  readonly plan: NodePlan
  readonly place: Place
  readonly owners: Owners
  readonly disk: Disk
}
