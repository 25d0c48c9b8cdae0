import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LaidOutDistribution } from '../../../src/files/python/types.ts'
import { layOutWheel } from '../../../src/files/python/wheel.ts'
import { readContent } from '../../../src/formats/content.ts'
import { parseRequirement } from '../../../src/formats/pep508.ts'
import type { FileEntry } from '../../../src/model.ts'
import { makeDisk } from '../../../src/system/disk.ts'
import { makeWheel, type TestWheel, type WheelRecipe } from '../../wheels.ts'
import { testFile } from '../../worlds.ts'

export const disk = makeDisk()

/** Lays out a wheel that is written to a folder first. */
export async function layOut(dir: string, wheel: TestWheel): Promise<LaidOutDistribution> {
  const path = join(dir, wheel.filename)
  await writeFile(path, wheel.bytes)
  return layOutWheel({ name: wheel.filename.split('-', 1)[0] ?? '', path, filename: wheel.filename }, disk)
}

/** Makes wheels in a folder and lays them out. */
export async function layOutAll(dir: string, recipes: readonly WheelRecipe[]): Promise<LaidOutDistribution[]> {
  return Promise.all(recipes.map(recipe => layOut(dir, makeWheel(recipe))))
}

/** A distribution without a wheel: its files are in memory. */
export function testDistribution(
  name: string,
  version: string,
  more: {
    readonly requires?: readonly string[]
    readonly extras?: readonly string[]
    readonly files?: Readonly<Record<string, string | Uint8Array>>
  } = {},
): LaidOutDistribution {
  const distInfo = `${name.replaceAll('-', '_')}-${version}.dist-info`
  const files = { [`${distInfo}/METADATA`]: `Name: ${name}\nVersion: ${version}\n`, ...more.files }
  return {
    name,
    version,
    requires: (more.requires ?? []).map(parseRequirement),
    extras: more.extras ?? [],
    distInfo,
    licence: null,
    tags: ['py3-none-any'],
    files: Object.entries(files).map(([path, content]) => testFile(path, content, { owner: name })),
    unpacked: [],
    findings: [],
  }
}

/** Archive paths, sorted. */
export function paths(files: readonly FileEntry[]): string[] {
  return files.map(({ path }) => path as string).sort()
}

export async function textOf(files: readonly FileEntry[], path: string): Promise<string> {
  const file = files.find(one => one.path === path)
  if (file === undefined) throw new Error(`no ${path} among ${paths(files).join(', ')}`)
  return Buffer.from(await readContent(file.content, disk)).toString()
}
