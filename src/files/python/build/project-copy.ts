import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { Disk } from '../../../system/system.ts'

/** Folders that no build reads, by name; virtual environments are known by their pyvenv.cfg. */
const LEFT_OUT = [
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.idea',
  '.vscode',
  'lpack.out',
]

/** Folders of earlier builds, which stand beside pyproject.toml; deeper ones may be packages. */
const LEFT_OUT_AT_TOP = ['build', 'dist']

/** Copies a project without what is not its sources. Links become what they lead to. */
export async function copyProject(from: string, to: string, disk: Disk): Promise<void> {
  await copyFolder({ from, to, disk, isTop: true, parents: [] })
}

interface Copying {
  readonly from: string
  readonly to: string
  readonly disk: Disk
  readonly isTop: boolean
  /** The real paths of the folders around this one. */
  readonly parents: readonly string[]
}

async function copyFolder({ from, to, disk, isTop, parents }: Copying): Promise<void> {
  const real = await disk.realPath(from)
  if (parents.includes(real)) throw new UserError('LINK_CYCLE', from)
  await disk.makeFolder(to)
  for (const { name } of await disk.list(from)) {
    const source = join(from, name)
    const kind = (await disk.stat(source))?.kind
    if (kind === 'file') await disk.writeBytes(join(to, name), await disk.readBytes(source))
    if (kind !== 'directory' || isLeftOut(name, isTop) || (await isEnvironment(source, disk))) continue
    await copyFolder({ from: source, to: join(to, name), disk, isTop: false, parents: [...parents, real] })
  }
}

function isLeftOut(name: string, isTop: boolean): boolean {
  return LEFT_OUT.includes(name) || name.endsWith('.egg-info') || (isTop && LEFT_OUT_AT_TOP.includes(name))
}

async function isEnvironment(dir: string, disk: Disk): Promise<boolean> {
  return (await disk.stat(join(dir, 'pyvenv.cfg'))) !== null
}
