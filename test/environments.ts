import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readDirectory, readMember } from '../src/formats/zip-directory.ts'
import { makeDisk } from '../src/system/disk.ts'
import { inTemporaryFolder, writeTree } from './helpers.ts'
import { makeWheel, type WheelRecipe } from './wheels.ts'

/** Writes a virtual environment as `python -m venv` and `pip install` leave it: bytecode, scripts, pip's own notes. */
export async function makeEnvironment(dir: string, version: string, installed: readonly WheelRecipe[]): Promise<void> {
  await writeTree(dir, { 'pyvenv.cfg': `home = /usr/bin\nversion = ${version}.1\n`, 'bin/python': '' })
  const site = join(dir, `lib/python${version}/site-packages`)
  for (const recipe of installed) await install(recipe, site)
}

function install(recipe: WheelRecipe, site: string): Promise<void> {
  return inTemporaryFolder(async scratch => {
    const wheel = makeWheel(recipe)
    const path = join(scratch, wheel.filename)
    await writeFile(path, wheel.bytes)
    const disk = makeDisk()
    for (const member of await readDirectory(path, disk)) {
      const target = join(site, member.name)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, await readMember(path, member, disk))
    }
    const folder = recipe.name.replace(/[-.]/g, '_')
    await writeTree(site, {
      [`${folder}/__pycache__/__init__.cpython-313.pyc`]: 'bytecode of this machine',
      [`${folder}-${recipe.version}.dist-info/INSTALLER`]: 'pip\n',
      [`${folder}-${recipe.version}.dist-info/REQUESTED`]: '',
    })
  })
}
