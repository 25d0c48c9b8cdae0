import { join } from 'node:path'
import { isVersion, normaliseVersion } from '../../../formats/pep440.ts'
import { normaliseName, parseRequirement } from '../../../formats/pep508.ts'
import { parseToml } from '../../../formats/toml.ts'
import type { Disk } from '../../../system/system.ts'
import { isTable, type Table } from '../locks/document.ts'
import { findModules, type ModuleFile } from './layout.ts'

/** A pure-Python project whose wheel follows from its pyproject.toml and its folders, whatever builds it. */
export interface PlainProject {
  /** As written. */
  readonly name: string
  /** Normalised (PEP 440). */
  readonly version: string
  readonly requiresPython: string | null
  /** Values of Requires-Dist. */
  readonly requires: readonly string[]
  /** Normalised. */
  readonly extras: readonly string[]
  /** The text of entry_points.txt; empty: none. */
  readonly entryPoints: string
  /** Modules and the data beside them. */
  readonly files: readonly ModuleFile[]
  readonly licences: readonly ModuleFile[]
}

export type ReadProject =
  | { readonly kind: 'plain'; readonly project: PlainProject }
  | { readonly kind: 'other'; readonly why: string }

/** What `[project]` may leave to a build backend without a difference for what is packed. */
const HARMLESS_DYNAMIC = [
  'readme',
  'description',
  'classifiers',
  'urls',
  'authors',
  'maintainers',
  'keywords',
  'license',
  'license-files',
]

/** The default of `license-files`: https://peps.python.org/pep-0639/#add-license-files-key */
const LICENCE = /^(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)/

/** Reads a project's folder; says why its wheel needs its build backend where it does. */
export async function readPlainProject(dir: string, disk: Disk): Promise<ReadProject> {
  const path = join(dir, 'pyproject.toml')
  if ((await disk.stat(path))?.kind !== 'file') return other('it has no pyproject.toml')
  try {
    return await readTable(parseToml(await disk.readText(path)), dir, disk)
  } catch (error) {
    if (error instanceof SyntaxError) return other(`its pyproject.toml: ${error.message}`)
    throw error
  }
}

async function readTable(data: Table, dir: string, disk: Disk): Promise<ReadProject> {
  const project = data['project']
  if (!isTable(project)) return other('its pyproject.toml has no [project] table')
  const { name, version } = project
  const dynamic = listOf(project['dynamic']).filter(key => !HARMLESS_DYNAMIC.includes(key))
  if (dynamic.length > 0) return other(`its ${dynamic.join(', ')} are computed by its build backend`)
  if (typeof name !== 'string' || typeof version !== 'string' || !isVersion(version))
    return other('[project] has no name and version')
  const found = await findModules(data, name, dir, disk)
  if (found.kind === 'other') return found
  return {
    kind: 'plain',
    project: { ...factsOf(project, name, version), files: found.files, licences: await licencesOf(project, dir, disk) },
  }
}

function factsOf(project: Table, name: string, version: string): Omit<PlainProject, 'files' | 'licences'> {
  const optional = isTable(project['optional-dependencies']) ? project['optional-dependencies'] : {}
  // Sorted for determinism
  const extras = Object.keys(optional).sort()
  return {
    name,
    version: normaliseVersion(version),
    requiresPython: typeof project['requires-python'] === 'string' ? project['requires-python'].trim() : null,
    requires: [
      ...listOf(project['dependencies']).map(line => written(line, null)),
      ...extras.flatMap(extra => listOf(optional[extra]).map(line => written(line, normaliseName(extra)))),
    ],
    extras: extras.map(normaliseName),
    entryPoints: entryPointsOf(project),
  }
}

/** A requirement as Requires-Dist has it: on one line, and with the extra that asks for it. */
function written(line: string, extra: string | null): string {
  const { url } = parseRequirement(line)
  const plain = line.trim().replace(/\s+/g, ' ')
  // A URL may hold semicolons; the one of a marker has a space before it.
  const semicolon = plain.indexOf(url === null ? ';' : ' ;')
  const head = semicolon === -1 ? plain : plain.slice(0, semicolon).trim()
  const own = semicolon === -1 ? '' : plain.slice(plain.indexOf(';', semicolon) + 1).trim()
  const conditions = [
    ...(own === '' ? [] : [extra === null ? own : `(${own})`]),
    ...(extra === null ? [] : [`extra == "${extra}"`]),
  ]
  return conditions.length === 0 ? head : `${head} ; ${conditions.join(' and ')}`
}

/** https://packaging.python.org/en/latest/specifications/entry-points/#file-format */
function entryPointsOf(project: Table): string {
  const others = isTable(project['entry-points']) ? project['entry-points'] : {}
  const groups: Record<string, unknown> = {
    ...others,
    console_scripts: project['scripts'],
    gui_scripts: project['gui-scripts'],
  }
  // Sorted for determinism
  return Object.keys(groups)
    .sort()
    .map(group => [group, linesOf(groups[group])] as const)
    .filter(([, lines]) => lines.length > 0)
    .map(([group, lines]) => `[${group}]\n${lines.join('\n')}\n`)
    .join('\n')
}

function linesOf(points: unknown): readonly string[] {
  if (!isTable(points)) return []
  // Sorted for determinism
  return Object.keys(points)
    .sort()
    .map(name => `${name} = ${String(points[name])}`)
}

async function licencesOf(project: Table, dir: string, disk: Disk): Promise<readonly ModuleFile[]> {
  const named = project['license-files']
  const isWanted = (name: string) => (Array.isArray(named) ? named.includes(name) : LICENCE.test(name))
  const files = (await disk.list(dir)).filter(({ name, kind }) => kind === 'file' && isWanted(name))
  return files.map(({ name }) => ({ path: name, source: join(dir, name) }))
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

function other(why: string): ReadProject {
  return { kind: 'other', why }
}
