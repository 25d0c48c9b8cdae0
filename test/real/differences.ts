import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readContent } from '../../src/formats/content.ts'
import { parseRecord } from '../../src/formats/record.ts'
import type { FileEntry, FileSet, LeftOut } from '../../src/model.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { type Installation, sha256Of } from './pip.ts'

/** What pip writes and no artifact holds, whatever the slim level. */
const ONLY_BY_PIP: Readonly<Record<string, RegExp>> = {
  'commands, which name the Python of the machine': /^bin\//,
  'C headers of the headers scheme': /^include\//,
  'traces of the installation': /^[^/]+\.dist-info\/(INSTALLER|REQUESTED)$/,
  'path files, which Lambda does not run': /^[^/]+\.pth$/,
  'bytecode in a wheel': /(^|\/)__pycache__\//,
  'manual pages, documentation and Jupyter extensions': /^(share\/(man|doc|jupyter)|etc\/jupyter)\//,
}

/** What `slim: safe` leaves out beside. */
const LEFT_OUT_BY_SAFE: Readonly<Record<string, RegExp>> = {
  'type stubs': /\.pyi$/,
  'Cython sources': /\.(pyx|pxd|pxi)$/,
  'C and C++ sources': /\.(c|cc|cpp|cxx|h|hh|hpp|hxx)$/,
  'static libraries': /\.(a|lib|o|obj)$/,
  'binaries of other systems': /\.(dll|dylib|exe|pyd)$/,
  'software bills of materials': /^[^/]+\.dist-info\/sboms\//,
}

/** Distributions that keep their sources: they compile at run time, or their METADATA names one that does (pyzmq's cffi, for PyPy). */
const KEEP_SOURCES: readonly string[] = ['cffi', 'pyzmq']
const SOURCES = ['Cython sources', 'C and C++ sources', 'static libraries']

/** Every difference that there may be. */
export const DOCUMENTED: readonly string[] = [...Object.keys(ONLY_BY_PIP), ...Object.keys(LEFT_OUT_BY_SAFE)]

export interface Comparison {
  /** The documented differences that were met. */
  readonly met: readonly string[]
  /** The other differences. */
  readonly problems: readonly string[]
}

/** Compares paths, bytes and modes with what pip wrote. */
export async function compareWithPip(packed: FileSet, installed: Installation): Promise<Comparison> {
  const files = dependencyFiles(packed)
  const isExpected = (path: string) => ruleOf(path, ONLY_BY_PIP) === null
  const problems = differencesOf(pathsOf(files), [...installed.files.keys()].filter(isExpected), 'the files')
  for (const { path, content, executable } of files) {
    const theirs = installed.files.get(path)
    const bytes = await readContent(content, makeDisk())
    if (isRecord(path)) {
      const listed = listedIn(await readFile(join(installed.root, path)))
      problems.push(...differencesOf(listedIn(bytes), listed.filter(isExpected), path))
    } else if (sha256Of(bytes) !== theirs?.sha256) problems.push(`${path} has other bytes`)
    if (executable !== theirs?.executable) problems.push(`${path} is ${executable ? '' : 'not '}executable`)
  }
  return { met: [...installed.files.keys()].flatMap(path => ruleOf(path, ONLY_BY_PIP) ?? []), problems }
}

/** Compares what `slim: safe` packs with all there is. */
export async function compareWithFull(safe: FileSet, full: FileSet): Promise<Comparison> {
  const leftOut = leftOutOf(full)
  const expected = dependencyFiles(full).filter(({ path }) => !leftOut.has(path))
  const problems = differencesOf(pathsOf(dependencyFiles(safe)), pathsOf(expected), 'the slim files')
  const slim = new Map(safe.files.map(file => [file.path, file]))
  for (const file of expected) {
    const its = slim.get(file.path)
    if (isRecord(file.path)) {
      const listed = (await listedBy(file)).filter(path => !leftOut.has(path))
      problems.push(...differencesOf(await listedBy(its), listed, file.path))
    } else if (!isDeepStrictEqual(its, file)) problems.push(`${file.path} is another file`)
  }
  const counts = countsOf([...leftOut.values()].map(one => ({ ...one, files: 1 })))
  const told = safe.leftOut.filter(({ rule }) => rule in LEFT_OUT_BY_SAFE)
  problems.push(...differencesOf(countsOf(told), counts, 'what is told as left out'))
  return { met: [...leftOut.values()].map(({ rule }) => rule), problems }
}

function leftOutOf(full: FileSet): ReadonlyMap<string, { readonly rule: string; readonly bytes: number }> {
  const found = dependencyFiles(full).flatMap(({ path, owner, bytes }) => {
    const rule = ruleOf(path, LEFT_OUT_BY_SAFE)
    const isKept = rule !== null && SOURCES.includes(rule) && KEEP_SOURCES.includes(owner ?? '')
    return rule === null || isKept ? [] : [[path, { rule, bytes }] as const]
  })
  return new Map(found)
}

function differencesOf(found: readonly string[], expected: readonly string[], where: string): string[] {
  const [ours, theirs] = [new Set(found), new Set(expected)]
  return [
    ...expected.filter(one => !ours.has(one)).map(one => `${where}: ${one} is missing`),
    ...found.filter(one => !theirs.has(one)).map(one => `${where}: ${one} is too many`),
  ]
}

/** The names of the distributions whose wheels are built for one platform, by what they say of themselves. */
export async function nativeNames(packed: FileSet, installed: Installation): Promise<readonly string[]> {
  const files = dependencyFiles(packed).filter(({ path }) => /^[^/]+\.dist-info\/WHEEL$/.test(path))
  const texts = await Promise.all(files.map(({ path }) => readFile(join(installed.root, path), 'utf8')))
  return files.flatMap(({ owner }, i) => (/^Tag: .*-any\s*$/m.test(texts[i] ?? '') ? [] : (owner ?? [])))
}

function dependencyFiles({ files }: FileSet): readonly FileEntry[] {
  return files.filter(({ owner }) => owner !== null)
}

function pathsOf(files: readonly FileEntry[]): readonly string[] {
  return files.map(({ path }) => path as string)
}

function ruleOf(path: string, rules: Readonly<Record<string, RegExp>>): string | null {
  return Object.entries(rules).find(([, paths]) => paths.test(path))?.[0] ?? null
}

function isRecord(path: string): boolean {
  return /^[^/]+\.dist-info\/RECORD$/.test(path)
}

async function listedBy(record: FileEntry | undefined): Promise<readonly string[]> {
  return record === undefined ? [] : listedIn(await readContent(record.content, makeDisk()))
}

/** The paths of a RECORD; in pip's, `../` leads from the folder of its own scheme to the target. */
function listedIn(record: Uint8Array): readonly string[] {
  const entries = parseRecord(new TextDecoder().decode(record))
  return entries.map(({ path }) => path.replace(/^(\.\.\/)+/, ''))
}

/** Such as `type stubs: 12 files, 3456 bytes`. */
function countsOf(leftOut: readonly LeftOut[]): readonly string[] {
  const sum = (rule: string, key: 'files' | 'bytes') =>
    leftOut.filter(one => one.rule === rule).reduce((total, one) => total + one[key], 0)
  const rules = [...new Set(leftOut.map(({ rule }) => rule))]
  return rules.map(rule => `${rule}: ${sum(rule, 'files')} files, ${sum(rule, 'bytes')} bytes`)
}
