import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as assert from 'uvu/assert'
import { makeRandom, type Random } from '../../full/survive.ts'
import { type Build, type Ended, type Ground, makeGround, runBuild } from './child.ts'
import { type Damages, makeDamages } from './damage.ts'
import { checkEntries, checkRecords, type Expected, sha256OfFile, undisturbed } from './expected.ts'
import { checkLeftovers } from './leftovers.ts'
import { type Counts, makeCounts, makePlan } from './plan.ts'
import { makeProjects, type Project, setVersion, VARIANTS, VERSIONS } from './projects.ts'

/** Builds at once, and how many of them are to be killed. */
const AT_ONCE = 4
const KILLED_AT_ONCE = 2

/** What a folder for artifacts has. */
const IN_OUT_DIR = /^(\.gitignore|\.[0-9a-f]{16}\.tmp|project\d-(cart|order|stock)\.zip)$/
const IGNORE = '# Artifacts of lpack\n*\n'

interface World {
  readonly ground: Ground
  readonly projects: readonly Project[]
  readonly expected: Expected
  readonly random: Random
  /** Of each project, by its name. */
  readonly versions: Map<string, number>
  readonly damages: Damages
}

/**
 * Kills so many builds while others run, and damages the cache under them. Whenever one has ended, every artifact that stands is whole and
 * of a content that it may have, and every entry that lpack would take is right; the next build ends well and makes the right artifacts.
 */
export async function killBuilds(dir: string, kills: number, projectCount: number): Promise<Counts> {
  const ground = await makeGround(dir)
  const projects = await makeProjects(dir, projectCount)
  const random = makeRandom(Number(process.env['KILL_SEED'] ?? 1))
  const versions = new Map(projects.map(({ name }) => [name, 0]))
  const expected = await undisturbed(projects, ground)
  const world = { ground, projects, expected, random, versions, damages: makeDamages(ground.cacheDir, random) }
  const counts = makeCounts()
  const waiting = makePlan(kills, random)
  let [builds, rounds, usualMs] = [0, 0, 1000]
  while (waiting.length > 0) {
    assert.ok(rounds++ < 2 * kills, `never reached: ${waiting.join(', ')}`)
    await disarrange(world)
    const ended = await runRound(waiting.splice(0, KILLED_AT_ONCE), usualMs, world)
    for (const { build, isKilled, place, tookMs } of ended) {
      if (isKilled) counts.add(build.killAt, place)
      else if (build.killAt !== null || build.killAfterMs !== null) waiting.push(earlier(build.killAt))
      else usualMs = (usualMs + tookMs) / 2
    }
    builds += ended.length + (await checkNext(ended, world))
  }
  await checkLeftovers(ground, projects, async () => {
    for (const project of projects) await checkBuild(project, 'a', world)
  })
  console.log(`    ${counts.total()} of ${builds} builds killed: ${counts.told()}`)
  return counts
}

/** For a build that ended before it got there. */
function earlier(killAt: string | null): string | null {
  const [place, moment, time] = killAt?.split('/') ?? []
  return killAt === null ? null : `${place}/${moment}/${Math.ceil(Number(time) / 2)}`
}

/** Before a round: other contents, and a cache and folders that lack some things. */
async function disarrange({ projects, random, versions, damages }: World): Promise<void> {
  for (const project of projects) {
    if (random.onceIn(3)) {
      const version = random.below(VERSIONS)
      versions.set(project.name, version)
      await setVersion(project, version)
    }
    if (random.onceIn(6)) await rm(project.outDir, { recursive: true, force: true })
  }
  await damages.thinOut()
}

/** Runs builds that are to be killed and others beside them. */
async function runRound(targets: readonly (string | null)[], usualMs: number, world: World): Promise<readonly Ended[]> {
  const { ground, projects, random, damages } = world
  const permitted = await permittedArtifacts(world)
  const builds = Array.from({ length: AT_ONCE }, (_, index): Build => {
    const killAt = targets[index] ?? null
    const killAfterMs = targets[index] === null ? random.below(usualMs) : null
    return { project: random.pick(projects), variant: random.pick(VARIANTS), killAt, killAfterMs }
  })
  return damages.during(() =>
    allOf(
      builds.map(async build => {
        const ended = await runBuild(build, ground)
        await checkArtifacts(permitted, world)
        await checkEntries(ground.cacheDir, world.expected, damages.damaged)
        if (!ended.isKilled) checkReport(ended, world)
        return ended
      }),
    ),
  )
}

/** All results, or when all have ended the first failure. */
async function allOf<T>(actions: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(actions)
  return Promise.all(actions)
}

/** By path, the hashes that an artifact may have in the next round: what it is now, and what builds make of the present contents. */
async function permittedArtifacts(world: World): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const permitted = new Map<string, readonly (string | null)[]>()
  for (const project of world.projects) {
    for (const name of project.functions) {
      const path = join(project.outDir, `${name}.zip`)
      permitted.set(path, [await sha256OfFile(path), ...VARIANTS.map(one => wanted(project, one, path, world))])
    }
  }
  return permitted
}

function wanted(project: Project, variant: Build['variant'], path: string, { versions, expected }: World): string {
  return expected.artifactOf(variant, versions.get(project.name) ?? 0, basename(path))
}

async function checkArtifacts(
  permitted: ReadonlyMap<string, readonly (string | null)[]>,
  { projects }: World,
): Promise<void> {
  for (const [path, sha256s] of permitted) {
    const sha256 = await sha256OfFile(path)
    assert.ok(sha256 === null || sha256s.includes(sha256), `${path} is ${sha256}, not of ${sha256s.join(', ')}`)
  }
  for (const { outDir } of projects) {
    const names = await readdir(outDir).catch(() => [])
    assert.equal(
      names.filter(name => !IN_OUT_DIR.test(name)),
      [],
    )
    const ignored = await readFile(join(outDir, '.gitignore'), 'utf8').catch(() => null)
    if (ignored !== null) assert.is(ignored, IGNORE, `${outDir}/.gitignore`)
  }
}

function checkReport({ build, sha256s }: Ended, world: World): void {
  assert.equal(
    [...sha256s.keys()].map(path => basename(path)),
    build.project.functions.map(name => `${name}.zip`),
  )
  for (const [path, sha256] of sha256s) assert.is(sha256, wanted(build.project, build.variant, path, world), path)
}

/** After a round: what was killed is built again, and all that lpack would take is looked at. Returns the number of builds. */
async function checkNext(ended: readonly Ended[], world: World): Promise<number> {
  const { ground, expected, damages } = world
  const killed = ended.filter(({ isKilled }) => isKilled).map(({ build }) => build)
  const next = new Map(killed.map(({ project, variant }) => [project, variant]))
  await allOf([...next].map(([project, variant]) => checkBuild(project, variant, world)))
  damages.forget(await checkEntries(ground.cacheDir, expected, damages.damaged))
  damages.forget(await checkRecords(ground.cacheDir, damages.damaged))
  return next.size
}

/** A build that nobody disturbs, and what stands afterwards. */
async function checkBuild(project: Project, variant: Build['variant'], world: World): Promise<void> {
  const ended = await runBuild({ project, variant, killAt: null, killAfterMs: null }, world.ground)
  checkReport(ended, world)
  for (const [path, sha256] of ended.sha256s) assert.is(await sha256OfFile(path), sha256, path)
  assert.is(await readFile(join(project.outDir, '.gitignore'), 'utf8'), IGNORE)
}
