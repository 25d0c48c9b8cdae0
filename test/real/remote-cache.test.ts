import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as assert from 'uvu/assert'
import {
  batchOf,
  contentOf,
  finishedOf,
  incompressible,
  machine,
  plain,
  servingTeam,
  sha256,
  within,
} from '../cache/team-server.ts'
import { describe, inTemporaryFolder, needing, REPOSITORY, writeTree } from '../helpers.ts'
import { testSystem } from '../worlds.ts'
import { AS_IN_README, withNginx } from './nginx.ts'
import { builtLpack, output, ran } from './programs.ts'

const CONTENTS = [
  contentOf(20_000, 1),
  contentOf(400_000, 2),
  incompressible(50_000),
  contentOf(0),
  contentOf(3_000_000, 3),
]
const FINISHED = CONTENTS.map(finishedOf)
const BATCH = batchOf(CONTENTS)

/** A function with files of all sizes: some that shrink, one that doesn't, one that is large. */
const FUNCTION = {
  'lambda_function.py': 'def lambda_handler(event, context):\n    return event\n',
  'lpack.config.json': '{ "name": "team", "runtime": "python3.13" }',
  ...Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`data/${n}.txt`, contentOf(n * 700, n)])),
  'data/large.txt': contentOf(1_500_000, 61),
  'data/photo.jpg': randomBytes(90_000),
  'data/empty.txt': '',
}

/** A run with the real network's patience. */
function patient(url: string, env: Readonly<Record<string, string>> = {}) {
  return machine(url, { env, network: testSystem().network })
}

/** Packs the function on a machine that has nothing but the team's cache; the sha256 of the zip, and what was said. */
async function packOn(name: string, dir: string, env: Readonly<Record<string, string>>) {
  const out = join(dir, `out-${name}`)
  const start = performance.now()
  const { code, err } = await ran(process.execPath, [await builtLpack(), 'zip', '--out-dir', out], {
    cwd: join(dir, 'function'),
    env: { ...process.env, LPACK_CACHE_DIR: join(dir, `cache-${name}`), ...env },
  })
  const tookMs = performance.now() - start
  assert.is(code, 0, err)
  return { sha256: sha256(await readFile(join(out, 'team.zip'))), err, tookMs }
}

