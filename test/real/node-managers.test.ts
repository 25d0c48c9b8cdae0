import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import {
  install,
  json,
  MANAGER_NAMES,
  type Manager,
  packFine,
  runAlone,
  unpacked,
  YARN_FILES,
} from './node-functions.ts'
import { nodeOfMajor } from './programs.ts'

/** snappy and bcrypt stay outside of the bundle: one comes in packages for a platform each, one holds add-ons for all. */
const DEPENDENCIES = { bcrypt: '6.0.0', express: '5.3.0', snappy: '7.4.3', zod: '4.6.7' }

const CODE = `import bcrypt from 'bcrypt'
import express from 'express'
import snappy from 'snappy'
import { z } from 'zod'

export const handler = async event => {
  const text = z.object({ text: z.string() }).parse(event).text
  const round = await snappy.uncompress(await snappy.compress(text), { asBuffer: false })
  return [await bcrypt.compare(text, await bcrypt.hash(text, 4)), round, typeof express()]
}
`

const MAJORS = [20, 22, 24] as const

async function shopOf(manager: Manager, dir: string, esbuild: object | false): Promise<void> {
  const config = { name: 'shop', runtime: 'nodejs22.x', handler: 'src/index.handler', esbuild }
  await writeTree(dir, {
    'package.json': json({ name: 'shop', private: true, type: 'module', dependencies: DEPENDENCIES }),
    'lpack.config.json': json(config),
    'src/index.js': CODE,
    ...(manager === 'yarn' ? YARN_FILES : {}),
  })
  await install(manager, dir)
}

describe('a function that npm, pnpm or Yarn installed', it => {
  for (const [mode, esbuild, module] of [
    ['a bundle', {}, 'src/index.mjs'],
    ['files', false, 'src/index.js'],
  ] as const) {
    it(`is the same bytes as ${mode}, from checkouts at other paths, on Node 20, 22 and 24`, () =>
      inTemporaryFolder(async dir => {
        const digests = new Map<string, string[]>()
        const zips: string[] = []
        for (const [index, manager] of MANAGER_NAMES.entries()) {
          const checkout = join(dir, ...'elsewhere/'.repeat(index).split('/'), manager)
          await shopOf(manager, checkout, esbuild)
          for (const major of MAJORS) {
            const node = await nodeOfMajor(major)
            const { artifact, zip } = await packFine(checkout, {
              manager,
              node,
              outDir: join(dir, `${manager}${major}`),
            })
            digests.set(artifact.sha256, [...(digests.get(artifact.sha256) ?? []), `${manager} on Node ${major}`])
            zips.push(zip)
          }
        }
        assert.is(zips.length, 9)
        assert.is(digests.size, 1, JSON.stringify([...digests], null, 2))
        const result = await unpacked(zips[0] ?? '', to => runAlone(to, { major: 22, module, event: { text: 'a' } }))
        assert.equal(result, [true, 'a', 'function'])
      }))
  }

  it('differs where one byte of a package differs', () =>
    inTemporaryFolder(async dir => {
      await shopOf('npm', dir, {})
      const before = (await packFine(dir)).artifact.sha256
      const changed = 'node_modules/bcrypt/bcrypt.js'
      await writeTree(dir, { [changed]: `${await readFile(join(dir, changed), 'utf8')} ` })
      assert.is.not((await packFine(dir)).artifact.sha256, before)
    }))
})
