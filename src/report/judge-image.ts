import { IMAGE_LAYERS, IMAGE_MANIFEST_BYTES, IMAGE_SETTINGS_BYTES, IMAGE_UNZIPPED_BYTES } from '../aws/limits.ts'
import type { FileSet, Finding, ImageArtifact, ImageReport, JudgedLimit, Plan } from '../model.ts'
import { isBad, mayBe, mustBeSmaller, packagesOf } from './judge.ts'
import { silence } from './silence.ts'

/** Measures an image and judges it against Lambda's limits and the user's budget. `checked`: what the checks found; null: none were made. */
export function judgeImage(
  plan: Plan,
  fileSet: FileSet,
  artifact: ImageArtifact,
  { told, checked }: { readonly told: readonly Finding[]; readonly checked: readonly Finding[] | null },
): ImageReport {
  const { config } = plan
  const limits = limitsOf(plan, artifact)
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
    ok: !isBad(limits, findings),
  }
}

/** Of an image the base counts in Lambda's limits; the budget is of what the function brings. */
function limitsOf({ config }: Plan, artifact: ImageArtifact): JudgedLimit[] {
  const { layers, settingsBytes, manifestBytes } = artifact
  const { zippedBytes, unzippedBytes } = config.budget
  const own = layers.filter(({ kind }) => kind !== 'base')
  const zipped = own.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const unzipped = own.reduce((sum, layer) => sum + (layer.unzippedBytes ?? 0), 0)
  const isImage = artifact.kind === 'image'
  return [
    mustBeSmaller('image-unzipped', artifact.unzippedBytes, IMAGE_UNZIPPED_BYTES, 'error'),
    ...(isImage ? [mayBe('image-layers', layers.length, IMAGE_LAYERS, 'warning')] : []),
    ...(settingsBytes === null ? [] : [mayBe('image-settings', settingsBytes, IMAGE_SETTINGS_BYTES)]),
    ...(manifestBytes === null
      ? []
      : [mustBeSmaller('image-manifest', manifestBytes, IMAGE_MANIFEST_BYTES, 'warning')]),
    ...(zippedBytes === null || !isImage ? [] : [mayBe('budget-zipped', zipped, zippedBytes)]),
    ...(unzippedBytes === null ? [] : [mayBe('budget-unzipped', unzipped, unzippedBytes)]),
  ]
}

/** Heaviest first. Sorted for determinism */
function sizesOf(fileSet: FileSet): ImageReport['packages'] {
  const entries = fileSet.files.map(({ path, bytes, owner }) => ({ path, bytes, zippedBytes: 0, owner }))
  return packagesOf(fileSet, entries)
    .map(({ zippedBytes: _, ...size }) => size)
    .sort((a, b) => b.bytes - a.bytes)
}
