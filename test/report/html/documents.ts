import type { Duplicate, Finding, InlinedShare, JudgedLimit, MeasuredFile, PackageSize } from '../../../src/model.ts'
import type { PublicReport, ReportDocument } from '../../../src/report/json.ts'

export interface DocumentParts {
  readonly name: string
  readonly files: readonly MeasuredFile[]
  readonly inlined: readonly InlinedShare[]
  /** Whose sizes and numbers of files come from `files` and `inlined`. */
  readonly packages: readonly Pick<PackageSize, 'id' | 'name' | 'version' | 'requiredBy' | 'licence'>[]
  readonly limits: readonly JudgedLimit[]
  readonly findings: readonly Finding[]
  readonly duplicates: readonly Duplicate[]
  readonly leftOut: PublicReport['leftOut']
  readonly silenced: PublicReport['silenced']
  readonly runtime: string | null
  readonly checked: boolean
}

const END_BYTES = 22

/** A report whose sums come out. */
export function reportWith(parts: Partial<DocumentParts>): PublicReport {
  const files = parts.files ?? [fileOf('app.py', 120)]
  const inlined = parts.inlined ?? []
  const packages = (parts.packages ?? [OWN]).map(one => ({ ...one, ...sizesOf(one.id, files, inlined) }))
  const bytes = files.reduce((sum, file) => sum + file.zippedBytes, END_BYTES)
  const unzippedBytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const limits = parts.limits ?? awsLimits(bytes, unzippedBytes)
  const findings = parts.findings ?? []
  const runtime = parts.runtime === undefined ? 'python3.13' : parts.runtime
  return {
    name: parts.name ?? 'orders',
    runtime,
    architecture: runtime === null ? null : 'x86_64',
    handler: runtime === null ? null : 'app.handler',
    artifact: {
      kind: 'zip',
      path: `/home/me/app/.lpack/${parts.name ?? 'orders'}.zip`,
      bytes,
      unzippedBytes,
      files: files.length,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      codeSha256: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
      unchanged: true,
    },
    packages: packages.toSorted((a, b) => b.zippedBytes - a.zippedBytes || (a.id < b.id ? -1 : 1)),
    limits,
    findings,
    silenced: parts.silenced ?? [],
    files,
    inlined,
    otherBytes: END_BYTES,
    leftOut: parts.leftOut ?? [],
    duplicates: parts.duplicates ?? [],
    checked: parts.checked ?? true,
    ok:
      !limits.some(one => one.status === 'over' && one.severity === 'error') &&
      !findings.some(one => one.severity === 'error'),
  }
}

export const OWN = { id: '(function)', name: '(function)', version: '', requiredBy: [], licence: null } as const

export function documentWith(
  functions: readonly PublicReport[],
  total: ReportDocument['total'] = null,
): ReportDocument {
  return { version: '1.2.3', functions, total }
}

export function fileOf(path: string, bytes: number, owner = '(function)', reason = 'own file'): MeasuredFile {
  const zippedBytes = Math.ceil(bytes * 0.4) + 76 + 2 * Buffer.byteLength(path)
  const crc32 = (Math.imul(bytes + path.length, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return { path, bytes, zippedBytes, crc32, mode: '644', package: owner, reason }
}

/** A function of so many files in packages that weigh as those of real ones do: few are heavy, most are light. */
export function largeReport(fileCount: number, packageCount: number, name = 'large'): PublicReport {
  const random = numbers(fileCount)
  const ids = Array.from(
    { length: packageCount },
    (_, place) => `${WORDS[place % WORDS.length]}-${Math.floor(place / WORDS.length)}`,
  )
  const packages = ids.map((id, place) => ({
    id,
    name: id,
    version: `${1 + (place % 5)}.${place % 10}.0`,
    requiredBy: place < 8 ? ['(direct)'] : [ids[Math.floor(random() * Math.min(place, 40))] ?? ''],
    licence: place % 3 === 0 ? 'MIT' : place % 3 === 1 ? 'Apache-2.0' : null,
  }))
  const files = Array.from({ length: fileCount }, (_, place) => {
    const owner = Math.floor(packageCount * random() ** 2.5)
    const id = ids[owner] ?? ''
    const folders = Array.from({ length: 1 + Math.floor(random() * 3) }, () => WORDS[Math.floor(random() * 9)])
    const path = `${id}/${folders.join('/')}/module_${place}.${place % 11 === 0 ? 'so' : 'py'}`
    return fileOf(path, Math.ceil(400 / (random() ** 1.2 + 0.002)), id, `module of ${id}`)
  })
  const own = [fileOf('app.py', 4200), fileOf('settings/routes.json', 900)]
  return reportWith({ name, files: [...files, ...own], packages: [OWN, ...packages] })
}

export function awsLimits(bytes: number, unzippedBytes: number): JudgedLimit[] {
  return [
    limitOf('zip-direct-upload', bytes, 52_428_800, 'warning'),
    limitOf('unzipped', unzippedBytes, 262_144_000, 'error'),
  ]
}

export function limitOf(id: string, bytes: number, limit: number, severity: 'error' | 'warning'): JudgedLimit {
  const status = bytes >= limit ? 'over' : bytes >= limit * 0.9 ? 'near' : 'ok'
  return { id, bytes, limit, status, severity }
}

const WORDS =
  'numpy pandas scipy pillow boto urllib jinja click rich core data tests models utils series frame codecs plots linear sparse special stats graph image fonts'.split(
    ' ',
  )

function sizesOf(
  id: string,
  files: readonly MeasuredFile[],
  inlined: readonly InlinedShare[],
): Pick<PackageSize, 'bytes' | 'zippedBytes' | 'files'> {
  const own = files.filter(file => file.package === id)
  const paths = new Set(own.map(({ path }) => path))
  const given = inlined.filter(({ path }) => paths.has(path))
  const gotten = inlined.filter(share => share.package === id)
  const sum = (key: 'bytes' | 'zippedBytes'): number =>
    [...own, ...gotten].reduce((total, one) => total + one[key], 0) - given.reduce((total, one) => total + one[key], 0)
  return { bytes: sum('bytes'), zippedBytes: sum('zippedBytes'), files: own.length }
}

/** The same numbers every time. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
