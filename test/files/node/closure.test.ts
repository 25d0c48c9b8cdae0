import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Closure, closeOver } from '../../../src/files/node/closure.ts'
import { makePackages } from '../../../src/files/node/packages.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testNodeTarget, testSystem } from '../../worlds.ts'
import { type Extras, type Graph, nameOf, versionOf, writeLikePnpm, writeNested } from './layouts.ts'

type Names = Readonly<Record<string, string>>

function close(dir: string, roots: readonly string[], target = testNodeTarget()): Promise<Closure> {
  return closeOver(
    roots.map(name => ({ name, fromDir: dir })),
    target,
    makePackages(testSystem().disk),
  )
}

/** Place → version. */
const places = ({ placed }: Closure): Names =>
  Object.fromEntries(placed.map(({ place, installed }) => [place, installed.version]))

async function inPnpm(
  roots: Names,
  graph: Graph,
  extras: Extras,
  action: (dir: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async dir => {
    await writeTree(dir, { 'package.json': JSON.stringify({ name: 'app', dependencies: roots }) })
    await writeLikePnpm(dir, roots, graph, extras)
    await action(dir)
  })
}

/** Writes the placed packages anew and lets Node.js itself look for each dependency of each of them. */
async function checkWithNode(closure: Closure, graph: Graph): Promise<void> {
  await inTemporaryFolder(async dir => {
    for (const { installed, place } of closure.placed) {
      await writeTree(join(dir, place), { 'package.json': JSON.stringify(installed.manifest), 'index.js': '' })
    }
    for (const { installed, place } of closure.placed) {
      const find = createRequire(join(dir, place, 'index.js'))
      for (const [name, id] of Object.entries(graph[`${installed.name}@${installed.version}`] ?? {})) {
        const found = JSON.parse(await readFile(find.resolve(`${name}/package.json`), 'utf8')) as { version: string }
        assert.is(found.version, versionOf(id), `${place} finds ${name}`)
      }
    }
  })
}

/** The same numbers for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return Math.floor((state / 4294967296) * below)
  }
}

/** Packages a to h in three versions; each requires some of another name, with cycles only if asked for. */
function randomGraph(seed: number, hasCycles: boolean): Graph {
  const next = numbers(seed)
  const ids = [...'abcdefgh'].flatMap(name => ['1', '2', '3'].map(version => `${name}@${version}`))
  const versions = new Map<string, string>()
  return Object.fromEntries(
    ids.map(id => {
      const others = [...'abcdefgh'].filter(name => (hasCycles ? name !== nameOf(id) : name > nameOf(id)))
      const wanted = others.filter(() => next(3) === 0)
      // With cycles every package of a name wants one version, or they could nest for ever.
      const version = (name: string) => {
        const chosen = hasCycles ? (versions.get(name) ?? String(1 + next(3))) : String(1 + next(3))
        versions.set(name, chosen)
        return chosen
      }
      return [id, Object.fromEntries(wanted.map(name => [name, `${name}@${version(name)}`]))]
    }),
  )
}

