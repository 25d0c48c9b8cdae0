import { dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { normaliseName, type Requirement } from '../../../formats/pep508.ts'
import type { Disk } from '../../../system/system.ts'
import { child, fail, isTable, type Node, readTomlManifest, texts } from './document.ts'
import { parseRequirementOf } from './selection.ts'

/**
 * The pyproject.toml of the project that the function is in: the nearest at or above its folder, up to the lock's, that
 * has a [project] table (others only configure tools), else the one beside the lock.
 */
export async function nearestManifest(lock: string, root: string, disk: Disk): Promise<Node | null> {
  for (const dir of foldersUp(root, dirname(lock))) {
    const manifest = await readManifestIfThere(join(dir, 'pyproject.toml'), disk)
    if (manifest !== null && (manifest.table['project'] !== undefined || dir === dirname(lock))) return manifest
  }
  return null
}

/** The function's folder and those above it up to the lock's; the lock's alone if the function is elsewhere. */
function foldersUp(root: string, top: string): readonly string[] {
  const steps = relative(top, root)
    .split(/[\\/]/)
    .filter(part => part !== '')
  if (steps.includes('..') || resolve(top, ...steps) !== resolve(root)) return [top]
  return [...steps.keys()].map(index => join(top, ...steps.slice(0, steps.length - index))).concat(top)
}

/** The manifest that a lock cannot do without. */
export async function readManifestBeside(lock: string, name: string, disk: Disk): Promise<Node> {
  const manifest = await readManifestIfThere(join(dirname(lock), name), disk)
  if (manifest === null) throw new UserError('LOCK_MANIFEST_MISSING', lock, join(dirname(lock), name))
  return manifest
}

export async function readManifestIfThere(path: string, disk: Disk): Promise<Node | null> {
  return (await disk.stat(path))?.kind === 'file' ? readTomlManifest(path, disk) : null
}

/** The PEP 621 dependencies of a pyproject.toml. */
export function projectDependencies(manifest: Node): readonly Requirement[] {
  const project = child(manifest, 'project')
  return texts(project, 'dependencies').map(line => parseRequirementOf(project, 'dependencies', line))
}

/** The PEP 621 optional dependencies, by the extra's normalised name. */
export function projectExtras(manifest: Node): ReadonlyMap<string, readonly Requirement[]> {
  const optional = child(child(manifest, 'project'), 'optional-dependencies')
  return new Map(
    Object.keys(optional.table).map(extra => [
      normaliseName(extra),
      texts(optional, extra).map(line => parseRequirementOf(optional, extra, line)),
    ]),
  )
}

/** The PEP 735 dependency groups with `include-group` resolved, by normalised name. https://peps.python.org/pep-0735/ */
export function dependencyGroups(manifest: Node): ReadonlyMap<string, readonly Requirement[]> {
  const groups = child(manifest, 'dependency-groups')
  const keys = new Map(Object.keys(groups.table).map(key => [normaliseName(key), key]))
  const linesOf = (name: string, path: readonly string[]): readonly Requirement[] => {
    const key = keys.get(normaliseName(name))
    if (key === undefined)
      return fail(groups, `the group "${path.at(-1) ?? name}" includes "${name}", which does not exist`)
    if (path.includes(key)) return fail(groups, `the group "${key}" includes itself`)
    const items = groups.table[key]
    if (!Array.isArray(items)) return fail(groups, `"${key}" is not a list`)
    return items.flatMap((item: unknown) => {
      if (typeof item === 'string') return [parseRequirementOf(groups, key, item)]
      const included = isTable(item) ? item['include-group'] : undefined
      return typeof included === 'string'
        ? linesOf(included, [...path, key])
        : fail(groups, `"${key}" holds something that is neither a requirement nor an include-group`)
    })
  }
  return new Map([...keys.keys()].map(name => [name, linesOf(name, [])]))
}
