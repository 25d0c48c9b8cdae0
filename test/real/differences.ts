import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
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
  'manual pages, documentation and Jupyter extensions': /^(share\/(man|doc|jupyter)|etc\/jupyter)\//,
}

/** What `slim: safe` leaves out beside. */
const LEFT_OUT_BY_SAFE: Readonly<Record<string, RegExp>> = {
  'type stubs': /\.pyi$/,
  'Cython sources': /\.(pyx|pxd|pxi)$/,
  'C and C++ sources': /\.(c|cc|cpp|cu|cuh|cxx|h|hh|hpp|hxx)$/,
  'static libraries': /\.(a|lib|o|obj)$/,
  'binaries of other systems': /\.(dll|dylib|exe|pyd)$/,
  'software bills of materials': /^[^/]+\.dist-info\/sboms\//,
}

/** Distributions that keep their sources, as they or what they require compile at run time. */
const KEEP_SOURCES: readonly string[] = []
const SOURCES = ['Cython sources', 'C and C++ sources', 'static libraries']

/** Every difference that there may be. */
export const DOCUMENTED: readonly string[] = [...Object.keys(ONLY_BY_PIP), ...Object.keys(LEFT_OUT_BY_SAFE)]

/** Compares paths, bytes and modes with what pip wrote. Returns the documented differences that were met. */
export async function compareWithPip(packed: FileSet, installed: Installation): Promise<readonly string[]> {
  const files = dependencyFiles(packed)
  const expected = [...installed.files.keys()].filter(path => ruleOf(path, ONLY_BY_PIP) === null)
  assert.equal(pathsOf(files), expected.sort(), 'paths')
  const differing: string[] = []
  for (const file of files) {
    const theirs = installed.files.get(file.path)
    const bytes = await readContent(file.content, makeDisk())
    if (isRecord(file.path)) {
      const listed = listedIn(await readFile(join(installed.root, file.path)))
      assert.equal(listedIn(bytes), listed.filter(path => ruleOf(path, ONLY_BY_PIP) === null), file.path)
    } else if (sha256Of(bytes) !== theirs?.sha256) differing.push(`${file.path} has other bytes`)
    if (file.executable !== theirs?.executable) differing.push(`${file.path} is executable: ${file.executable}`)
  }
  assert.equal(differing, [])
  return [...installed.files.keys()].flatMap(path => ruleOf(path, ONLY_BY_PIP) ?? [])
}

/** Compares what `slim: safe` packs with all there is. Returns the documented differences that were met. */
export async function compareWithFull(safe: FileSet, full: FileSet): Promise<readonly string[]> {
  const leftOut = new Map(dependencyFiles(full).flatMap(file => {
    const rule = ruleOf(file.path, LEFT_OUT_BY_SAFE)
    const isKept = rule !== null && SOURCES.includes(rule) && KEEP_SOURCES.includes(file.owner ?? '')
    return rule === null || isKept ? [] : [[file.path as string, { rule, bytes: file.bytes }] as const]
  }))
  const expected = dependencyFiles(full).filter(({ path }) => !leftOut.has(path))
  assert.equal(pathsOf(dependencyFiles(safe)), pathsOf(expected), 'paths')
  const mine = new Map(safe.files.map(file => [file.path, file]))
  for (const file of expected) {
    const its = mine.get(file.path)
    if (!isRecord(file.path)) assert.equal(its, file)
    else assert.equal(await listedBy(its), (await listedBy(file)).filter(path => !leftOut.has(path)), file.path)
  }
  assert.equal(countsOf(safe.leftOut), countsOf([...leftOut.values()].map(one => ({ ...one, files: 1 }))))
  return [...leftOut.values()].map(({ rule }) => rule)
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
  return files.map(({ path }) => path as string).sort()
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
  return entries.map(({ path }) => path.replace(/^(\.\.\/)+/, '')).sort()
}

function countsOf(leftOut: readonly LeftOut[]): Readonly<Record<string, readonly [number, number]>> {
  const rules = [...new Set(leftOut.map(({ rule }) => rule))].sort()
  const sum = (rule: string, key: 'files' | 'bytes') =>
    leftOut.filter(one => one.rule === rule).reduce((total, one) => total + one[key], 0)
  return Object.fromEntries(rules.map(rule => [rule, [sum(rule, 'files'), sum(rule, 'bytes')]]))
}
