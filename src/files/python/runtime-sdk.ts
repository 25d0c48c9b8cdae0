import { finding } from '../../findings.ts'
import { evaluateMarker } from '../../formats/pep508.ts'
import type { Finding, LeftOut, PythonTarget } from '../../model.ts'
import type { LaidOutDistribution } from './types.ts'

/**
 * The AWS SDK that every Python runtime of Lambda ships, which works together only in the runtime's own versions.
 * https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
 */
export const RUNTIME_SDK = ['boto3', 'botocore', 'jmespath', 'python-dateutil', 's3transfer', 'six', 'urllib3']

/**
 * The distributions without the SDK of the runtime, of which nothing is packed then: a part of it beside the runtime's rest would not fit.
 * A note names what else needs a part of it.
 */
export function omitRuntimeSdk(
  distributions: readonly LaidOutDistribution[],
  target: PythonTarget,
): {
  readonly distributions: readonly LaidOutDistribution[]
  readonly leftOut: readonly LeftOut[]
  readonly findings: readonly Finding[]
} {
  const omitted = distributions.filter(({ name }) => RUNTIME_SDK.includes(name))
  const packed = distributions.filter(({ name }) => !RUNTIME_SDK.includes(name))
  const files = omitted.flatMap(distribution => distribution.files)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    distributions: packed,
    leftOut: files.length === 0 ? [] : [{ rule: 'runtime SDK', files: files.length, bytes }],
    findings: packed.flatMap(distribution => sharedBy(distribution, omitted, target)),
  }
}

function sharedBy(
  distribution: LaidOutDistribution,
  omitted: readonly LaidOutDistribution[],
  target: PythonTarget,
): Finding[] {
  const needed = distribution.requires
    .filter(({ marker }) => evaluateMarker(marker, target.markers, []))
    .filter(({ name }) => omitted.some(one => one.name === name))
    .map(({ name, specifier }) => `${name}${specifier}`)
  if (needed.length === 0) return []
  return [
    finding(
      'RUNTIME_SDK_SHARED',
      distribution.distInfo,
      distribution.name,
      [...new Set(needed)].sort().join(', '),
      target.runtime,
    ),
  ]
}
