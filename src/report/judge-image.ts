import type { FileSet, Finding, ImageArtifact, ImageReport, Plan } from '../model.ts'
import { isFine } from './judge.ts'
import { imageLimits } from './limits.ts'
import { weigh } from './packages.ts'
import { silence } from './silence.ts'

/** Measures an image and judges it against Lambda's limits and the user's budget. `checked`: what the checks found; null: none were made. */
export function judgeImage(
  plan: Plan,
  fileSet: FileSet,
  artifact: ImageArtifact,
  { told, checked }: { readonly told: readonly Finding[]; readonly checked: readonly Finding[] | null },
): ImageReport {
  const { config } = plan
  const limits = imageLimits(config, artifact)
  const found = [...plan.findings, ...fileSet.findings, ...told, ...(checked ?? [])]
  const { findings, silenced } = silence(found, config, checked !== null)
  return {
    name: config.name,
    runtime: config.runtime,
    architecture: config.architecture,
    handler: config.handler,
    artifact,
    packages: sizesOf(fileSet),
    limits,
    findings,
    silenced,
    leftOut: fileSet.leftOut,
    ok: isFine(limits, findings),
  }
}

/** What keeps a function from starting, as far as it was found before its image is made. */
export function errorsOf(plan: Plan, fileSet: FileSet, checked: readonly Finding[] | null): readonly Finding[] {
  const found = [...plan.findings, ...fileSet.findings, ...(checked ?? [])]
  return silence(found, plan.config, false).findings.filter(({ severity }) => severity === 'error')
}

/** Heaviest first. Sorted for determinism */
function sizesOf(fileSet: FileSet): ImageReport['packages'] {
  const files = fileSet.files.map(({ path, bytes, owner }) => ({ path, bytes, zippedBytes: 0, owner }))
  return weigh(fileSet, files)
    .packages.map(({ zippedBytes: _, ...size }) => size)
    .sort((a, b) => b.bytes - a.bytes)
}
