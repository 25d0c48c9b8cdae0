import { UserError } from '../../../errors.ts'
import { compareVersions, isVersion } from '../../../formats/pep440.ts'
import { child, type Node, type Table, textOrNull } from './document.ts'
import { pythonJsonSha256 } from './python-json.ts'

const LEGACY_KEYS = ['dependencies', 'source', 'extras', 'dev-dependencies']
const PROJECT_KEYS = ['requires-python', 'dependencies', 'optional-dependencies']

/** Throws LOCK_STALE unless the lock's content-hash is the manifest's, as the Poetry that wrote the lock computes it. */
export function checkFresh(lock: Node & { readonly text: string }, manifest: Node): void {
  const locked = textOrNull(child(lock, 'metadata'), 'content-hash')
  const writer = /^#.* Poetry ([0-9][^ ]*) /m.exec(lock.text)?.[1] ?? null
  if (locked !== null && contentHashes(manifest, writer).includes(locked)) return
  const isFirst = writer === null ? !lock.text.includes('groups = [') : writer.startsWith('1.')
  throw new UserError(
    'LOCK_STALE',
    lock.file,
    manifest.file,
    'its dependencies, groups, extras or sources were changed after locking',
    isFirst ? 'poetry lock --no-update' : 'poetry lock',
  )
}

/** The hashes that a fresh lock may have. Poetry 1 knows no [project], Poetry before 2.3 hashes no [dependency-groups]. */
function contentHashes(manifest: Node, writer: string | null): readonly string[] {
  const groups = child(manifest, 'dependency-groups').table
  const isBefore = (version: string) => writer === null || !isVersion(writer) || compareVersions(writer, version) < 0
  return [
    ...(isBefore('2') ? [hashOf(manifest, {}, {})] : []),
    ...(isBefore('2.3') ? [hashOf(manifest, projectContent(manifest), {})] : []),
    hashOf(manifest, projectContent(manifest), groups),
  ]
}

function projectContent(manifest: Node): Table {
  const project = child(manifest, 'project').table
  return Object.fromEntries(PROJECT_KEYS.filter(key => project[key] !== undefined).map(key => [key, project[key]]))
}

/** As Poetry's Locker._get_content_hash: missing keys are null where there is nothing but [tool.poetry], else left out. */
function hashOf(manifest: Node, project: Table, groups: Table): string {
  const poetry = child(child(manifest, 'tool'), 'poetry').table
  const hasProject = Object.keys(project).length > 0
  const hasGroups = Object.keys(groups).length > 0
  const kept = [...LEGACY_KEYS, 'group'].filter(
    key => poetry[key] !== undefined || (LEGACY_KEYS.includes(key) && !hasProject && !hasGroups),
  )
  const content = Object.fromEntries(kept.map(key => [key, poetry[key] ?? null]))
  if (!hasProject && !hasGroups) return pythonJsonSha256(content, 'spaced')
  return pythonJsonSha256(
    {
      ...(hasProject ? { project } : {}),
      ...(hasGroups ? { 'dependency-groups': groups } : {}),
      tool: { poetry: content },
    },
    'spaced',
  )
}
