import type { Architecture } from '../model.ts'
import { parseWheelName } from './wheel-name.ts'

/** Names from before PEP 600, by the minor version of glibc 2. https://peps.python.org/pep-0600/#legacy-manylinux-tags */
const LEGACY_MANYLINUX: Readonly<Record<number, string>> = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' }

/**
 * The tags of wheels that CPython of a version such as 3.13 loads on a Linux with that glibc, best first: the order of
 * `packaging.tags`, but a plain linux_x86_64, which promises no glibc at all, comes behind every manylinux.
 */
export function compatibleTags(
  version: string,
  glibc: { readonly major: number; readonly minor: number },
  architecture: Architecture,
): readonly string[] {
  const minor = Number(version.split('.')[1])
  const platforms = linuxPlatforms(glibc, architecture)
  const python = `cp3${minor}`
  const older = countDown(minor - 1, 2).map(each => `cp3${each}-abi3`)
  const pure = [`py3${minor}`, 'py3', ...countDown(minor - 1, 0).map(each => `py3${each}`)]
  const native = [
    `${python}-${python}`,
    `${python}-abi3`,
    `${python}-none`,
    ...older,
    ...pure.map(each => `${each}-none`),
  ]
  return [
    ...native.flatMap(each => platforms.map(platform => `${each}-${platform}`)),
    `${python}-none-any`,
    ...pure.map(each => `${each}-none-any`),
  ]
}

function linuxPlatforms(
  glibc: { readonly major: number; readonly minor: number },
  architecture: Architecture,
): readonly string[] {
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  // PEP 600: no manylinux is older than glibc 2.17, but for x86_64, which had manylinux1 and 2010.
  const manylinux = countDown(glibc.minor, architecture === 'arm64' ? 17 : 5).flatMap(minor => {
    const legacy = LEGACY_MANYLINUX[minor]
    return [`manylinux_${glibc.major}_${minor}`, ...(legacy === undefined ? [] : [legacy])]
  })
  return [...manylinux, 'linux'].map(platform => `${platform}_${machine}`)
}

const countDown = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, i) => from - i)

/** The candidate whose wheel has the best tag, then the highest build tag, then the first file name; null if none fits. */
export function bestWheel<T>(
  candidates: readonly T[],
  filenameOf: (candidate: T) => string,
  tags: readonly string[],
): T | null {
  const ranks = new Map(tags.map((tag, rank) => [tag, rank]))
  const wheels = candidates.flatMap(candidate => {
    const filename = filenameOf(candidate)
    const wheel = parseWheelName(filename)
    const rank = Math.min(...(wheel?.tags ?? []).map(tag => ranks.get(tag) ?? Infinity))
    return wheel === null || rank === Infinity ? [] : [{ candidate, filename, rank, build: wheel.build }]
  })
  // Sorted for determinism
  const [best] = wheels.sort(
    (a, b) => a.rank - b.rank || compareBuilds(b.build, a.build) || (a.filename < b.filename ? -1 : 1),
  )
  return best?.candidate ?? null
}

type Build = readonly [number, string] | null

function compareBuilds(a: Build, b: Build): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)
}
