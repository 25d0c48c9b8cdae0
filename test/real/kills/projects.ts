import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeRandom, type Random } from '../../full/survive.ts'
import { writeTree } from '../../helpers.ts'
import { makeWheel } from '../../wheels.ts'

/** A folder of two configs, `a.json` and `b.json`, that make artifacts of the same names from other files, most of them the same. */
export interface Project {
  readonly name: string
  readonly dir: string
  readonly outDir: string
  readonly functions: readonly string[]
}

export type Variant = (typeof VARIANTS)[number]

export const VARIANTS = ['a', 'b'] as const

/** How many contents of the same length the file has that changes between builds. */
export const VERSIONS = 2

const HANDLER = 'def lambda_handler(event, context):\n    return event\n'

/** So many projects, the first two with one folder for their artifacts. */
export async function makeProjects(parent: string, count: number): Promise<readonly Project[]> {
  const random = makeRandom(1)
  const common = sharedFiles(random)
  const wheel = makeWheel({
    name: 'polite-words',
    version: '1.4',
    files: Object.fromEntries([
      ['polite_words/__init__.py', ''],
      ['polite_words/noise.bin', noise(9_000, random)],
      ...Array.from({ length: 8 }, (_, index) => [`polite_words/words${index}.txt`, text(1 + index * 4, random)]),
    ]),
  })
  const projects: Project[] = []
  for (let index = 0; index < count; index++) {
    const name = `project${index}`
    const functions = ['cart', 'order', 'stock'].slice(0, 2 + (index % 2)).map(one => `${name}-${one}`)
    const project = { name, dir: join(parent, name), outDir: join(parent, `out${Math.max(1, index)}`), functions }
    const own = Object.fromEntries(functions.flatMap(one => ownFiles(one, random)))
    for (const variant of VARIANTS) {
      const different = { 'shared/variant.txt': text(20, random) }
      await writeTree(join(project.dir, variant), { ...common, ...own, ...different })
      await writeFile(join(project.dir, `${variant}.json`), JSON.stringify(configOf(project, variant)))
    }
    await writeTree(project.dir, { [`wheels/${wheel.filename}`]: wheel.bytes })
    await setVersion(project, 0)
    projects.push(project)
  }
  return projects
}

/** Gives a project's file that changes another content of the same length. */
export async function setVersion({ name, dir }: Project, version: number): Promise<void> {
  const content = text(30, makeRandom(1000 * version + name.charCodeAt(name.length - 1)))
  for (const variant of VARIANTS) {
    await mkdir(join(dir, variant, 'shared'), { recursive: true })
    await writeFile(join(dir, variant, 'shared/version.txt'), content)
  }
}

function configOf({ outDir, functions }: Project, variant: Variant) {
  return {
    outDir,
    runtime: 'python3.13',
    root: variant,
    dependencies: 'wheels',
    functions: Object.fromEntries(
      functions.map(name => [name, { handler: `${name}.lambda_handler`, include: [`${name}*`, 'shared/**'] }]),
    ),
  }
}

function sharedFiles(random: Random): Record<string, string | Uint8Array> {
  return {
    'shared/large.txt': text(600, random),
    'shared/noise.bin': noise(200_000, random),
    'shared/empty.txt': '',
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`shared/${index}.txt`, text(1 + random.below(40), random)]),
    ),
  }
}

function ownFiles(name: string, random: Random): readonly (readonly [string, string])[] {
  return [
    [`${name}.py`, `# ${name}\n${HANDLER}`],
    [`${name}.txt`, text(1 + random.below(60), random)],
  ]
}

/** So many KB that compress to about a half. */
function text(kilobytes: number, random: Random): string {
  let words = ''
  while (words.length < kilobytes * 1000) words += `${random.below(4096).toString(36)} `
  return words.slice(0, kilobytes * 1000)
}

/** Bytes that can't be compressed. */
function noise(bytes: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => random.below(256))
}
