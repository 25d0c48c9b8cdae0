import { parseMetadata, parseWheelFile } from '../../formats/metadata.ts'
import { normaliseName, parseRequirement, type Requirement } from '../../formats/pep508.ts'

/** What the .dist-info folder of a distribution says about it. */
export interface DistInfo {
  /** Normalised. */
  readonly name: string
  readonly version: string
  readonly requires: readonly Requirement[]
  /** Normalised. */
  readonly extras: readonly string[]
  readonly licence: string | null
  /** Expanded; empty without a WHEEL file. */
  readonly tags: readonly string[]
}

/** Reads the texts of METADATA and WHEEL (null: there is none). Throws a SyntaxError that says what they get wrong. */
export function readDistInfo(
  metadataText: string,
  wheelText: string | null,
  mostRequirements = Number.POSITIVE_INFINITY,
): DistInfo {
  const metadata = parseMetadata(metadataText)
  return {
    name: normaliseName(metadata.name),
    version: metadata.version,
    requires: metadata.requiresDist.slice(0, mostRequirements).map(readRequirement),
    extras: metadata.providesExtra.map(normaliseName),
    licence: metadata.licence,
    tags: wheelText === null ? [] : parseWheelFile(wheelText).tags,
  }
}

function readRequirement(line: string): Requirement {
  try {
    return parseRequirement(line)
  } catch (error) {
    throw new SyntaxError(`its requirement "${line}": ${(error as Error).message}`)
  }
}

/** Files of a .dist-info folder that tell of one installation, not of the distribution. */
const INSTALLATION_FILES = [
  'INSTALLER',
  'REQUESTED',
  'direct_url.json',
  'uv_cache.json',
  'uv_build.json',
  'RECORD.jws',
  'RECORD.p7s',
]

/** Data files that are for people and desktop programs; `pip install --target` writes them beside the packages. */
const DESKTOP_DATA = /^(?:share\/(?:man|doc|jupyter)|etc\/jupyter)\//

/**
 * The rule for what no artifact holds, whatever the slim level: the traces of one installation, bytecode, and path files, which Lambda does
 * not run; or null. `distInfo` is the archive path of the .dist-info folder, `paths` all paths of the distribution.
 */
export function perMachineRule(path: string, distInfo: string, paths: ReadonlySet<string>): string | null {
  if (path.startsWith(`${distInfo}/`)) {
    return INSTALLATION_FILES.includes(path.slice(distInfo.length + 1)) ? 'traces of one installation' : null
  }
  if (isBytecode(path, paths)) return 'bytecode'
  if (path.includes('/')) return null
  if (path === '.lock') return 'traces of one installation'
  return path.endsWith('.pth') || path.endsWith('.egg-link') ? 'path files, which Lambda does not run' : null
}

/** True for man pages, documentation and Jupyter extensions among the files of the wheel's `data` scheme. */
export function isDesktopData(path: string): boolean {
  return DESKTOP_DATA.test(path)
}

function isBytecode(path: string, paths: ReadonlySet<string>): boolean {
  if (/(?:^|\/)__pycache__\//.test(path)) return true
  // A module that is published as bytecode alone has no source beside it, and is all there is to import.
  return /\.py[co]$/.test(path) && paths.has(path.slice(0, -1))
}

/** The folders that a .pth file adds to Python's path: https://docs.python.org/3/library/site.html */
export function foldersOfPth(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trimEnd())
    .filter(line => line !== '' && !line.startsWith('#') && !/^import[ \t]/.test(line))
}
