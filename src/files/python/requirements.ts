// requirements.txt: a lock if every line is exact, else a list of wishes.
import { basename, dirname } from 'node:path'
import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import { evaluateMarker, type Requirement } from '../../formats/pep508.ts'
import type { PythonTarget } from '../../model.ts'
import type { System } from '../../system/system.ts'
import { makeSelection } from './locks/selection.ts'
import { type Entry, exactVersion, readEntry } from './requirements/entries.ts'
import { type FileLine, readIndexes, readLines } from './requirements/lines.ts'
import type { SelectedPackage, Selection } from './types.ts'

export interface Requirements {
  /** null: not locked. */
  readonly selection: Selection | null
  /** Why it isn't locked; '' if it is. */
  readonly why: string
  /** What its lines ask for on the target, the own project's dependencies in place of `-e .`. */
  readonly declared: readonly Requirement[]
  /** True if every file that is downloaded has a hash. */
  readonly hashed: boolean
}

/** Reads a requirements file and what it includes; `text` stands for the file's content if given. */
export async function readRequirements(
  path: string,
  target: PythonTarget,
  system: System,
  text: string | null = null,
): Promise<Requirements> {
  const lines = await readLines(path, text, system)
  const entries: Entry[] = []
  for (const line of lines.filter(item => !item.isConstraint)) {
    const entry = await readEntry({ line, target, dir: dirname(path), disk: system.disk })
    if (entry !== null) entries.push(entry)
  }
  const constraints = activeConstraints(lines, target)
  const exact = entries.map(entry => constrained(entry, constraints))
  const isHashed = checkHashes(exact, lines)
  const active = exact
    .flatMap(entry => entry.requirements)
    .filter(item => evaluateMarker(item.marker, target.markers, []))
  const why = whyUnlocked(exact, target)
  if (why !== '') return { selection: null, why, declared: active, hashed: false }
  const selection = selectionOf(path, exact, lines)
  const isNoted = !isHashed && selection.packages.some(({ origin }) => origin.kind === 'index')
  const findings = isNoted ? [finding('NOT_HASH_LOCKED', path, basename(path))] : []
  return { selection: { ...selection, findings }, why, declared: active, hashed: isHashed }
}

type Constraint = FileLine & { readonly kind: 'requirement' }

/** By the name that they constrain. */
function activeConstraints(lines: readonly FileLine[], target: PythonTarget): ReadonlyMap<string, Constraint[]> {
  const byName = new Map<string, Constraint[]>()
  for (const line of lines) {
    if (!line.isConstraint || line.kind !== 'requirement') continue
    if (!evaluateMarker(line.requirement.marker, target.markers, [])) continue
    const { name } = line.requirement
    const others = byName.get(name)
    if (others === undefined) byName.set(name, [line])
    else others.push(line)
  }
  return byName
}

/** A constraint can pin what a line leaves open, and bring hashes. */
function constrained(entry: Entry, active: ReadonlyMap<string, Constraint[]>): Entry {
  if (!entry.isHashable) return entry
  const constraints = active.get(entry.name ?? '') ?? []
  const hashes = [...new Set([...entry.hashes, ...constraints.flatMap(line => line.hashes)])].sort() // Sorted for determinism
  if (entry.origin?.kind === 'archive') return entry
  const version =
    entry.version ??
    constraints.map(line => exactVersion(line.requirement.specifier)).find(found => found !== null) ??
    null
  if (version === null) return { ...entry, hashes }
  return { ...entry, version, hashes, why: '', origin: { kind: 'index', index: null, files: [], hashes } }
}

/** As pip: one hash, or `--require-hashes`, demands one of every file that is downloaded. */
function checkHashes(entries: readonly Entry[], lines: readonly FileLine[]): boolean {
  const files = entries.filter(entry => entry.isHashable)
  const isDemanded = lines.some(line => line.kind === 'option' && line.name === 'require-hashes')
  if (!isDemanded && files.every(entry => entry.hashes.length === 0)) return false
  // A file on this disk is what it is; uv exports none for it.
  const bare = files.find(entry => entry.hashes.length === 0 && !isLocalFile(entry))
  if (bare !== undefined)
    throw new UserError('REQUIREMENTS_HASH_MISSING', bare.line.file, bare.line.line, bare.described)
  return true
}

function isLocalFile(entry: Entry): boolean {
  return entry.origin?.kind === 'archive' && !/^https?:/i.test(entry.origin.file.location ?? '')
}

function whyUnlocked(entries: readonly Entry[], target: PythonTarget): string {
  const open = entries.find(entry => entry.why !== '')
  if (open !== undefined) return `${basename(open.line.file)}, line ${open.line.line}: ${open.why}`
  const names = new Set(entries.filter(entry => !entry.isOwn).map(entry => entry.name))
  for (const own of entries.filter(entry => entry.isOwn)) {
    const missing = own.requirements.find(
      item => item.name !== own.name && !names.has(item.name) && evaluateMarker(item.marker, target.markers, []),
    )
    if (missing !== undefined)
      return `${basename(own.line.file)}, line ${own.line.line}: the project itself depends on ${missing.name}, which isn't listed`
  }
  return ''
}

function selectionOf(path: string, entries: readonly Entry[], lines: readonly FileLine[]): Selection {
  const byKey = new Map<string, SelectedPackage>()
  for (const { name, version, origin, isOwn } of entries) {
    if (isOwn || name === null || origin === null) continue
    const key = `${name} ${version}`
    const other = byKey.get(key)?.origin
    // Lines such as `x==1` and `x[extra]==1` are one package with the hashes of both.
    const merged =
      other?.kind === 'index' && origin.kind === 'index'
        ? { ...origin, hashes: [...new Set([...other.hashes, ...origin.hashes])].sort() }
        : origin
    const isOther = other !== undefined && (other.kind !== 'index' || origin.kind !== 'index')
    byKey.set(isOther ? `${key} ${byKey.size}` : key, { name, version, origin: merged })
  }
  const packages = [...byKey.values()]
  return makeSelection(
    path,
    packages,
    packages.map(item => item.name),
    readIndexes(lines),
  )
}