describe('the remote cache on nginx', it => {
  needing(it, 'nginx')('keeps what one machine made for another', () =>
    inTemporaryFolder(dir =>
      withNginx(dir, AS_IN_README, async nginx => {
        const a = patient(`${nginx.url}/team?machine=a`)
        assert.is(await a.cache.get(BATCH), null)
        a.cache.put(FINISHED)
        await a.cache.settle()
        assert.equal(await nginx.log(), [
          'GET ac 404 machine=a',
          'PUT cas 201 machine=a',
          'HEAD cas 404 machine=a',
          'PUT cas 201 machine=a',
          'PUT ac 201 machine=a',
        ])
        const b = patient(`${nginx.url}/team?machine=b`)
        assert.equal(plain(await b.cache.get(BATCH)), plain(FINISHED))
        b.cache.put(FINISHED)
        await b.cache.settle()
        assert.equal((await nginx.log()).slice(5), [
          'GET ac 200 machine=b',
          'GET cas 200 machine=b',
          'GET cas 200 machine=b',
          'PUT cas 204 machine=b',
          'HEAD cas 200 machine=b',
          'PUT ac 204 machine=b',
        ])
        assert.equal([...a.warnings, ...b.warnings], [])
      }),
    ),
  )

  needing(it, 'nginx')('serves eight machines at once, each getting what it would make or nothing', () =>
    inTemporaryFolder(dir =>
      withNginx(dir, AS_IN_README, async nginx => {
        const client = join(REPOSITORY, 'test/real/remote-client.ts')
        const run = () => output(process.execPath, ['--import', 'tsx', client, nginx.url, '24'], { cwd: REPOSITORY })
        const all = await Promise.all(Array.from({ length: 8 }, run))
        const results = [...all, await run()].map(text => JSON.parse(text) as { hits: number })
        for (const result of results) assert.equal({ ...result, hits: 0 }, { hits: 0, wrong: [], warnings: [] })
        assert.is(results.at(-1)?.hits, 24)
        const log = await nginx.log()
        // 204 where two sent the same at the same time.
        const statuses = [...new Set(log.map(line => line.slice(-3)))].filter(status => status !== '204')
        assert.equal(statuses.sort(), ['200', '201', '404'])
      }),
    ),
  )

  needing(it, 'nginx')('asks for a password, and is left alone without it', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'users'), 'ann:{PLAIN}pass\n')
      await withNginx(dir, `auth_basic team; auth_basic_user_file ${dir}/users;${AS_IN_README}`, async nginx => {
        const known = patient(nginx.url.replace('//', '//ann:pass@'))
        known.cache.put(FINISHED)
        await known.cache.settle()
        assert.equal(plain(await known.cache.get(BATCH)), plain(FINISHED))
        const unknown = patient(nginx.url.replace('//', '//ann:other@'))
        assert.is(await unknown.cache.get(BATCH), null)
        assert.is(await unknown.cache.get(BATCH), null)
        assert.equal(unknown.warnings, [
          `The remote cache ${nginx.url} is not used for the rest of this run: it answered 401, so it wants other credentials. What it might have had is compressed here.`,
        ])
        assert.equal(known.warnings, [])
      })
    }),
  )

  needing(it, 'nginx')('is read where nothing can be written', () =>
    inTemporaryFolder(dir =>
      withNginx(dir, '', async nginx => {
        const { cache, warnings } = patient(nginx.url)
        for (const content of FINISHED) cache.put([content])
        await cache.settle()
        assert.is(warnings.length, 1)
        assert.match(warnings[0] ?? '', 'it answered 405 to an upload')
        assert.is(await cache.get(BATCH), null)
        assert.is((await nginx.log()).at(-1), 'GET ac 404')
      }),
    ),
  )

  needing(it, 'nginx')('tells of the limit that nginx has unless it is lifted', () =>
    inTemporaryFolder(dir =>
      withNginx(dir, AS_IN_README.replace('client_max_body_size 0;', ''), async nginx => {
        const { cache, warnings } = patient(nginx.url)
        for (let n = 0; n < 8; n++) cache.put([finishedOf(contentOf(3_000_000 + n, 3))])
        await cache.settle()
        assert.is(warnings.length, 1)
        assert.match(warnings[0] ?? '', 'it answered 413 to an upload')
      }),
    ),
  )

  needing(it, 'nginx')('gives the second machine of a team the first one’s zip, without compressing', () =>
    inTemporaryFolder(dir =>
      withNginx(dir, AS_IN_README, async nginx => {
        await writeTree(join(dir, 'function'), FUNCTION)
        const alone = await packOn('alone', dir, {})
        const a = await packOn('a', dir, { LPACK_REMOTE_CACHE: `${nginx.url}/team?machine=a` })
        const b = await packOn('b', dir, { LPACK_REMOTE_CACHE: `${nginx.url}/team?machine=b` })
        assert.equal([a.sha256, b.sha256], [alone.sha256, alone.sha256])
        const log = await nginx.log()
        const ofA = log.filter(line => line.endsWith('machine=a'))
        const ofB = log.filter(line => line.endsWith('machine=b'))
        assert.ok(ofA.includes('PUT ac 201 machine=a') && ofA.includes('PUT cas 201 machine=a'))
        // Whatever is compressed is sent, so nothing was.
        assert.equal([...new Set(ofB)].sort(), ['GET ac 200 machine=b', 'GET cas 200 machine=b'])
        assert.is(ofB.length, ofA.filter(line => line.startsWith('PUT')).length)
      }),
    ),
  )
})

