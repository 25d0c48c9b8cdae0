import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../../../errors.ts'
import { finding } from '../../../findings.ts'
import { toArchivePath } from '../../../formats/archive-path.ts'
import { ELF_HEAD_BYTES, isElfProgram } from '../../../formats/elf.ts'
import { parseRecord } from '../../../formats/record.ts'
import type { FileEntry, Finding } from '../../../model.ts'
import type { Disk } from '../../../system/system.ts'
import { foldersOfPth, isDesktopData, perMachineRule } from '../dist-info.ts'
import type { LaidOutDistribution } from '../types.ts'
import { type Installed, textIn } from './installed.ts'
import type { Environment } from './places.ts'

/** Folders of an environment for programs and headers, which an artifact doesn't hold. */
const LEFT_OUT_FOLDERS = ['bin', 'include', 'Include', 'Scripts']

/** Files that are run by nothing but Python or the loader, so that their head needs no look. */
const NEVER_PROGRAM = /\.(?:py|pyi|so|so\.[\d.]+|txt|json|h|c|pyx|pxd|md|html|css|js)$/

/** Files that are looked at at once. */
const BATCH_FILES = 64

/**
 * The files of an installed distribution, by its RECORD; the `data` files beside Python's own folders come to the artifact's root, as from a wheel.
 * Throws UserError ENVIRONMENT_BROKEN where RECORD or a file of it is missing.
 */
export async function layOutInstalled(
  installed: Installed,
  environment: Environment,
  disk: Disk,
): Promise<LaidOutDistribution> {
  if (installed.problem !== null) throw new UserError('ENVIRONMENT_BROKEN', installed.dir, installed.problem)
  const rows = await recordOf(installed, disk)
  const distInfo = basename(installed.dir)
  const placed = rows.flatMap(row => placeOf(resolve(installed.site, row), environment))
  const paths = new Set(placed.map(({ path }) => path))
  const rules = new Map(placed.map(one => [one, perMachineRule(one.path, distInfo, paths)]))
  const wanted = placed.filter(one => (rules.get(one) ?? null) === null)
  const files: FileEntry[] = []
  for (let start = 0; start < wanted.length; start += BATCH_FILES) {
    const batch = wanted.slice(start, start + BATCH_FILES)
    files.push(...(await Promise.all(batch.map(file => entryOf(file, installed, disk)))))
  }
  const { name, version, requires, extras, licence, tags } = installed
  return {
    name,
    version,
    requires,
    extras,
    licence,
    tags,
    distInfo,
    files,
    unpacked: [
      ...[...rules].flatMap(([{ path }, rule]) => (rule === null ? [] : [{ path, rule }])),
      ...rows.flatMap(row => elsewhere(resolve(installed.site, row), environment)),
    ],
    findings: await pathFileFindings(placed, name, disk),
  }
}

async function pathFileFindings(placed: readonly Placed[], name: string, disk: Disk): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { path, onDisk } of placed) {
    if (path.includes('/') || !path.endsWith('.pth') || (await disk.stat(onDisk)) === null) continue
    const folders = foldersOfPth(await disk.readText(onDisk))
    findings.push(...folders.map(folder => finding('PTH_LEFT_OUT', path, path, name, folder)))
  }
  return findings
}

/** Paths relative to site-packages, each once. */
async function recordOf(installed: Installed, disk: Disk): Promise<readonly string[]> {
  const text = await textIn(installed.dir, 'RECORD', disk)
  if (text === null) throw new UserError('ENVIRONMENT_BROKEN', installed.dir, 'it has no RECORD of its files')
  try {
    return [...new Set(parseRecord(text).map(({ path }) => path))]
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UserError('ENVIRONMENT_BROKEN', join(installed.dir, 'RECORD'), error.message)
    throw error
  }
}

interface Placed {
  readonly path: string
  readonly onDisk: string
}

/** Where a file of the environment belongs in the artifact; none for programs, headers and what lies elsewhere. */
function placeOf(onDisk: string, { path, sites }: Environment): readonly Placed[] {
  for (const site of sites) {
    const inSite = pathInside(onDisk, site)
    if (inSite !== null) return [{ path: inSite, onDisk }]
  }
  const inEnvironment = pathInside(onDisk, path)
  const [first = ''] = inEnvironment?.split('/') ?? []
  if (inEnvironment === null || LEFT_OUT_FOLDERS.includes(first) || isDesktopData(inEnvironment)) return []
  return [{ path: inEnvironment, onDisk }]
}

/** What of the environment is no part of site-packages, and the rule that leaves it there. */
function elsewhere(onDisk: string, environment: Environment): LaidOutDistribution['unpacked'] {
  const path = pathInside(onDisk, environment.path)
  if (path === null || placeOf(onDisk, environment).length > 0) return []
  if (!LEFT_OUT_FOLDERS.includes(path.split('/')[0] ?? '')) return [{ path, rule: 'manual pages and desktop data' }]
  return [{ path, rule: /^include\//i.test(path) ? 'headers' : 'programs of packages' }]
}

function pathInside(path: string, dir: string): string | null {
  const way = relative(dir, path)
  return way === '' || way.split(sep)[0] === '..' || isAbsolute(way) ? null : way.split(sep).join('/')
}

async function entryOf({ path, onDisk }: Placed, installed: Installed, disk: Disk): Promise<FileEntry> {
  const stat = await disk.stat(onDisk)
  if (stat?.kind !== 'file')
    throw new UserError('ENVIRONMENT_BROKEN', installed.dir, `its RECORD lists ${onDisk}, where there is no file`)
  return {
    path: toArchivePath(path),
    bytes: stat.bytes,
    executable: !NEVER_PROGRAM.test(path) && (await isProgram(onDisk, disk)),
    content: { kind: 'disk', path: onDisk },
    owner: installed.name,
  }
}

/** The wheel that said so is gone, and the host's own bits don't count. */
async function isProgram(path: string, disk: Disk): Promise<boolean> {
  const head = await disk.readRange(path, 0, ELF_HEAD_BYTES)
  return (head[0] === 0x23 && head[1] === 0x21) || isElfProgram(head)
}
