import { finding } from '../../findings.ts'
import type { Finding, PythonTarget } from '../../model.ts'
import type { System } from '../../system/system.ts'
import { buildDirectory } from './build/directory.ts'
import { buildCheckout } from './build/git.ts'
import { buildSdist } from './build/sdist.ts'
import type { Asking, Workshop } from './build/workshop.ts'
import { NO_INDEXES } from './locks/selection.ts'
import type { LocalWheel, SelectedPackage } from './types.ts'

/**
 * Wheels of packages that have none: local projects, git checkouts, and pure-Python source distributions.
 * Source distributions lie on this disk, verified, and stand first among the files of their origin.
 * Nothing is written into the user's folders; the wheels lie in `workDir`, or in `cacheDir` (null: no cache) if they are of a source distribution.
 * Throws UserError LOCAL_PROJECT_MISSING, LOCAL_PROJECT_UNBUILDABLE, SDIST_NEEDS_UV, GIT_MISSING, BUILD_FAILED, BUILT_FOR_THIS_MACHINE, NO_WHEEL.
 */
export async function buildWheels(
  packages: readonly SelectedPackage[],
  target: PythonTarget,
  cacheDir: string | null,
  workDir: string,
  system: System,
  asking: Asking = { indexes: NO_INDEXES, projectDir: system.cwd },
): Promise<{ wheels: readonly LocalWheel[]; findings: readonly Finding[] }> {
  const workshop: Workshop = { target, cacheDir, workDir, asking, system }
  await system.disk.makeFolder(workDir)
  const wheels: LocalWheel[] = []
  const findings: Finding[] = []
  // One after the other: build backends use all processors themselves, and write to one terminal.
  for (const item of packages) {
    system.progress.show(`building ${item.name}`, 0, 0)
    const { wheel, isReproducible } = await build(item, workshop)
    wheels.push(wheel)
    if (!isReproducible) findings.push(finding('NOT_REPRODUCIBLE', '', item.name))
  }
  system.progress.clear()
  return { wheels, findings }
}

function build(item: SelectedPackage, workshop: Workshop): Promise<{ wheel: LocalWheel; isReproducible: boolean }> {
  const { origin } = item
  if (origin.kind === 'directory') return buildDirectory(item.name, origin.path, workshop)
  if (origin.kind === 'git') return buildCheckout(item.name, origin, workshop)
  return buildSdist(item, origin.kind === 'archive' ? [origin.file] : origin.files, workshop)
}
