import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { check } from '../../src/check/check.ts'
import { UserError } from '../../src/errors.ts'
import { readContent } from '../../src/formats/content.ts'
import type { FileSet, Finding } from '../../src/model.ts'
import { inTemporaryFolder } from '../helpers.ts'
import { testFile, testPlan, testSystem } from '../worlds.ts'
import { TRUE_FINDINGS, type TrueFinding, WITHOUT_WHEELS } from './corpus.ts'
import { VERSIONS_OF } from './distributions.ts'
import { collect, modulesOf } from './packed.ts'
import { type Platform, pin } from './pip.ts'
import { ran } from './programs.ts'

export const CORPUS_PLATFORMS: readonly Platform[] = [
  { python: '3.11', architecture: 'x86_64' },
  { python: '3.12', architecture: 'arm64' },
  { python: '3.13', architecture: 'x86_64' },
  { python: '3.14', architecture: 'arm64' },
]

/** A distribution and all that it requires, with a handler that imports its topmost modules. */
interface Packed {
  readonly fileSet: FileSet
  readonly modules: readonly string[]
  readonly isNative: boolean
}

/** What the checks say of many artifacts. */
export interface CorpusResult {
  readonly packed: readonly string[]
  /** Those that brought a compiled module or library themselves. */
  readonly native: readonly string[]
  readonly withoutWheels: readonly string[]
  /** What is wrong, in words: false alarms, and true ones that are not told. */
  readonly problems: readonly string[]
  /** How many artifacts have a note, by its code. */
  readonly notes: ReadonlyMap<string, number>
  /** Of all checks together, without reading the archives' directories. */
  readonly checkMs: number
}

const HANDLER = 'lambda_function.py'
/** uv and the index answer slower than a processor works. */
const AT_ONCE = 3
/** More notes of one artifact than this are noise. */
const MOST_NOTES = 4

/** Packs distributions one by one for a target and checks them. With a Python of the target, what is told has to be true there. */
export async function checkCorpus(
  names: readonly string[],
  platform: Platform,
  python: string | null,
): Promise<CorpusResult> {
  const packed: string[] = []
  const native: string[] = []
  const withoutWheels: string[] = []
  const problems: string[] = []
  const notes = new Map<string, number>()
  let checkMs = 0
  await eachOf(names, name =>
    inTemporaryFolder(async dir => {
      const one = await packOne(name, platform, dir)
      if (one === null) return void withoutWheels.push(name)
      packed.push(name)
      if (one.isNative) native.push(name)
      const { findings, milliseconds } = await checkOne(one, platform)
      checkMs += milliseconds
      problems.push(...(await problemsOf(name, findings, platform, python === null ? null : { python, dir, one })))
      for (const code of new Set(findings.filter(isNote).map(({ code }) => code))) {
        notes.set(code, (notes.get(code) ?? 0) + 1)
      }
    }),
  )
  // Sorted for determinism
  return { packed, native, withoutWheels: withoutWheels.sort(), problems: problems.sort(), notes, checkMs }
}

/** Fails where anything but the truth is told, or the list is not what it says. */
export function judgeCorpus(names: readonly string[], { python, architecture }: Platform, result: CorpusResult): void {
  const { packed, native, withoutWheels, problems, notes, checkMs } = result
  const counts = [...notes].sort().map(([code, count]) => `${count} ${code}`)
  console.log(
    `\n  python${python} on ${architecture}: ${packed.length} packed, ${native.length} native; no wheels: ${withoutWheels.join(', ') || 'none'}; ` +
      `notes: ${counts.join(', ') || 'none'}; ${(checkMs / 1000).toFixed(1)} s of checking`,
  )
  const expected = (WITHOUT_WHEELS[python] ?? []).filter(name => names.includes(name))
  assert.equal(withoutWheels, [...expected].sort())
  assert.equal(problems, [])
}

