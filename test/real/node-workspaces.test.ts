import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import {
  install,
  json,
  MANAGER_NAMES,
  type Manager,
  pack,
  packFine,
  runAlone,
  unpacked,
  YARN_FILES,
} from './node-functions.ts'

const DEPENDENCIES = { snappy: '7.4.3', zod: '4.6.7' }

/** TypeScript that nobody compiles, as monorepos have it, with an enum so that cutting types away is not enough. */
const LIBRARY = `import ms from 'ms'

enum Unit { Day = '1d' }

export function day(): number {
  return ms(Unit.Day)
}
`

function code(library: string): string {
  return `import { day } from '${library}'
import snappy from 'snappy'
import { z } from 'zod'

export const handler = async (event: unknown) => {
  const { text } = z.object({ text: z.string() }).parse(event)
  return [day(), await snappy.uncompress(await snappy.compress(text), { asBuffer: false })]
}
`
}

const RESULT = [86_400_000, 'word']
const CONFIG = json({ name: 'fn', runtime: 'nodejs22.x', handler: 'src/index.handler' })

/** npm knows no `workspace:`; it links what has the version. */
function local(manager: Manager): string {
  return manager === 'npm' ? '1.0.0' : 'workspace:*'
}

function workspaceFiles(manager: Manager): Readonly<Record<string, string>> {
  return {
    'package.json': json({ name: 'shop', private: true, workspaces: ['packages/*'] }),
    ...(manager === 'pnpm' ? { 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n" } : {}),
    ...(manager === 'yarn' ? YARN_FILES : {}),
  }
}

/** A function, a library that it uses, and a sister that wants another version of what the library uses. */
async function writeShop(manager: Manager, dir: string): Promise<string> {
  const fn = {
    name: 'fn',
    version: '1.0.0',
    type: 'module',
    dependencies: { ...DEPENDENCIES, '@shop/dates': local(manager) },
  }
  const dates = {
    name: '@shop/dates',
    version: '1.0.0',
    type: 'module',
    main: 'src/index.ts',
    dependencies: { ms: '2.1.3' },
  }
  await writeTree(dir, {
    ...workspaceFiles(manager),
    'packages/fn/package.json': json(fn),
    'packages/fn/lpack.config.json': CONFIG,
    'packages/fn/src/index.ts': code('@shop/dates'),
    'packages/dates/package.json': json(dates),
    'packages/dates/src/index.ts': LIBRARY,
    'packages/sister/package.json': json({ name: 'sister', version: '1.0.0', dependencies: { ms: '2.0.0' } }),
  })
  await install(manager, dir)
  return join(dir, 'packages/fn')
}

async function writeAlone(dir: string): Promise<string> {
  const dependencies = { ...DEPENDENCIES, ms: '2.1.3' }
  await writeTree(dir, {
    'package.json': json({ name: 'fn', private: true, type: 'module', dependencies }),
    'lpack.config.json': CONFIG,
    'src/index.ts': code('./dates.ts'),
    'src/dates.ts': LIBRARY,
  })
  await install('npm', dir)
  return dir
}

/** A function between two packages that need each other. */
async function writeCycle(manager: Manager, dir: string, esbuild: object | false): Promise<string> {
  const member = (name: string, needs: readonly string[]) =>
    json({
      name,
      version: '1.0.0',
      type: 'module',
      main: 'index.js',
      dependencies: Object.fromEntries(needs.map(one => [one, local(manager)])),
    })
  await writeTree(dir, {
    ...workspaceFiles(manager),
    'packages/even/package.json': member('@shop/even', ['@shop/odd']),
    'packages/even/index.js': "import { isOdd } from '@shop/odd'\nexport const isEven = n => n === 0 || isOdd(n - 1)\n",
    'packages/odd/package.json': member('@shop/odd', ['@shop/even']),
    'packages/odd/index.js':
      "import { isEven } from '@shop/even'\nexport const isOdd = n => n !== 0 && isEven(n - 1)\n",
    'packages/fn/package.json': member('fn', ['@shop/even']),
    'packages/fn/lpack.config.json': json({ ...JSON.parse(CONFIG), esbuild }),
    'packages/fn/src/index.js':
      "import { isEven } from '@shop/even'\nexport const handler = async ({ n }) => isEven(n)\n",
  })
  await install(manager, dir)
  return join(dir, 'packages/fn')
}

describe('a function in a workspace', it => {
  it('is the same bytes with npm, pnpm and Yarn as one alone, and runs', () =>
    inTemporaryFolder(async dir => {
      const alone = await packFine(await writeAlone(join(dir, 'alone')))
      for (const manager of MANAGER_NAMES) {
        const one = await packFine(await writeShop(manager, join(dir, manager)), { manager })
        assert.is(one.artifact.sha256, alone.artifact.sha256, manager)
        assert.equal(
          one.packages.map(({ name }) => name),
          alone.packages.map(({ name }) => name),
        )
      }
      assert.equal(await unpacked(alone.zip, to => runAlone(to, { major: 22, event: { text: 'word' } })), RESULT)
    }))

  for (const manager of MANAGER_NAMES) {
    for (const [mode, esbuild, module] of [
      ['a bundle', {}, 'src/index.mjs'],
      ['files', false, 'src/index.js'],
    ] as const) {
      it(`packs packages that ${manager} links to each other in a circle, as ${mode}`, () =>
        inTemporaryFolder(async dir => {
          const { zip } = await packFine(await writeCycle(manager, dir, esbuild), { manager })
          const answers = await unpacked(zip, async to => [
            await runAlone(to, { major: 22, module, event: { n: 4 } }),
            await runAlone(to, { major: 22, module, event: { n: 5 } }),
          ])
          assert.equal(answers, [true, false])
        }))
    }
  }
})

describe('a function under Yarn Plug’n’Play', it => {
  const write = async (dir: string, dependencies: object, body: string) => {
    await writeTree(dir, {
      'package.json': json({ name: 'fn', private: true, type: 'module', dependencies }),
      'lpack.config.json': CONFIG,
      'src/index.ts': body,
    })
  }
  const CODE = `import ms from 'ms'
import { z } from 'zod'

export const handler = async (event: unknown) => ms(z.object({ text: z.string() }).parse(event).text)
`

  it('is the same bundle as from node_modules', () =>
    inTemporaryFolder(async dir => {
      const [npm, yarn] = [join(dir, 'npm'), join(dir, 'yarn')]
      for (const place of [npm, yarn]) await write(place, { zod: '4.6.7', ms: '2.1.3' }, CODE)
      await writeTree(yarn, { 'yarn.lock': '' })
      await install('npm', npm)
      await install('yarn', yarn)
      assert.ok(existsSync(join(yarn, '.pnp.cjs')) && !existsSync(join(yarn, 'node_modules')))
      const one = await packFine(yarn, { manager: 'yarn' })
      assert.is(one.artifact.sha256, (await packFine(npm)).artifact.sha256)
      assert.ok(one.packages.some(({ name, version }) => name === 'zod' && version === '4.6.7'))
      assert.is(await unpacked(one.zip, to => runAlone(to, { major: 24, event: { text: '1s' } })), 1000)
    }))

  it('is told what to set where a package must be packed as files', () =>
    inTemporaryFolder(async dir => {
      await write(dir, DEPENDENCIES, code('./dates.ts'))
      await writeTree(dir, { 'yarn.lock': '', 'src/dates.ts': 'export const day = () => 1\n' })
      await install('yarn', dir)
      const { code: exit, err, report } = await pack(dir, { manager: 'yarn' })
      assert.is(exit, 2)
      assert.is(report, null)
      const settings = join(dir, '.yarnrc.yml')
      assert.match(
        err,
        `snappy can't be bundled and must be packed as files, which Yarn Plug'n'Play keeps in zips. Set \`nodeLinker: node-modules\` in ${settings} and run \`yarn install\`.`,
      )
    }))
})
