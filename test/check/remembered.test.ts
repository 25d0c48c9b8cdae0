import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openContentIndex } from '../../src/cache/content-index.ts'
import type { Cache } from '../../src/cache/open.ts'
import { type Checking, recallFindings, rememberFindings } from '../../src/check/remembered.ts'
import { finding } from '../../src/findings.ts'
import type { FileSet, FunctionConfig, Plan } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../worlds.ts'

const FOUND = [finding('LAYER_NOT_COUNTED', '', 'arn:aws:lambda:eu-west-1:1:layer:l:1')]

interface World {
  readonly text?: string
  readonly executable?: boolean
  readonly config?: Partial<FunctionConfig>
  readonly system?: Partial<System>
  readonly isRead?: boolean
  readonly purpose?: Plan['purpose']
  readonly installs?: FileSet['installs']
}

describe('check/remembered', it => {
  it('recalls what was found in the same files', () =>
    inTemporaryFolder(async dir => {
      await rememberFindings(await checking(dir), FOUND)
      assert.equal(await recallFindings(await checking(dir)), FOUND)
    }))

  it('recalls that nothing was found', () =>
    inTemporaryFolder(async dir => {
      await rememberFindings(await checking(dir), [])
      assert.equal(await recallFindings(await checking(dir)), [])
    }))

  for (const [what, world] of [
    ['content', { text: 'other' }],
    ['mode', { executable: true }],
    ['handler', { config: { handler: 'other.handler' } }],
    ['architecture', { config: { architecture: 'arm64' } }],
    ['day', { system: { today: '2030-01-01' } }],
    ['purpose', { purpose: 'image' }],
    ['list of what pip installs', { installs: [{ name: 'acme', version: '1.0', hashes: [] }] }],
    ['version of lpack', { system: { version: '9.9.9' } }],
  ] satisfies [string, World][]) {
    it(`checks anew for another ${what}`, () =>
      inTemporaryFolder(async dir => {
        await rememberFindings(await checking(dir), FOUND)
        assert.is(await recallFindings(await checking(dir, world)), null)
      }))
  }

  it('reads the few files that were written a moment ago', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'app.py'), 'text')
      await rememberFindings(await checking(dir, { isRead: false }), FOUND)
      assert.equal(await recallFindings(await checking(dir, { isRead: false })), FOUND)
      await writeFile(join(dir, 'app.py'), 'other')
      assert.is(await recallFindings(await checking(dir, { isRead: false })), null)
    }))

  it('reads no large file for it, nor many', () =>
    inTemporaryFolder(async dir => {
      const one = await checking(dir)
      const unread = { kind: 'disk', path: join(dir, 'nowhere') } as const
      const large = testFile('large', '', { content: unread, bytes: 2_000_000 })
      assert.is(await recallFindings({ ...one, fileSet: testFileSet([large]) }), null)
      const many = Array.from({ length: 17 }, (_, place) =>
        testFile(`${place}`, '', { content: { ...unread, path: join(dir, `${place}`) } }),
      )
      assert.is(await recallFindings({ ...one, fileSet: testFileSet(many) }), null)
    }))

  it('keeps nothing without a cache', () =>
    inTemporaryFolder(async dir => {
      const one = await checking(dir)
      await rememberFindings({ ...one, cache: { ...one.cache, dir: null } }, FOUND)
      assert.is(await recallFindings(one), null)
    }))
})

async function checking(dir: string, world: World = {}): Promise<Checking> {
  const system = testSystem(world.system)
  const { text = 'text', executable = false, isRead = true } = world
  const unread = { kind: 'disk', path: join(dir, 'app.py') } as const
  const file = testFile('app.py', text, isRead ? { executable } : { executable, content: unread })
  const contents = await openContentIndex(null, 'test', system.disk)
  const cache = { dir: join(dir, 'cache'), contents } as unknown as Cache
  const plan = testPlan(dir, world.config, { purpose: world.purpose ?? 'zip' })
  return { plan, fileSet: testFileSet([file], { installs: world.installs ?? [] }), cache, system }
}