/** Packs a distribution for a target; null where it, or something that it requires, has no wheel. */
async function packOne(name: string, platform: Platform, dir: string): Promise<Packed | null> {
  const pinned = await pinsOf(name, platform, dir)
  if (pinned === null) return null
  const fileSet = await collect(pinned, platform, 'safe', dir)
  const modules = topmost(modulesOf(name, fileSet.files, platform))
  const source = `${modules.map(module => `import ${module}\n`).join('')}def lambda_handler(event, context): ...\n`
  const files = fileSet.files.map(file => (file.path === HANDLER ? testFile(HANDLER, source) : file))
  const isNative = files.some(({ path, owner }) => owner === name && /\.so(?:\.|$)/.test(path))
  return { fileSet: { ...fileSet, files }, modules, isNative }
}

async function pinsOf(name: string, platform: Platform, dir: string): Promise<string | null> {
  try {
    return await pin([name], { day: VERSIONS_OF, platform, dir })
  } catch (error) {
    if (error instanceof UserError && error.message.includes('No solution found')) return null
    throw error
  }
}

/** Without those that are inside others, which their packages import or not. */
function topmost(modules: readonly string[]): readonly string[] {
  return modules.filter(module => !modules.some(other => module.startsWith(`${other}.`)))
}

async function checkOne(
  { fileSet }: Packed,
  { python, architecture }: Platform,
): Promise<{ readonly findings: readonly Finding[]; readonly milliseconds: number }> {
  const plan = testPlan('/root', { runtime: `python${python}`, architecture })
  const start = performance.now()
  const findings = await check(plan, fileSet, testSystem())
  return { findings, milliseconds: performance.now() - start }
}

interface Importing {
  readonly python: string
  readonly dir: string
  readonly one: Packed
}

async function problemsOf(
  name: string,
  findings: readonly Finding[],
  platform: Platform,
  importing: Importing | null,
): Promise<readonly string[]> {
  const known = TRUE_FINDINGS.filter(one => one.name === name && (one.pythons?.includes(platform.python) ?? true))
  const loud = findings.filter(one => !isNote(one))
  const notes = findings.filter(isNote)
  const unknown = loud.filter(({ code }) => !known.some(one => one.code === code))
  const untold = known.filter(({ code }) => !loud.some(one => one.code === code))
  return [
    ...unknown.map(({ code, message }) => `${name}: ${code} ${message}`),
    ...untold.map(({ code, why }) => `${name}: ${code} is not told, though ${why}`),
    ...(notes.length > MOST_NOTES
      ? [`${name}: ${notes.length} notes: ${notes.map(({ code }) => code).join(' ')}`]
      : []),
    ...(importing === null ? [] : await importProblems(name, known, importing)),
  ]
}

/** Whether importing fails just where it should. What only Lambda lacks can't be seen here. */
async function importProblems(
  name: string,
  known: readonly TrueFinding[],
  importing: Importing,
): Promise<readonly string[]> {
  const shown = known.filter(({ isOfLambda }) => isOfLambda !== true)
  if (shown.length === 0) return []
  const failure = await importFailure(importing)
  return failure === '' ? [`${name} imports, though ${shown.map(({ why }) => why).join(' and ')}`] : []
}

const MOST_MEMORY_BYTES = 6 * 1024 ** 3
const IMPORT_SECONDS = 60

/** What Python says when it imports the handler with nothing else on its path; '' if it can. */
async function importFailure({ python, dir, one: { fileSet } }: Importing): Promise<string> {
  const root = join(dir, 'unpacked')
  for (const { path, content, executable } of fileSet.files) {
    const target = join(root, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, await readContent(content, testSystem().disk), { mode: executable ? 0o755 : 0o644 })
  }
  const program = [
    'import resource, signal, sys',
    `resource.setrlimit(resource.RLIMIT_AS, (${MOST_MEMORY_BYTES}, ${MOST_MEMORY_BYTES}))`,
    `signal.alarm(${IMPORT_SECONDS})`,
    'sys.path.insert(0, sys.argv[1])',
    'import lambda_function',
  ]
  const { code, err } = await ran(python, ['-S', '-I', '-c', program.join('\n'), root], {
    env: { PATH: process.env['PATH'], HOME: dir },
  })
  return code === 0 ? '' : err
}

function isNote({ severity }: Finding): boolean {
  return severity === 'note'
}

async function eachOf<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await action(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
