import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import * as assert from 'uvu/assert'
import { encodeEntry } from '../../../src/cache/entry.ts'
import { openStreams } from '../../../src/cache/streams.ts'
import { ENCODER_ID } from '../../../src/deflate/encoder.ts'
import { makeDisk } from '../../../src/system/disk.ts'
import { type Ground, runBuild } from './child.ts'
import { type Project, setVersion, VARIANTS, type Variant, VERSIONS } from './projects.ts'

/** What builds make that nobody disturbs, each with an empty cache of its own. */
export interface Expected {
  /** The sha256 of an artifact, by its file's name. */
  readonly artifactOf: (variant: Variant, version: number, name: string) => string
  /** Entries of the cache, by the hash of their content. */
  readonly entries: ReadonlyMap<string, Buffer>
}

/** Leaves all projects at version 0. */
export async function undisturbed(projects: readonly Project[], ground: Ground): Promise<Expected> {
  const artifacts = new Map<string, string>()
  const entries = new Map<string, Buffer>()
  for (let version = VERSIONS - 1; version >= 0; version--) {
    for (const project of projects) {
      await setVersion(project, version)
      const both = VARIANTS.map(async variant => {
        const own = join(ground.cacheDir, '../undisturbed', project.name, `${variant}${version}`)
        const build = { project, variant, killAt: null, killAfterMs: null }
        const ended = await runBuild(build, { ...ground, cacheDir: join(own, 'cache') }, [
          '--out-dir',
          join(own, 'out'),
        ])
        for (const [path, sha256] of ended.sha256s) {
          assert.is(await sha256OfFile(path), sha256)
          artifacts.set(`${variant} ${version} ${basename(path)}`, sha256)
        }
        for (const path of await entryPaths(join(own, 'cache'))) {
          const bytes = await readFile(path)
          const known = entries.get(basename(path))
          assert.ok(known === undefined || known.equals(bytes), `${path} differs between two builds`)
          entries.set(basename(path), bytes)
        }
      })
      await Promise.all(both)
    }
  }
  const artifactOf = (variant: Variant, version: number, name: string) => {
    const sha256 = artifacts.get(`${variant} ${version} ${name}`)
    if (sha256 === undefined) throw new Error(`no build made ${name}`)
    return sha256
  }
  return { artifactOf, entries }
}

/** Checks that each entry which lpack would take is the expected one, and that only those of `damaged` are others. Returns those that are right. */
export async function checkEntries(
  cacheDir: string,
  expected: Expected,
  damaged: ReadonlySet<string>,
): Promise<readonly string[]> {
  // Looking must not mend anything.
  const disk = { ...makeDisk(), remove: async () => undefined, touch: async () => undefined }
  const streams = openStreams(cacheDir, ENCODER_ID, disk)
  const right: string[] = []
  for (const path of await entryPaths(cacheDir)) {
    const finished = await streams.read(basename(path))
    const wanted = expected.entries.get(basename(path))
    if (wanted === undefined) throw new Error(`${path} is of no content`)
    const isRight = (await readFile(path).catch(() => null))?.equals(wanted) ?? true
    if (isRight) right.push(path)
    if (finished === null) {
      assert.ok(isRight || damaged.has(path), `${path} is damaged, and not by the test`)
      continue
    }
    const pieces = encodeEntry(finished, ENCODER_ID)
    assert.ok(Buffer.concat(pieces).equals(wanted), `${path} is wrong, and lpack would take it`)
  }
  return right
}

/** Checks that each record is whole, but for those of `damaged`. Returns those that are. */
export async function checkRecords(cacheDir: string, damaged: ReadonlySet<string>): Promise<readonly string[]> {
  const whole: string[] = []
  for (const path of await recordPaths(cacheDir)) {
    const text = await readFile(path, 'utf8').catch(() => null)
    if (text === null) continue
    const hash = createHash('sha256')
      .update(`lpack kept 1\n${text.slice(64)}`)
      .digest('hex')
    if (hash === text.slice(0, 64)) whole.push(path)
    else assert.ok(damaged.has(path), `${path} is damaged, and not by the test`)
  }
  return whole
}

export async function entryPaths(cacheDir: string): Promise<readonly string[]> {
  return filesBelow(join(cacheDir, 'streams'), /^[^/]+\/[0-9a-f]{2}\/[0-9a-f]{64}$/)
}

export async function recordPaths(cacheDir: string): Promise<readonly string[]> {
  return filesBelow(cacheDir, /^(index|artifacts|findings|reports)\/[0-9a-f]{64}$/)
}

/** The files whose path from the folder looks so. */
async function filesBelow(dir: string, looks: RegExp): Promise<readonly string[]> {
  const all = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => [])
  return all
    .filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name))
    .filter(path => looks.test(relative(dir, path)))
    .sort()
}

export async function sha256OfFile(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null)
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex')
}