describe('the remote cache on a server that understands it', it => {
  it('keeps ActionResults as Google’s Protocol Buffers and Bazel’s messages have them', () =>
    inTemporaryFolder(async dir => {
      await output('python3', ['-m', 'venv', join(dir, 'venv')])
      const python = join(dir, 'venv/bin/python')
      const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', 'buildgrid==0.4.4', 'protobuf==7.36.2']
      await output(python, install)
      const server = spawn(python, [join(REPOSITORY, 'test/real/action-cache.py')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      try {
        const [port] = (await once(createInterface(server.stdout), 'line')) as [string]
        const url = `http://127.0.0.1:${port}/instance`
        const a = patient(url)
        assert.is(await a.cache.get(BATCH), null)
        a.cache.put(FINISHED)
        await a.cache.settle()
        const b = patient(url)
        assert.equal(plain(await b.cache.get(BATCH)), plain(FINISHED))
        assert.equal([...a.warnings, ...b.warnings], [])
      } finally {
        server.kill()
      }
    }))
})

describe('the remote cache’s bounds, with real patience', it => {
  it('costs five seconds of lookups when the server drips', () =>
    servingTeam(
      (incoming, response) => {
        if (incoming.method !== 'GET') return false
        const timer = setInterval(() => response.write('.'), 50)
        response.on('close', () => clearInterval(timer))
        return true
      },
      async server => {
        const { cache, warnings } = patient(server.url)
        await within(7_000, async () => {
          await Promise.all(BATCH.slice(0, 3).map(content => cache.get([content])))
          for (let round = 0; round < 3; round++) assert.is(await cache.get(BATCH), null)
        })
        assert.is(warnings.length, 1)
        assert.match(warnings[0] ?? '', 'it answers more slowly than compressing takes')
      },
    ))

  it('costs five seconds at the end when the server takes nothing', () =>
    servingTeam(
      incoming => incoming.method === 'PUT',
      async server => {
        const { cache, warnings } = patient(server.url)
        for (let n = 0; n < 6; n++) cache.put([finishedOf(contentOf(300_000, n))])
        await within(7_000, () => cache.settle())
        assert.equal(warnings, [
          `6 of 6 uploads to the remote cache ${server.url} did not end in time. A later run makes up for it.`,
        ])
      },
    ))

  for (const scheme of ['http', 'https']) {
    it(`costs a build no more when nobody speaks ${scheme}, and its zip is the same`, () =>
      inTemporaryFolder(async dir => {
        const silent = createServer(socket => void socket.on('error', () => undefined))
        silent.listen(0, '127.0.0.1')
        await once(silent, 'listening')
        try {
          await writeTree(join(dir, 'function'), FUNCTION)
          const alone = await packOn('alone', dir, {})
          const url = `${scheme}://127.0.0.1:${(silent.address() as AddressInfo).port}`
          const asking = await packOn('asking', dir, { LPACK_REMOTE_CACHE: url })
          assert.is(asking.sha256, alone.sha256)
          assert.is(asking.err.split(`The remote cache ${url} is not used`).length, 2, asking.err)
          // Five seconds, and what a loaded machine adds; of connections that are not there yet, three more.
          assert.ok(asking.tookMs < alone.tookMs + 9_000, `${asking.tookMs} ms, alone ${alone.tookMs} ms`)
        } finally {
          silent.close()
        }
      }))
  }

  it('refuses an address that is none, with exit code 2', () =>
    inTemporaryFolder(async dir => {
      await mkdir(join(dir, 'function'))
      await writeTree(join(dir, 'function'), FUNCTION)
      const { code, err } = await ran(process.execPath, [await builtLpack(), 'zip'], {
        cwd: join(dir, 'function'),
        env: { ...process.env, LPACK_CACHE_DIR: join(dir, 'cache'), LPACK_REMOTE_CACHE: 'cache.test/lpack' },
      })
      assert.is(code, 2)
      assert.match(err, 'LPACK_REMOTE_CACHE is "cache.test/lpack", which is no http or https URL.')
    }))
})
