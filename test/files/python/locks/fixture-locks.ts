import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { select as selectFromPdm } from '../../../../src/files/python/locks/pdm.ts'
import { select as selectFromPipfile } from '../../../../src/files/python/locks/pipfile.ts'
import { select as selectFromPoetry } from '../../../../src/files/python/locks/poetry.ts'
import { select as selectFromPylock } from '../../../../src/files/python/locks/pylock.ts'
import { select as selectFromUv } from '../../../../src/files/python/locks/uv.ts'
import type { Selection, Wanted } from '../../../../src/files/python/types.ts'
import type { LockFormat } from '../../../../src/model.ts'
import { copyFixture, inTemporaryFolder } from '../../../helpers.ts'
import { testSystem, testTarget } from '../../../worlds.ts'

const SELECT = {
  uv: selectFromUv,
  pylock: selectFromPylock,
  poetry: selectFromPoetry,
  pdm: selectFromPdm,
  pipfile: selectFromPipfile,
}
const FILE = { uv: 'uv.lock', pylock: 'pylock.toml', poetry: 'poetry.lock', pdm: 'pdm.lock', pipfile: 'Pipfile.lock' }

export interface Reading extends Partial<Wanted> {
  readonly runtime?: string
  /** The function's folder, relative to the lock's. */
  readonly root?: string
  readonly lock?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Selects from the lock in a folder. */
export function selectIn(
  format: LockFormat,
  dir: string,
  { runtime = 'python3.11', root = '.', lock = FILE[format], groups = [], extras = [], env = {} }: Reading = {},
): Promise<Selection> {
  return SELECT[format](join(dir, lock), join(dir, root), testTarget(runtime), { groups, extras }, testSystem({ env }))
}

/** Selects from a copy of `fixtures/locks/<name>`, after edits: file → [text, its replacement]. */
export function selectFixture(
  format: LockFormat,
  name: string,
  reading: Reading = {},
  edits: Readonly<Record<string, readonly [string | RegExp, string]>> = {},
): Promise<Selection> {
  return inTemporaryFolder(async dir => {
    await copyFixture(`locks/${name}`, dir)
    for (const [file, [from, to]] of Object.entries(edits)) {
      const text = await readFile(join(dir, file), 'utf8')
      const changed = text.replace(from, () => to)
      if (changed === text) throw new Error(`${file} has no ${from}`)
      await writeFile(join(dir, file), changed)
    }
    const selection = await selectIn(format, dir, reading)
    return JSON.parse(JSON.stringify(selection).replaceAll(JSON.stringify(dir).slice(1, -1), '<dir>')) as Selection
  })
}

/** `web 1.4.0` a package; a null version is left out. */
export function namesOf(selection: Selection): string {
  return selection.packages.map(item => (item.version === null ? item.name : `${item.name} ${item.version}`)).join(', ')
}

/** The origin of one package. */
export function originOf(selection: Selection, name: string): unknown {
  return selection.packages.find(item => item.name === name)?.origin
}
