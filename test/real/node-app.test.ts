import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { elfMachines, install, json, packFine, runAlone, stateOf, unpacked } from './node-functions.ts'

/** The measured alternatives to 8,200,000 bytes had this sharp, whose libvips is 16,645,008 bytes unpacked. */
const DEPENDENCIES = {
  '@aws-sdk/client-s3': '3.1169.0',
  express: '5.3.0',
  pg: '8.23.1',
  sharp: '0.34.5',
  zod: '4.6.7',
}

const LARGEST = 8_200_000

const CODE = `import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import express from 'express'
import { once } from 'node:events'
import pg from 'pg'
import sharp from 'sharp'
import { z } from 'zod'

const Event = z.object({ width: z.number().int() })
const s3 = new S3Client({ region: 'eu-west-1', credentials: { accessKeyId: 'id', secretAccessKey: 'secret' } })
const app = express()
app.get('/', (_request, response) => void response.json({ said: 'hello' }))

export const handler = async (event: unknown) => {
  const { width } = Event.parse(event)
  const create = { width: 64, height: 32, channels: 3, background: 'red' } as const
  const picture = await sharp({ create }).resize(width).webp().toBuffer()
  const info = await sharp(picture).metadata()
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const answer = await fetch('http://127.0.0.1:' + (server.address() as { port: number }).port)
  const said = await answer.json()
  server.close()
  const wanted = new GetObjectCommand({ Bucket: 'pictures', Key: 'one' })
  return {
    picture: [info.width, info.height, info.format],
    said,
    region: await s3.config.region(),
    key: wanted.input.Key,
    sql: new pg.Client().escapeIdentifier('a"b'),
  }
}
`

const RESULT = {
  picture: [16, 8, 'webp'],
  said: { said: 'hello' },
  region: 'eu-west-1',
  key: 'one',
  sql: '"a""b"',
}

async function writeApp(dir: string, architecture: 'x86_64' | 'arm64'): Promise<void> {
  await writeTree(dir, {
    'package.json': json({ name: 'pictures', private: true, type: 'module', dependencies: DEPENDENCIES }),
    'lpack.config.json': json({ name: 'pictures', runtime: 'nodejs22.x', architecture, handler: 'src/index.handler' }),
    'src/index.ts': CODE,
  })
}

describe('an app of the AWS SDK, sharp, express, pg and zod', it => {
  it('is below 8.2 MB, and runs with nothing but its own files on Node 22 and 24', () =>
    inTemporaryFolder(async dir => {
      await writeApp(dir, process.arch === 'arm64' ? 'arm64' : 'x86_64')
      await install('npm', dir)
      const { artifact, packages, zip } = await packFine(dir)
      assert.ok(artifact.bytes < LARGEST, `${artifact.bytes} bytes`)
      for (const name of Object.keys(DEPENDENCIES))
        assert.ok(
          packages.some(one => one.name === name),
          name,
        )
      await rename(join(dir, 'node_modules'), join(dir, 'gone'))
      for (const major of [22, 24] as const) {
        assert.equal(await unpacked(zip, to => runAlone(to, { major, event: { width: 16 } })), RESULT)
      }
    }))

  it('is for the other architecture what is fetched for it, and leaves node_modules and lock as they were', () =>
    inTemporaryFolder(async place => {
      const dir = join(place, 'app')
      const [architecture, wanted] = process.arch === 'arm64' ? (['x86_64', 62] as const) : (['arm64', 183] as const)
      await writeApp(dir, architecture)
      await install('npm', dir)
      const before = stateOf(dir)
      const { artifact, zip } = await packFine(dir, { outDir: '../out' })
      assert.is(stateOf(dir), before)
      const machines = await unpacked(zip, async to => elfMachines(to))
      const cpu = architecture === 'arm64' ? 'arm64' : 'x64'
      assert.ok([...machines.keys()].some(path => path.includes(`@img/sharp-libvips-linux-${cpu}/lib/libvips-cpp.so`)))
      assert.ok([...machines.keys()].some(path => path.includes(`@img/sharp-linux-${cpu}/lib/sharp-linux-${cpu}`)))
      assert.equal([...new Set(machines.values())], [wanted], JSON.stringify([...machines]))
      assert.ok(artifact.bytes < LARGEST, `${artifact.bytes} bytes`)
    }))
})
