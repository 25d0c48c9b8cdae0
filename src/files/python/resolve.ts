import { dirname } from 'node:path'
import { UserError } from '../../errors.ts'
import { finding } from '../../findings.ts'
import type { PythonTarget } from '../../model.ts'
import type { System } from '../../system/system.ts'
import { NO_INDEXES } from './locks/selection.ts'
import { indexesOf, type Manifest, readDeclared } from './resolve/declared.ts'
import { findPip, resolveWithPip } from './resolve/pip.ts'
import { resolveWithUv } from './resolve/uv.ts'
import { describeTarget } from './target.ts'
import type { Selection, Wanted } from './types.ts'

/**
 * Today's best versions for the target of what an unlocked requirements file or pyproject.toml asks for: by uv if it is on PATH,
 * else by pip where this machine's own markers are the target's, for pip evaluates no others.
 * Throws UserError UNLOCKED_NEEDS_UV, UV_TOO_OLD, RESOLUTION_FAILED, PYPROJECT_UNRESOLVABLE, and what reading the file throws.
 */
export async function resolve(
  manifest: Manifest,
  target: PythonTarget,
  wanted: Wanted,
  findLinks: readonly string[],
  system: System,
): Promise<Selection> {
  const declared = await readDeclared(manifest, target, wanted, system)
  // A requirements file can ask for folders, too, which are not among what it declares.
  if (manifest.kind === 'pyproject' && declared.length === 0) {
    return { packages: [], direct: [], indexes: NO_INDEXES, findings: [] }
  }
  const question = { manifest, declared, target, wanted, findLinks }
  system.progress.show('resolving dependencies', 0, 0)
  const uv = await system.processes.find('uv')
  const selection = uv === null ? await byPip() : await resolveWithUv(uv, question, system)
  const others = await withoutOwnProject(selection, manifest, system)
  const indexes = await indexesOf(manifest, system)
  return { ...others, indexes, findings: [...selection.findings, finding('UNLOCKED', manifest.path, manifest.path)] }

  async function byPip(): Promise<Selection> {
    const pip = await findPip(question, system)
    if (pip.kind === 'none') throw new UserError('UNLOCKED_NEEDS_UV', manifest.path, describeTarget(target), pip.why)
    return resolveWithPip(pip.python, question, system)
  }
}

/** `-e .` asks for what the function's own project requires: its modules are the function's own files. */
async function withoutOwnProject(selection: Selection, manifest: Manifest, system: System): Promise<Selection> {
  const dir = await system.disk.realPath(dirname(manifest.path))
  const own = selection.packages.find(
    ({ origin }) => origin.kind === 'directory' && (origin.path === dir || origin.path === dirname(manifest.path)),
  )
  return {
    ...selection,
    packages: selection.packages.filter(item => item !== own),
    direct: selection.direct.filter(name => name !== own?.name),
  }
}
