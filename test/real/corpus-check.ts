import { check } from '../../src/check/check.ts'
import type { FileSet, Finding } from '../../src/model.ts'
import { testFile, testPlan, testSystem } from '../worlds.ts'
import { VERSIONS_OF } from './distributions.ts'
import { collect, modulesOf } from './packed.ts'
import { type Platform, pin } from './pip.ts'

export const CORPUS_PLATFORMS: readonly Platform[] = [
  { python: '3.11', architecture: 'x86_64' },
  { python: '3.12', architecture: 'arm64' },
  { python: '3.13', architecture: 'x86_64' },
  { python: '3.14', architecture: 'arm64' },
]

/** A distribution and what it requires, with a handler that imports its topmost modules. */
export interface Packed {
  readonly fileSet: FileSet
  readonly modules: readonly string[]
}

const HANDLER = 'lambda_function.py'

/** Packs a distribution for a target; null where it, or something that it requires, has no wheel. */
export async function packOne(name: string, platform: Platform, dir: string): Promise<Packed | null> {
  const pinned = await pinsOf(name, platform, dir)
  if (pinned === null) return null
  const fileSet = await collect(pinned, platform, 'safe', dir)
  const modules = topmost(modulesOf(name, fileSet.files, platform))
  const source = `${modules.map(module => `import ${module}\n`).join('')}def lambda_handler(event, context): ...\n`
  const files = fileSet.files.map(file => (file.path === HANDLER ? testFile(HANDLER, source) : file))
  return { fileSet: { ...fileSet, files }, modules }
}

async function pinsOf(name: string, platform: Platform, dir: string): Promise<string | null> {
  try {
    return await pin([name], { day: VERSIONS_OF, platform, dir })
  } catch (error) {
    if (/no (?:usable )?wheels|has no wheels|unsatisfiable/i.test(String(error))) return null
    throw error
  }
}

/** Without those that are inside others. */
function topmost(modules: readonly string[]): readonly string[] {
  return modules.filter(module => !modules.some(other => module.startsWith(`${other}.`)))
}

export interface Checked {
  readonly findings: readonly Finding[]
  readonly milliseconds: number
}

/** All checks, of the files as they were packed. */
export async function checkOne({ fileSet }: Packed, { python, architecture }: Platform): Promise<Checked> {
  const plan = testPlan('/root', { runtime: `python${python}`, architecture })
  const start = performance.now()
  const findings = await check(plan, fileSet, testSystem())
  return { findings, milliseconds: performance.now() - start }
}
