import { type Lifecycle, NODE_RUNTIMES, PYTHON_RUNTIMES, RUNTIMES_CHECKED_ON, standingOf } from '../aws/runtimes.ts'
import { finding } from '../findings.ts'
import type { Finding } from '../model.ts'
import { isAwsBase } from './image.ts'
import type { Subject } from './subject.ts'

/** Whether AWS still takes functions of the runtime, on the day of the check. */
export async function checkRuntime({ plan, system }: Subject): Promise<Finding[]> {
  const { runtime: id } = plan.config
  const runtime = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].find(one => one.id === id)
  if (runtime === undefined) return []
  const standing = standingOf(runtime, system.today)
  // AWS refuses no image for its runtime, and knows nothing of it.
  if (plan.purpose === 'image' && (standing === 'deprecated' || standing === 'blocked'))
    return isAwsBase(plan.config.image.base) ? [finding('BASE_DEPRECATED', '', id, runtime.deprecated ?? '')] : []
  switch (standing) {
    case 'supported':
      return []
    case 'preview':
      return [finding('RUNTIME_PREVIEW', '', id)]
    case 'deprecated':
      return [finding('RUNTIME_DEPRECATED', '', id, runtime.deprecated ?? '', refusalsOf(runtime, system.today))]
    case 'blocked':
      return [finding('RUNTIME_BLOCKED', '', id, runtime.blockUpdate ?? '')]
  }
}

function refusalsOf({ blockCreate, blockUpdate }: Lifecycle, today: string): string {
  const days = [
    ['to create', blockCreate],
    ['to update', blockUpdate],
  ] as const
  const refusals = days.map(
    ([what, day]) => `${what} functions of it ${day !== null && day <= today ? 'since' : 'from'} ${day}`,
  )
  return `${refusals.join(' and ')}, as announced by ${RUNTIMES_CHECKED_ON}`
}
