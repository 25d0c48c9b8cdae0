import { UserError } from '../../../errors.ts'
import { evaluateMarker, normaliseName, type Requirement } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { child, isTable, type Node, readTomlManifest, textOrNull, texts } from '../locks/document.ts'
import { dependencyGroups, projectDependencies, projectExtras } from '../locks/manifest.ts'
import { checkExists, NO_INDEXES } from '../locks/selection.ts'
import { readIndexes, readLines } from '../requirements/lines.ts'
import { readRequirements } from '../requirements.ts'
import type { NamedIndexes, Wanted } from '../types.ts'

/** The file that says what is needed, without exact versions. */
export interface Manifest {
  readonly kind: 'requirements' | 'pyproject'
  readonly path: string
}

/** A resolver's whole question. */
export interface Question {
  readonly manifest: Manifest
  /** What the manifest asks for where the target's markers hold. */
  readonly declared: readonly Requirement[]
  readonly target: PythonTarget
  readonly wanted: Wanted
  /** Folders with wheels. */
  readonly findLinks: readonly string[]
}

/**
 * The requirements of a manifest that hold on the target; of a pyproject.toml with the wanted extras and groups.
 * Throws UserError PYPROJECT_UNRESOLVABLE, and what reading the file throws.
 */
export async function readDeclared(
  manifest: Manifest,
  target: PythonTarget,
  wanted: Wanted,
  system: System,
): Promise<readonly Requirement[]> {
  const all =
    manifest.kind === 'requirements'
      ? (await readRequirements(manifest.path, target, system)).declared
      : requirementsOf(await readTomlManifest(manifest.path, system.disk), wanted)
  return all.filter(({ marker }) => evaluateMarker(marker, target.markers, []))
}

/** The indexes that a requirements file names: their credentials are needed for the files that a resolver found on them. */
export async function indexesOf(manifest: Manifest, system: System): Promise<NamedIndexes> {
  return manifest.kind === 'requirements' ? readIndexes(await readLines(manifest.path, null, system)) : NO_INDEXES
}

function requirementsOf(manifest: Node, wanted: Wanted): readonly Requirement[] {
  checkResolvable(manifest)
  const extras = projectExtras(manifest)
  const groups = dependencyGroups(manifest)
  checkExists('extra', wanted.extras, extras.keys(), manifest.file)
  checkExists('group', wanted.groups, groups.keys(), manifest.file)
  const own = normaliseName(textOrNull(child(manifest, 'project'), 'name') ?? '')
  const ofGroups = wanted.groups.flatMap(group => groups.get(normaliseName(group)) ?? [])
  return withOwnExtras([...projectDependencies(manifest), ...ofGroups], wanted.extras, own, extras)
}

/** The requirements and those of the extras; a requirement on the project itself asks for more of its extras. */
function withOwnExtras(
  requirements: readonly Requirement[],
  extras: readonly string[],
  own: string,
  known: ReadonlyMap<string, readonly Requirement[]>,
): readonly Requirement[] {
  const taken = new Set<string>()
  const others: Requirement[] = []
  const queue = [...requirements]
  const take = (names: readonly string[]) => {
    for (const name of names.map(normaliseName)) {
      if (!taken.has(name)) queue.push(...(known.get(name) ?? []))
      taken.add(name)
    }
  }
  take(extras)
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next.name === own) take(next.extras)
    else others.push(next)
  }
  return others
}

function checkResolvable(manifest: Node): void {
  const fail = (why: string): never => {
    throw new UserError('PYPROJECT_UNRESOLVABLE', manifest.file, why)
  }
  if (!isTable(manifest.table['project'])) {
    const isPoetry = isTable(child(manifest, 'tool').table['poetry'])
    fail(
      isPoetry
        ? 'declares its dependencies for Poetry alone. Run `poetry lock`: lpack reads poetry.lock'
        : 'has no [project] table. Add one with `dependencies`, or name another source in `dependencies` of the config',
    )
  }
  if (texts(child(manifest, 'project'), 'dynamic').includes('dependencies')) {
    fail(
      'leaves its dependencies to its build backend (`dynamic`). Lock it with `uv lock`, or name the requirements file in `dependencies` of the config',
    )
  }
}
