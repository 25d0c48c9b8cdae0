import { dirname, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { type Marker, normaliseName, parseMarker, type Requirement } from '../../../formats/pep508.ts'
import { parseRequirementsText, type RequirementLine } from '../../../formats/requirements-file.ts'
import { withoutFileScheme } from '../../../formats/url-text.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { requirementOn } from '../closure.ts'
import { child, isTable, type Node, readTomlManifest, textOrNull, texts } from '../locks/document.ts'
import { dependencyGroups, projectDependencies, projectExtras } from '../locks/manifest.ts'
import { declaredEdges, type PoetryEdge } from '../locks/poetry-walk.ts'
import { checkAsksForNone, checkExists } from '../locks/selection.ts'
import type { Wanted } from '../types.ts'

/** What a manifest asks of an environment. */
export interface Declared {
  readonly requirements: readonly Requirement[]
  /** Projects and archives that are named by their place alone. */
  readonly places: readonly Place[]
  /** The same again with Poetry's constraints, which PEP 440 does not read; empty without Poetry. */
  readonly poetry: readonly PoetryEdge[]
  /** The manifest's own project, whose extras may name each other; null where there is none. */
  readonly project: Project | null
}

export interface Place {
  /** An absolute path, or a URL. */
  readonly location: string
  /** Normalised; null where only the place tells. */
  readonly name: string | null
  readonly extras: readonly string[]
  readonly marker: Marker | null
}

export interface Project {
  /** Normalised. */
  readonly name: string
  readonly requires: readonly Requirement[]
  readonly extras: readonly string[]
  /** True if only the installed project tells what it requires. */
  readonly isDynamic: boolean
}

/** Reads a requirements file with what it includes, or a pyproject.toml. Throws what reading them throws. */
export async function readDeclaredIn(
  path: string,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<Declared> {
  if (path.endsWith('.toml')) return ofProject(path, target, wanted, system)
  checkAsksForNone(wanted, path)
  const lines = await linesOf(path, { path, line: 0 }, [], system)
  return {
    requirements: lines.flatMap(({ line }) => (line.kind === 'requirement' ? [line.requirement] : [])),
    places: lines.flatMap(({ file, line }) => placeOf(file, line)),
    poetry: [],
    project: null,
  }
}

interface FileLine {
  readonly file: string
  readonly line: RequirementLine
}

async function linesOf(
  file: string,
  from: { readonly path: string; readonly line: number },
  open: readonly string[],
  system: System,
): Promise<readonly FileLine[]> {
  if (open.includes(file)) return []
  if ((await system.disk.stat(file))?.kind !== 'file')
    throw new UserError('REQUIREMENTS_MISSING', file, from.path, from.line)
  const lines: FileLine[] = []
  for (const line of parsed(file, await system.disk.readText(file), system)) {
    if (line.kind !== 'include') lines.push({ file, line })
    else
      lines.push(
        ...(await linesOf(resolve(dirname(file), line.path), { path: file, line: line.line }, [...open, file], system)),
      )
  }
  return lines
}

function parsed(file: string, text: string, system: System): readonly RequirementLine[] {
  try {
    return parseRequirementsText(text, system.env)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const [, line = '1', why = ''] = /^line (\d+): (.*)$/s.exec(error.message) ?? []
    throw new UserError('REQUIREMENTS_UNREADABLE', file, Number(line), why)
  }
}

function placeOf(file: string, line: RequirementLine): readonly Place[] {
  switch (line.kind) {
    case 'editable': {
      const [address = '', egg] = line.target.split(/[#&]egg=/)
      const [, target = address, extras = ''] = /^(.*?)(?:\[([^\]]*)\])?$/.exec(address.trim()) ?? []
      return [
        {
          location: located(file, target),
          name: nameOfEgg(egg),
          extras: extras === '' ? [] : extras.split(',').map(extra => normaliseName(extra.trim())),
          marker: line.marker,
        },
      ]
    }
    case 'path':
    case 'url-archive':
      return [{ location: located(file, line.target), name: line.name, extras: line.extras, marker: line.marker }]
    default:
      return []
  }
}

function nameOfEgg(egg: string | undefined): string | null {
  const name = /^[\w.-]+/.exec(egg ?? '')?.[0]
  return name === undefined ? null : normaliseName(name)
}

function located(file: string, target: string): string {
  if (/^file:/i.test(target)) return withoutFileScheme(target)
  return /^[a-z][a-z0-9+.-]+:/i.test(target) ? target : resolve(dirname(file), target)
}

async function ofProject(path: string, target: PythonTarget, wanted: Wanted, system: System): Promise<Declared> {
  const manifest = await readTomlManifest(path, system.disk)
  const poetry = child(child(manifest, 'tool'), 'poetry')
  return isTable(poetry.table['dependencies'])
    ? ofPoetry(manifest, poetry, target, wanted)
    : ofStandard(manifest, wanted)
}

/** The standard tables: https://packaging.python.org/en/latest/specifications/pyproject-toml/ */
function ofStandard(manifest: Node, wanted: Wanted): Declared {
  const project = child(manifest, 'project')
  const groups = dependencyGroups(manifest)
  const extras = projectExtras(manifest)
  const isDynamic = texts(project, 'dynamic').includes('dependencies')
  if (!isDynamic) checkExists('extra', wanted.extras, extras.keys(), manifest.file)
  checkExists('group', wanted.groups, groups.keys(), manifest.file)
  return {
    requirements: wanted.groups.flatMap(group => groups.get(normaliseName(group)) ?? []),
    places: [],
    poetry: [],
    project: {
      name: normaliseName(textOrNull(project, 'name') ?? ''),
      requires: [
        ...projectDependencies(manifest),
        ...[...extras].flatMap(([extra, of]) => of.map(one => inExtra(one, extra))),
      ],
      extras: [...extras.keys()],
      isDynamic,
    },
  }
}

function ofPoetry(manifest: Node, poetry: Node, target: PythonTarget, wanted: Wanted): Declared {
  const groups = [...Object.keys(child(poetry, 'group').table), ...dependencyGroups(manifest).keys()]
  checkExists(
    'group',
    wanted.groups,
    isTable(poetry.table['dev-dependencies']) ? ['dev', ...groups] : groups,
    manifest.file,
  )
  checkExists(
    'extra',
    wanted.extras,
    [...Object.keys(child(poetry, 'extras').table), ...projectExtras(manifest).keys()],
    manifest.file,
  )
  const edges = declaredEdges(manifest, {
    target,
    groups: ['main', ...wanted.groups.map(normaliseName)],
    extras: wanted.extras.map(normaliseName),
  })
  return {
    requirements: edges.map(({ name, extras }) => requirementOn(name, extras)),
    places: [],
    poetry: edges,
    project: null,
  }
}

function inExtra(requirement: Requirement, extra: string): Requirement {
  const isAsked = parseMarker(`extra == '${extra}'`)
  const { marker } = requirement
  return { ...requirement, marker: marker === null ? isAsked : { kind: 'all', markers: [isAsked, marker] } }
}
