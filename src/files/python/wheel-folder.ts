import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { parseWheelName } from '../../formats/wheel-name.ts'
import { bestWheel } from '../../formats/wheel-tags.ts'
import type { PythonTarget } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import type { LocalWheel } from './types.ts'

/**
 * Every distribution of a folder of wheels, each by the wheel that suits the target best.
 * Throws UserError WHEELS_SEVERAL_VERSIONS and WHEELS_UNFIT.
 */
export async function wheelsOfFolder(dir: string, target: PythonTarget, disk: Disk): Promise<LocalWheel[]> {
  const byName = new Map<string, { readonly filename: string; readonly version: string }[]>()
  for (const { name: filename } of await disk.list(dir)) {
    const wheel = filename.endsWith('.whl') ? parseWheelName(filename) : null
    if (wheel !== null)
      byName.set(wheel.name, [...(byName.get(wheel.name) ?? []), { filename, version: wheel.version }])
  }
  return [...byName].map(([name, wheels]) => {
    const versions = [...new Set(wheels.map(({ version }) => version))]
    if (versions.length > 1) throw new UserError('WHEELS_SEVERAL_VERSIONS', dir, name, versions)
    const best = bestWheel(wheels, ({ filename }) => filename, target.tags)
    if (best === null)
      throw new UserError(
        'WHEELS_UNFIT',
        dir,
        name,
        target.runtime,
        target.architecture,
        wheels.map(({ filename }) => filename),
      )
    return { name, path: join(dir, best.filename), filename: best.filename }
  })
}