describe('files/node/closure', it => {
  it('puts the first version of a name at the top, and others below what requires them', () => {
    const graph = { 'a@1': { c: 'c@1' }, 'b@1': { c: 'c@2' }, 'c@1': {}, 'c@2': { d: 'd@1' }, 'd@1': {} }
    return inPnpm({ b: 'b@1', a: 'a@1' }, graph, {}, async dir => {
      const closure = await close(dir, ['b', 'a'])
      assert.equal(places(closure), {
        'node_modules/a': '1',
        'node_modules/b': '1',
        'node_modules/b/node_modules/c': '2',
        'node_modules/c': '1',
        'node_modules/d': '1',
      })
      assert.equal(
        closure.placed.map(({ requiredBy }) => requiredBy),
        [['(direct)'], ['(direct)'], ['b@1'], ['a@1'], ['c@2']],
      )
      await checkWithNode(closure, graph)
    })
  })

  for (const seed of Array.from({ length: 40 }, (_, index) => index)) {
    it(`places tree ${seed} the same from both layouts, and Node.js finds in it what was installed`, () => {
      const graph = randomGraph(seed, false)
      const roots = { a: 'a@1', b: 'b@2', d: 'd@3' }
      return inPnpm(roots, graph, {}, async dir => {
        const closure = await close(dir, ['a', 'b', 'd'])
        await checkWithNode(closure, graph)
        await inTemporaryFolder(async nested => {
          await writeNested(nested, roots, graph, seed % 2 === 0 ? ['h@2', 'g@3', 'f@1'] : [])
          assert.equal(places(await close(nested, ['d', 'b', 'a'])), places(closure))
        })
      })
    })
  }

  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`comes to an end where packages require each other (${seed})`, () => {
      const graph = randomGraph(seed, true)
      return inPnpm({ a: 'a@1', b: 'b@2', c: 'c@3' }, graph, {}, async dir =>
        checkWithNode(await close(dir, ['a', 'b', 'c']), graph),
      )
    })
  }

  it('refuses versions that would nest for ever', () => {
    const graph = { 'x@1': { y: 'y@2' }, 'y@2': { x: 'x@2' }, 'x@2': { y: 'y@1' }, 'y@1': { x: 'x@1' } }
    return inPnpm({ x: 'x@1', y: 'y@1' }, graph, {}, async dir => {
      await rejects(() => close(dir, ['x', 'y']), 'PACKAGES_WITHOUT_END')
    })
  })

  it('keeps the name of an alias as its folder', () => {
    const graph = { 'a@1': { old: 'b@1' }, 'b@1': {} }
    return inPnpm({ a: 'a@1' }, graph, {}, async dir => {
      const { placed } = await close(dir, ['a'])
      assert.equal(
        placed.map(({ place, installed }) => [place, installed.name]),
        [
          ['node_modules/a', 'a'],
          ['node_modules/old', 'b'],
        ],
      )
    })
  })

  it('places a package whose peers differ once for each', () => {
    // pnpm installs such a package twice; here under other ids, with one name and version.
    const graph = {
      'a@1': { p: 'p@1', tool: 'tool@1' },
      'b@1': { p: 'p@2', tool: 'tool@1+2' },
      'tool@1': { p: 'p@1' },
      'tool@1+2': { p: 'p@2' },
      'p@1': {},
      'p@2': {},
    }
    const extras = {
      'tool@1+2': { version: '1', peerDependencies: { p: '*' } },
      'tool@1': { peerDependencies: { p: '*' } },
    }
    return inPnpm({ a: 'a@1', b: 'b@1' }, graph, extras, async dir => {
      assert.equal(places(await close(dir, ['a', 'b'])), {
        'node_modules/a': '1',
        'node_modules/b': '1',
        'node_modules/b/node_modules/p': '2',
        'node_modules/b/node_modules/tool': '1',
        'node_modules/p': '1',
        'node_modules/tool': '1',
      })
    })
  })

  it('takes an optional peer that the project depends on, not one that merely lies within reach', () => {
    const graph = {
      'knex@1': { pg: 'pg@1', mysql: 'mysql@1' },
      'pg@1': { buffer: 'buffer@1' },
      'mysql@1': {},
      'buffer@1': {},
    }
    const peers = { pg: '*', mysql: '*' }
    const extras = {
      'knex@1': {
        peerDependencies: peers,
        peerDependenciesMeta: { pg: { optional: true }, mysql: { optional: true } },
      },
    }
    return inPnpm({ knex: 'knex@1', pg: 'pg@1' }, graph, extras, async dir => {
      assert.equal(Object.keys(places(await close(dir, ['knex']))), [
        'node_modules/buffer',
        'node_modules/knex',
        'node_modules/pg',
      ])
    })
  })

  it('takes required peers, and reports a missing one as optional', () => {
    const graph = { 'a@1': { p: 'p@1' }, 'p@1': {} }
    return inPnpm(
      { a: 'a@1' },
      graph,
      { 'a@1': { peerDependencies: { p: '*', q: '*', '@types/node': '*' } } },
      async dir => {
        const { placed, missing } = await close(dir, ['a'])
        assert.equal(
          placed.map(({ place }) => place),
          ['node_modules/a', 'node_modules/p'],
        )
        assert.equal(missing, [{ name: 'q', requiredBy: 'a@1', isOptional: true, isForeignPlatform: false }])
      },
    )
  })

  it('leaves out packages for other platforms, and names those of the target that are missing', () => {
    const image = (name: string) => `@img/sharp-${name}@1`
    const graph = {
      'sharp@1': Object.fromEntries(
        ['linux-x64', 'linuxmusl-x64', 'darwin-arm64'].map(name => [nameOf(image(name)), image(name)]),
      ),
      [image('linux-x64')]: {},
      [image('linuxmusl-x64')]: {},
      [image('darwin-arm64')]: {},
    }
    const optional = ['linux-x64', 'linux-arm64', 'linuxmusl-x64', 'linuxmusl-arm64', 'darwin-arm64', 'wasm32']
    const extras = {
      'sharp@1': {
        optionalDependencies: Object.fromEntries([
          ...optional.map(name => [nameOf(image(name)), '1']),
          ['fsevents', '1'],
        ]),
      },
      [image('linux-x64')]: { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
      [image('linuxmusl-x64')]: { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
      [image('darwin-arm64')]: { os: ['darwin'], cpu: ['arm64'] },
    }
    return inPnpm({ sharp: 'sharp@1' }, graph, extras, async dir => {
      const here = await close(dir, ['sharp'])
      assert.equal(Object.keys(places(here)), ['node_modules/@img/sharp-linux-x64', 'node_modules/sharp'])
      assert.equal(
        here.placed.map(({ isOptional }) => isOptional),
        [true, false],
      )
      assert.equal(here.missing, [
        { name: 'fsevents', requiredBy: 'sharp@1', isOptional: true, isForeignPlatform: false },
      ])
      const there = await close(dir, ['sharp'], testNodeTarget('nodejs22.x', 'arm64'))
      assert.equal(Object.keys(places(there)), ['node_modules/sharp'])
      assert.equal(
        there.missing.filter(one => one.isForeignPlatform),
        [{ name: '@img/sharp-linux-arm64', requiredBy: 'sharp@1', isOptional: true, isForeignPlatform: true }],
      )
    })
  })

  it('reports a dependency that is not installed, and a root', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'node_modules/a/package.json': '{"name":"a","version":"1","dependencies":{"gone":"1"}}' })
      assert.equal((await close(dir, ['a', 'b'])).missing, [
        { name: 'b', requiredBy: '(direct)', isOptional: false, isForeignPlatform: false },
        { name: 'gone', requiredBy: 'a@1', isOptional: false, isForeignPlatform: false },
      ])
    }))

  it('leaves out what only the installation needs, unless the code names it', () => {
    const graph = {
      'a@1': { nan: 'nan@1' },
      'b@1': { 'prebuild-install': 'prebuild-install@1' },
      'nan@1': {},
      'prebuild-install@1': {},
    }
    return inPnpm({ a: 'a@1', b: 'b@1' }, graph, {}, async dir => {
      await writeTree(dir, { 'node_modules/b/load.cjs': "require('prebuild-install')" })
      assert.equal(Object.keys(places(await close(dir, ['a', 'b']))), [
        'node_modules/a',
        'node_modules/b',
        'node_modules/prebuild-install',
      ])
    })
  })

  it('keeps bundled packages where they are', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'node_modules/a/package.json':
          '{"name":"a","version":"1","dependencies":{"b":"1","d":"1"},"bundleDependencies":["b"]}',
        'node_modules/a/node_modules/b/package.json': '{"name":"b","version":"1","dependencies":{"c":"1"}}',
        'node_modules/a/node_modules/c/package.json': '{"name":"c","version":"1"}',
        'node_modules/d/package.json': '{"name":"d","version":"1","dependencies":{"b":"1"}}',
        'node_modules/b/package.json': '{"name":"b","version":"1"}',
      })
      assert.equal(Object.keys(places(await close(dir, ['a']))), [
        'node_modules/a',
        'node_modules/a/node_modules/b',
        'node_modules/a/node_modules/c',
        'node_modules/b',
        'node_modules/d',
      ])
    }))

  it('packs the client that Prisma generates beside its package', () => {
    const graph = { '@prisma/client@6': {} }
    return inPnpm({ '@prisma/client': '@prisma/client@6' }, graph, {}, async dir => {
      await writeTree(dir, {
        'node_modules/.pnpm/@prisma+client@6/node_modules/.prisma/client/package.json': '{"name":"prisma-client-1f"}',
      })
      assert.equal(Object.keys(places(await close(dir, ['@prisma/client']))), [
        'node_modules/.prisma/client',
        'node_modules/@prisma/client',
      ])
    })
  })

  it('warns where a bundle would need two versions', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'node_modules/a/package.json': '{"name":"a","version":"1"}',
        'node_modules/b/package.json': '{"name":"b","version":"1"}',
        'node_modules/b/node_modules/a/package.json': '{"name":"a","version":"2"}',
      })
      const roots = [
        { name: 'a', fromDir: dir },
        { name: 'a', fromDir: join(dir, 'node_modules/b') },
      ]
      const closure = await closeOver(roots, testNodeTarget(), makePackages(testSystem().disk))
      assert.equal(places(closure), { 'node_modules/a': '1' })
      assert.equal(
        closure.findings.map(({ code }) => code),
        ['EXTERNAL_TWICE'],
      )
    }))
})
