import { readdir, rm, utimes } from 'node:fs/promises'
import { join, relative } from 'node:path'
import * as assert from 'uvu/assert'
import { ran } from '../programs.ts'
import type { Ground } from './child.ts'
import { entryPaths, recordPaths } from './expected.ts'
import type { Project } from './projects.ts'

const DRAFT = /^(streams|index|artifacts|findings|reports)\/\.[0-9a-f]{16}\.tmp$/
const LASTING =
  /^((index|artifacts|findings|reports)\/[0-9a-f]{64}|streams\/libdeflate-[a-z0-9-]+\/[0-9a-f]{2}\/[0-9a-f]{64}|written\.log)$/
const OUT_DRAFT = /^\.[0-9a-f]{16}\.tmp$/
const WORK_FOLDER = /^lpack-[0-9a-f]{16}$/

const OLD_MS = 2 * 3_600_000

/**
 * Checks that killed builds have left nothing but drafts and temporary folders; that builds which write everything anew remove those that
 * are old and no others; and that a clear leaves nothing of the cache.
 */
export async function checkLeftovers(
  ground: Ground,
  projects: readonly Project[],
  buildAll: () => Promise<void>,
): Promise<void> {
  const { cacheDir } = ground
  const outDirs = [...new Set(projects.map(({ outDir }) => outDir))]
  const left = await leftovers(ground, outDirs)
  assert.ok(left.length > 0, 'no build has left anything')
  const old = left.filter((_, index) => index % 2 === 0)
  const oldTime = new Date(Date.now() - OLD_MS)
  for (const path of old) await utimes(path, oldTime, oldTime)
  for (const path of [...(await entryPaths(cacheDir)), ...(await recordPaths(cacheDir))]) await rm(path)
  for (const outDir of outDirs) {
    for (const name of await readdir(outDir)) if (name.endsWith('.zip')) await rm(join(outDir, name))
  }
  await buildAll()
  assert.equal(
    await leftovers(ground, outDirs),
    left.filter(path => !old.includes(path)),
  )
  const { code, err } = await ran(process.execPath, [ground.lpack, 'cache', 'clear', '--quiet'], {
    env: { ...process.env, LPACK_CACHE_DIR: cacheDir },
  })
  assert.equal([code, err], [0, ''])
  assert.equal(await readdir(cacheDir), [])
  console.log(`    ${left.length} drafts and folders were left; ${old.length} of them, made old, are gone`)
}

async function leftovers({ cacheDir, tmpDir }: Ground, outDirs: readonly string[]): Promise<readonly string[]> {
  const inCache = (await readdir(cacheDir, { recursive: true, withFileTypes: true }))
    .filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name))
  const drafts = inCache.filter(path => !LASTING.test(relative(cacheDir, path)))
  for (const path of drafts) assert.match(relative(cacheDir, path), DRAFT)
  const folders = (await readdir(tmpDir)).map(name => join(tmpDir, name))
  for (const path of folders) assert.match(relative(tmpDir, path), WORK_FOLDER)
  const inOutDirs: string[] = []
  for (const outDir of outDirs) {
    const names = await readdir(outDir)
    inOutDirs.push(...names.filter(name => OUT_DRAFT.test(name)).map(name => join(outDir, name)))
  }
  return [...drafts, ...folders, ...inOutDirs].sort()
}
