import { finding } from '../../findings.ts'
import type { Finding, NodeTarget } from '../../model.ts'
import { idOf, type MissingPackage, type RootPackage, readInstalled } from './installed-graph.ts'
import { classify } from './package-classes.ts'
import type { Packages } from './packages.ts'
import { place } from './placement.ts'
import type { PlacedPackage } from './types.ts'

export interface Closure {
  /** Sorted by place. */
  readonly placed: readonly PlacedPackage[]
  /** Sorted by name. */
  readonly missing: readonly MissingPackage[]
  readonly findings: readonly Finding[]
}

/**
 * The packages that the roots need at run time on the target, and where each goes in the artifact; the same for every layout
 * that npm, pnpm or Yarn makes of one lock file. Of roots with the same name the first counts. Development dependencies, packages
 * for other platforms and what only installs native add-ons are left out.
 * Throws UserError PACKAGE_JSON_DAMAGED and PACKAGES_WITHOUT_END.
 */
export async function closeOver(
  roots: readonly RootPackage[],
  target: NodeTarget,
  packages: Packages,
): Promise<Closure> {
  const graph = await readInstalled(roots, target, packages)
  return {
    placed: place(classify(graph)),
    missing: graph.missing,
    findings: graph.shadowed.map(({ root, installed }) => {
      const kept = graph.roots.get(root.name)
      const id = kept === undefined ? root.name : idOf(kept.installed)
      return finding('EXTERNAL_TWICE', `node_modules/${root.name}`, id, idOf(installed), root.fromDir)
    }),
  }
}
