import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import { toArchivePath } from '../../formats/archive-path.ts'
import { compareVersions, isVersion } from '../../formats/pep440.ts'
import { normaliseName } from '../../formats/pep508.ts'
import { parseRecord } from '../../formats/record.ts'
import { parseWheelName } from '../../formats/wheel-name.ts'
import { readDirectory, readMember } from '../../formats/zip-directory.ts'
import type { ArchiveMember, FileEntry, Finding } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import { type DistInfo, foldersOfPth, isDesktopData, perMachineRule, readDistInfo } from './dist-info.ts'
import type { LaidOutDistribution, LocalWheel } from './types.ts'

/**
 * The files of a wheel as site-packages has them, by the wheel standard; what belongs to one machine is dropped. The content stays in the wheel.
 * https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 * Throws UserError WHEEL_MALFORMED, ARCHIVE_DAMAGED, ARCHIVE_UNSAFE_NAME.
 */
export async function layOutWheel(wheel: LocalWheel, disk: Disk): Promise<LaidOutDistribution> {
  const members = await readDirectory(wheel.path, disk)
  const distInfo = findDistInfo(wheel, members)
  const texts = await readTexts(wheel, members, distInfo, disk)
  const info = readChecked(wheel, texts)
  const entries = members.flatMap(member => entriesOf(wheel, info.name, member))
  checkUnique(wheel, entries)
  const paths = new Set<string>(entries.map(({ path }) => path))
  const rules = new Map(entries.map(entry => [entry, perMachineRule(entry.path, distInfo, paths)]))
  return {
    name: info.name,
    version: info.version,
    requires: info.requires,
    extras: info.extras,
    licence: info.licence,
    distInfo,
    tags: info.tags,
    files: entries.filter(entry => (rules.get(entry) ?? null) === null),
    unpacked: [
      ...[...rules].flatMap(([{ path }, rule]) => (rule === null ? [] : [{ path, rule }])),
      ...members.flatMap(({ name }) => (installedPath(wheel, name) === null ? [elsewhere(name)] : [])),
    ],
    findings: await pathFileFindings(wheel, info, members, disk),
  }
}

function findDistInfo(wheel: LocalWheel, members: readonly ArchiveMember[]): string {
  const folders = new Set(
    members.map(({ name }) => name.split('/', 1)[0] ?? '').filter(name => name.endsWith('.dist-info')),
  )
  const wanted = parseWheelName(wheel.filename)?.name
  if (wanted === undefined)
    throw new UserError('WHEEL_MALFORMED', wheel.path, `"${wheel.filename}" isn't the name of a wheel`)
  // Old builders spell the folder otherwise than the file, in case, dashes and dots.
  const fitting = [...folders].filter(
    folder => normaliseName(/^(.*)-[^-]*\.dist-info$/.exec(folder)?.[1] ?? '') === wanted,
  )
  const [folder] = fitting
  if (folder === undefined || fitting.length > 1) {
    throw new UserError('WHEEL_MALFORMED', wheel.path, `it holds ${fitting.length} .dist-info folders of ${wanted}`)
  }
  return folder
}

interface Texts {
  readonly METADATA: string
  readonly WHEEL: string
  readonly RECORD: string
}

async function readTexts(
  wheel: LocalWheel,
  members: readonly ArchiveMember[],
  distInfo: string,
  disk: Disk,
): Promise<Texts> {
  const read = async (file: keyof Texts): Promise<string> => {
    const member = members.find(({ name }) => name === `${distInfo}/${file}`)
    if (member === undefined) throw new UserError('WHEEL_MALFORMED', wheel.path, `it has no ${distInfo}/${file}`)
    return new TextDecoder().decode(await readMember(wheel.path, member, disk))
  }
  return { METADATA: await read('METADATA'), WHEEL: await read('WHEEL'), RECORD: await read('RECORD') }
}

function readChecked(wheel: LocalWheel, texts: Texts): DistInfo {
  const major = /^Wheel-Version:[ \t]*(\d+)/im.exec(texts.WHEEL)?.[1]
  if (major !== '1')
    throw new UserError('WHEEL_MALFORMED', wheel.path, `its Wheel-Version is ${major ?? 'missing'}; 1.x is read`)
  const info = parsed(wheel, texts)
  const named = parseWheelName(wheel.filename)
  const isSame = named !== null && named.name === info.name && isSameVersion(named.version, info.version)
  if (!isSame) throw new UserError('WHEEL_MALFORMED', wheel.path, `its METADATA is of ${info.name} ${info.version}`)
  return info
}

function parsed(wheel: LocalWheel, texts: Texts): DistInfo {
  try {
    // Its hashes add nothing to the wheel's own hash and the members' CRC, and pip packs what it does not list, too.
    parseRecord(texts.RECORD)
    return readDistInfo(texts.METADATA, texts.WHEEL)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError('WHEEL_MALFORMED', wheel.path, error.message)
    throw error
  }
}

function isSameVersion(a: string, b: string): boolean {
  return isVersion(a) && isVersion(b) ? compareVersions(a, b) === 0 : a === b
}

/** One entry, or none for what `pip install --target` would put into bin and include. */
function entriesOf(wheel: LocalWheel, owner: string, member: ArchiveMember): FileEntry[] {
  const path = installedPath(wheel, member.name)
  if (path === null) return []
  return [
    {
      path: toArchivePath(path),
      bytes: member.bytes,
      executable: member.executable,
      content: { kind: 'member', archive: wheel.path, member },
      owner,
    },
  ]
}

function installedPath(wheel: LocalWheel, name: string): string | null {
  const [first = '', scheme = '', ...rest] = name.split('/')
  if (!first.endsWith('.data') || scheme === '') return name
  const path = rest.join('/')
  switch (scheme) {
    case 'purelib':
    case 'platlib':
      return path
    case 'data':
      return isDesktopData(path) ? null : path
    case 'scripts':
    case 'headers':
      return null
    default:
      throw new UserError('WHEEL_MALFORMED', wheel.path, `"${name}" is for the unknown scheme "${scheme}"`)
  }
}

/** What pip would install outside of site-packages, as `pip install --target` names it. */
function elsewhere(name: string): { readonly path: string; readonly rule: string } {
  const [, scheme, ...rest] = name.split('/')
  const path = rest.join('/')
  switch (scheme) {
    case 'scripts':
      return { path: `bin/${path}`, rule: 'programs of packages' }
    case 'headers':
      return { path: `include/${path}`, rule: 'headers' }
    default:
      return { path, rule: 'manual pages and desktop data' }
  }
}

function checkUnique(wheel: LocalWheel, entries: readonly FileEntry[]): void {
  const seen = new Set<string>()
  for (const { path } of entries) {
    if (seen.has(path))
      throw new UserError('WHEEL_MALFORMED', wheel.path, `two of its files are installed as "${path}"`)
    seen.add(path)
  }
}

async function pathFileFindings(
  wheel: LocalWheel,
  info: DistInfo,
  members: readonly ArchiveMember[],
  disk: Disk,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const member of members) {
    const path = installedPath(wheel, member.name)
    if (path === null || path.includes('/') || !path.endsWith('.pth')) continue
    const folders = foldersOfPth(new TextDecoder().decode(await readMember(wheel.path, member, disk)))
    findings.push(...folders.map(folder => finding('PTH_LEFT_OUT', path, path, info.name, folder)))
  }
  return findings
}
