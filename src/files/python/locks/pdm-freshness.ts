import { UserError } from '../../../errors.ts'
import { satisfies } from '../../../formats/pep440.ts'
import { normaliseName, type Requirement } from '../../../formats/pep508.ts'
import { child, type Node, text, textOrNull, texts } from './document.ts'
import { dependencyGroups, projectDependencies, projectExtras } from './manifest.ts'
import { pythonJsonSha256 } from './python-json.ts'
import { parseRequirementOf } from './selection.ts'

/** Throws LOCK_STALE unless the lock's content_hash is the manifest's. */
export function checkFresh(lock: Node, manifest: Node, packages: readonly Node[]): void {
  const metadata = child(lock, 'metadata')
  const locked = textOrNull(metadata, 'content_hash')
  const pdm = child(child(manifest, 'tool'), 'pdm')
  // PDM 2.27 and newer can record `lock_inputs` in the hash's place, and hash a workspace's members too.
  if (metadata.table['lock_inputs'] !== undefined || pdm.table['workspace'] !== undefined) {
    checkSatisfied(lock, manifest, packages)
  } else if (locked === null || !contentHashes(manifest).includes(locked.replace(/^sha256:/, ''))) {
    throw new UserError(
      'LOCK_STALE',
      lock.file,
      manifest.file,
      'its dependencies, groups, sources or Python range were changed after locking',
      'pdm lock',
    )
  }
}

/** As PDM's PyProject.content_hash; before 2.18 without [dependency-groups], still older ones with the overrides alone. */
function contentHashes(manifest: Node): readonly string[] {
  const project = child(manifest, 'project').table
  const pdm = child(child(manifest, 'tool'), 'pdm')
  const resolution = child(pdm, 'resolution').table
  const common = {
    sources: pdm.table['source'] ?? [],
    dependencies: project['dependencies'] ?? [],
    'optional-dependencies': project['optional-dependencies'] ?? {},
    'requires-python': project['requires-python'] ?? '',
  }
  const own = pdm.table['dev-dependencies'] ?? {}
  return [
    { ...common, 'dev-dependencies': developmentGroups(manifest), resolution },
    { ...common, 'dev-dependencies': own, resolution },
    { ...common, 'dev-dependencies': own, overrides: resolution['overrides'] ?? pdm.table['overrides'] ?? {} },
  ].map(content => pythonJsonSha256(content, 'spaced'))
}

function developmentGroups(manifest: Node): Readonly<Record<string, readonly unknown[]>> {
  const standard = child(manifest, 'dependency-groups').table
  const own = child(child(child(manifest, 'tool'), 'pdm'), 'dev-dependencies').table
  const groups: Record<string, readonly unknown[]> = {}
  for (const [name, items] of [...Object.entries(standard), ...Object.entries(own)]) {
    groups[normaliseName(name)] = [...(groups[normaliseName(name)] ?? []), ...(Array.isArray(items) ? items : [])]
  }
  return groups
}

/** Without a hash to compare: all that the manifest asks for is in the lock, in a version that it allows. */
function checkSatisfied(lock: Node, manifest: Node, packages: readonly Node[]): void {
  const groups = texts(child(lock, 'metadata'), 'groups').map(normaliseName)
  const own = normaliseName(textOrNull(child(manifest, 'project'), 'name') ?? '')
  for (const item of declaredIn(manifest, groups).filter(asked => asked.name !== own)) {
    const named = packages.filter(other => normaliseName(text(other, 'name')) === item.name)
    const isMet =
      item.url !== null || named.some(other => satisfies(textOrNull(other, 'version') ?? '', item.specifier))
    if (named.length === 0 && item.marker !== null) continue
    if (named.length === 0 || !isMet)
      throw new UserError(
        'LOCK_STALE',
        lock.file,
        manifest.file,
        `it asks for ${item.name}${item.specifier}, which is not what is locked`,
        'pdm lock',
      )
  }
}

/** The development groups of a project: PEP 735's and PDM's own. */
export function pdmGroups(manifest: Node): ReadonlyMap<string, readonly Requirement[]> {
  const groups = new Map(dependencyGroups(manifest))
  const own = child(child(child(manifest, 'tool'), 'pdm'), 'dev-dependencies')
  for (const key of Object.keys(own.table)) {
    // `-e file:///…` lines are requirements too.
    const items = texts(own, key).map(line => parseRequirementOf(own, key, editableLine(line)))
    groups.set(normaliseName(key), [...(groups.get(normaliseName(key)) ?? []), ...items])
  }
  return groups
}

/** PDM writes editable requirements as `-e file:///${PROJECT_ROOT}/x#egg=x`. */
function editableLine(line: string): string {
  const [, url = '', name = ''] = /^-e\s+(\S*?#egg=([\w.-]+).*)$/.exec(line) ?? []
  return name === '' ? line : `${name} @ ${url}`
}

/** What the manifest asks for in `default` and the named groups and extras. */
export function declaredIn(manifest: Node, groups: readonly string[]): readonly Requirement[] {
  const parts = [...pdmGroups(manifest), ...projectExtras(manifest)].filter(([name]) => groups.includes(name))
  return [...projectDependencies(manifest), ...parts.flatMap(([, items]) => items)]
}
