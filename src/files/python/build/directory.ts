import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { readPlainProject } from './plain-project.ts'
import { copyProject } from './project-copy.ts'
import { type BuiltWheel, checkPure, findBuilder, runBuilder, type Workshop } from './workshop.ts'
import { packProject, rewriteMetadata } from './write-wheel.ts'

/** A wheel of a local project, built in a copy, for build backends write beside the sources. */
export async function buildDirectory(name: string, path: string, workshop: Workshop): Promise<BuiltWheel> {
  const { system, workDir } = workshop
  if ((await system.disk.stat(path))?.kind !== 'directory') throw new UserError('LOCAL_PROJECT_MISSING', name, path)
  const dir = join(workDir, 'projects', name)
  await system.disk.remove(dir)
  await copyProject(path, dir, system.disk)
  return buildTree({ name, dir, describedAs: `${name} (${path})` }, workshop)
}

interface Tree {
  readonly name: string
  /** A folder that may be written to. */
  readonly dir: string
  readonly describedAs: string
}

/**
 * A wheel of a project's folder, by uv or pip, else from its sources alone.
 * A plain project's metadata is written by lpack in both cases, so the wheel's bytes don't tell which tool was there.
 */
export async function buildTree({ name, dir, describedAs }: Tree, workshop: Workshop): Promise<BuiltWheel> {
  const { system, target, workDir } = workshop
  const outDir = join(workDir, 'wheels', name)
  const plain = await readPlainProject(dir, system.disk)
  const builder = await findBuilder(workshop)
  if (builder !== null) {
    const result = await runBuilder(builder, dir, join(outDir, 'tool'), workshop)
    if (result.kind === 'built') {
      checkPure(describedAs, result.wheel, target)
      if (plain.kind !== 'plain') return { wheel: result.wheel, isReproducible: false }
      return { wheel: await rewriteMetadata(result.wheel, plain.project, outDir, system.disk), isReproducible: true }
    }
    if (plain.kind !== 'plain') throw new UserError('BUILD_FAILED', describedAs, result.output)
  }
  if (plain.kind !== 'plain') throw new UserError('LOCAL_PROJECT_UNBUILDABLE', describedAs, plain.why)
  return { wheel: await packProject(plain.project, outDir, system.disk), isReproducible: true }
}
