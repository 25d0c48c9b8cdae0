import { posix } from 'node:path'
import { type FindingCode, finding } from '../../findings.ts'
import { type Metadata, parseMetadata, parseWheelFile } from '../../formats/metadata.ts'
import { isClause, satisfies } from '../../formats/pep440.ts'
import { extensionOf } from '../../formats/python-extension.ts'
import type { FileEntry, Finding, PythonTarget } from '../../model.ts'
import { groupOf } from '../native/files.ts'
import { type ImportWeight, makeWeigher, moduleOf } from '../native/import-weight.ts'
import { contentOf, headOf, type Subject } from '../subject.ts'

/** More than the headers of a METADATA file take; a description of megabytes stands below them. */
const METADATA_BYTES = 1 << 16

/** Whether the compiled modules and the distributions of an artifact are for the target's Python, by their names and metadata. */
export async function checkPythonAbi(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'python') return []
  const { target } = plan
  const extensions = await extensionFindings(subject, target)
  const told = new Set(extensions.map(({ group }) => group))
  const findings = extensions.map(one => one.finding)
  for (const file of subject.fileSet.files) {
    const folder = distInfoOf(file)
    if (folder === null) continue
    const name = file.owner ?? /^(.*)-[^-]*\.dist-info$/.exec(posix.basename(folder))?.[1] ?? ''
    const isTold = told.has(groupOf(file)) || (await modulesOf(folder, subject)).some(module => told.has(module))
    findings.push(...(await distributionFindings(folder, isTold ? null : name, name, subject, target)))
  }
  return findings
}

/** The .dist-info folder whose WHEEL or METADATA a file is, whichever comes first; null of those that are inside packages. */
function distInfoOf({ path }: FileEntry): string | null {
  const [, folder = '', parent = ''] = /^((?:(.*)\/)?[^/]+\.dist-info)\/METADATA$/.exec(path) ?? []
  return folder !== '' && /^(?:|python|python\/lib\/python3\.\d+\/site-packages)$/.test(parent) ? folder : null
}

/** In a zip of unknown make the files of a distribution have no owner; its top folders are in RECORD. */
async function modulesOf(folder: string, subject: Subject): Promise<readonly string[]> {
  const record = subject.files.get(`${folder}/RECORD`)
  if (record === undefined || record.owner !== null) return []
  const text = Buffer.from(await contentOf(record, subject)).toString('utf8')
  return [...new Set(text.split('\n').map(line => line.split('/', 1)[0] ?? ''))]
}

const CODES = {
  needed: 'PYTHON_EXTENSION_FOREIGN',
  unknown: 'PYTHON_EXTENSION_UNSEEN',
  optional: 'PYTHON_EXTENSION_OPTIONAL',
} as const satisfies Record<ImportWeight, FindingCode>

interface GroupFinding {
  readonly group: string
  readonly finding: Finding
}

async function extensionFindings(subject: Subject, target: PythonTarget): Promise<readonly GroupFinding[]> {
  const weigherOf = makeWeigher(subject)
  const groups = new Map<
    string,
    { readonly group: string; readonly file: FileEntry; readonly tag: string; weight: ImportWeight; count: number }
  >()
  for (const { file, tag } of foreignModules(subject, target)) {
    const group = groupOf(file)
    const weight = (await weigherOf(group))(moduleOf(file.path))
    const key = `${group}\n${weight}`
    const known = groups.get(key) ?? { group, file, tag, weight, count: 0 }
    known.count++
    groups.set(key, known)
  }
  // Where a package fails anyway, what it could do without is not worth a word.
  const worst = [...groups.values()].filter(
    ({ group, weight }) => weight === 'needed' || !groups.has(`${group}\nneeded`),
  )
  return worst.map(({ group, file, tag, weight, count }) => {
    const what = count === 1 ? file.path : `${file.path} (and ${count - 1} more like it)`
    const words = `No module named '${moduleOf(file.path)}'`
    return { group, finding: finding(CODES[weight], file.path, what, tag, target.version, words) }
  })
}

/** Compiled modules of another Python, but for those that are also there as something that the target's Python loads. */
function foreignModules(
  { fileSet }: Subject,
  target: PythonTarget,
): readonly { readonly file: FileEntry; readonly tag: string }[] {
  const loadable = new Set<string>()
  const foreign = new Map<string, { readonly file: FileEntry; readonly tag: string }>()
  for (const file of fileSet.files) {
    const isSource = file.path.endsWith('.py')
    const extension = isSource ? null : extensionOf(file.path, target)
    if (!isSource && extension === null) continue
    const module = posix.join(posix.dirname(file.path), posix.basename(file.path).split('.', 1).join())
    if (isSource || extension?.isLoadable === true) loadable.add(module.replace(/\/__init__$/, ''))
    // A library of Windows that has no tag may be any.
    else if (extension !== null && extension.tag !== '' && !foreign.has(module))
      foreign.set(module, { file, tag: extension.tag })
  }
  return [...foreign].filter(([module]) => !loadable.has(module)).map(([, one]) => one)
}

async function distributionFindings(
  folder: string,
  tagged: string | null,
  name: string,
  subject: Subject,
  target: PythonTarget,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const path = `${folder}/METADATA`
  const metadata = await readMetadata(subject.files.get(path), subject)
  const specifier = metadata?.requiresPython ?? null
  if (specifier !== null && !fitsPython(target, specifier)) {
    findings.push(finding('PYTHON_REQUIRES_PYTHON', path, name, specifier, target.version))
  }
  const wheel = tagged === null ? undefined : subject.files.get(`${folder}/WHEEL`)
  if (wheel === undefined) return findings
  const { tags } = parseWheelFile(Buffer.from(await headOf(wheel, METADATA_BYTES, subject)).toString('utf8'))
  if (tags.length === 0 || tags.some(tag => fitsTag(tag, target))) return findings
  const named = tags.length > 3 ? `${tags.slice(0, 3).join(', ')} …` : tags.join(', ')
  return [...findings, finding('PYTHON_WHEEL_FOREIGN', wheel.path, name, named, target.runtime, target.architecture)]
}

async function readMetadata(file: FileEntry | undefined, subject: Subject): Promise<Metadata | null> {
  if (file === undefined) return null
  const text = Buffer.from(await headOf(file, METADATA_BYTES, subject)).toString('utf8')
  try {
    return parseMetadata(text)
  } catch (error) {
    // Without a name or a version nothing can be said of it.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The patch level is Lambda's and moves, so only a specifier that leaves all of a minor version out counts. */
function fitsPython({ version, markers }: PythonTarget, specifier: string): boolean {
  // What can't be read can't be held against it.
  if (!specifier.split(',').every(clause => isClause(clause.trim()))) return true
  return [`${version}.0`, markers.python_full_version, `${version}.99`].some(one => satisfies(one, specifier))
}

/** The glibc that a tag names is left aside: the files themselves tell what they need. */
function fitsTag(tag: string, { tags, architecture }: PythonTarget): boolean {
  const [python = '', abi = '', platform = ''] = tag.split('-')
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  const fitsPlatform =
    platform === 'any' || (/^(?:manylinux[\d_]*|linux)_/.test(platform) && platform.endsWith(`_${machine}`))
  return fitsPlatform && tags.some(one => one.startsWith(`${python}-${abi}-`))
}
