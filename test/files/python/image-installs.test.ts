import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { collectDependencies } from '../../../src/files/python/dependencies.ts'
import type { DependencySource, FunctionConfig, PythonPlan } from '../../../src/model.ts'
import { makeEnvironment } from '../../environments.ts'
import { type Answer, fakeProcesses, optionValue } from '../../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { type Loopback, serving } from '../../loopback.ts'
import { type IndexedFile, indexedWheel, packageIndex, sealedSystem } from '../../package-index.ts'
import { makeTar } from '../../tars.ts'
import { makeWheel } from '../../wheels.ts'
import { testImage, testPlan } from '../../worlds.ts'

const NATIVE = 'setup(ext_modules=[Extension("a", ["a.c"])])\n'
const PURE = 'setup()\n'
const IN_IMAGE = { image: testImage({ install: 'in-image' }) }

function sdist(name: string, version: string, setup: string): IndexedFile {
  const bytes = gzipSync(makeTar({ [`${name}-${version}/setup.py`]: setup }))
  return { filename: `${name}-${version}.tar.gz`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Answers `uv build` with a wheel of the project acme. */
function builds(tag = 'py3-none-any'): Answer {
  return async ({ args }) => {
    const wheel = makeWheel({ name: 'acme', version: '1.0', tag })
    if (args.includes('--out-dir')) await writeFile(join(optionValue(args, '--out-dir'), wheel.filename), wheel.bytes)
    return ''
  }
}

const FAILS: Answer = ({ args }) => (args.includes('build') ? new Error('pg_config: not found') : '')

interface World {
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly config?: Partial<FunctionConfig>
  readonly purpose?: PythonPlan['purpose']
  readonly source?: (dir: string) => DependencySource
  readonly uv?: Answer
  readonly prepare?: (dir: string) => Promise<void>
}

/** What becomes of requirements.txt, with the index in PyPI's place. */
async function collect(server: Loopback, requirements: string, world: World = {}) {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { 'requirements.txt': requirements, ...world.files })
    await world.prepare?.(dir)
    const processes = fakeProcesses(world.uv === undefined ? {} : { uv: '/bin/uv' }, world.uv ?? (() => ''))
    const path = join(dir, 'requirements.txt')
    const source = world.source?.(dir) ?? { kind: 'requirements', path, environment: null }
    const config = { ...world.config, findLinks: (world.config?.findLinks ?? []).map(place => join(dir, place)) }
    const plan = testPlan(dir, config, { purpose: world.purpose ?? 'image', source })
    const places = { workDir: join(dir, 'work'), storeDir: join(dir, 'store'), useCache: true, decisions: null }
    const system = sealedSystem(dir, { PIP_INDEX_URL: `${server.url}/simple` }, { processes })
    const { files, installs, packages, findings } = await collectDependencies(plan, [], places, system)
    return {
      installs: installs.map(({ name, version }) => `${name} ${version}`),
      hashes: installs.flatMap(one => one.hashes),
      owners: [...new Set(files.map(({ owner }) => owner))].sort(),
      packages: packages.map(({ name, requiredBy }) => `${name} for ${requiredBy.join(', ')}`),
      codes: findings.map(({ code }) => code),
      messages: findings.map(({ message }) => message),
      runs: processes.calls.length,
    }
  })
}

const sha = ({ sha256 }: IndexedFile) => sha256
const asked = ({ requests }: Loopback) => requests.map(({ path }) => path)

describe('files/python/image-installs: copy', it => {
  const native = sdist('snappy', '1.0', NATIVE)
  const wheel = indexedWheel('idna', '3.0')

  it('leaves to pip what has only sources with native code, which zips refuse', () =>
    serving(packageIndex([native, wheel]), async server => {
      const got = await collect(server, 'snappy==1.0\nidna==3.0\n')
      assert.equal(got.installs, ['snappy 1.0'])
      assert.equal(got.hashes, [sha(native)])
      assert.equal(got.owners, ['idna'])
      assert.equal(got.packages, ['idna for (direct)', 'snappy for (direct)'])
      assert.equal(got.codes, ['NOT_HASH_LOCKED', 'INSTALLED_IN_IMAGE'])
      assert.is(
        got.messages.at(-1),
        'pip installs snappy 1.0 while the image is built: what it holds is neither checked nor counted here.',
      )
      assert.is(got.runs, 0)
      await rejects(() => collect(server, 'snappy==1.0\nidna==3.0\n', { purpose: 'zip' }), 'NO_WHEEL')
    }))

  it('accepts every hash that is locked', () =>
    serving(packageIndex([native, indexedWheel('snappy', '1.0', 'cp313-cp313-win_amd64')]), async server => {
      const hashes = ['f'.repeat(64), sha(native), 'a'.repeat(64)]
      const line = `snappy==1.0 ${hashes.map(hash => `--hash=sha256:${hash}`).join(' ')}\n`
      assert.equal((await collect(server, line)).hashes, [...hashes].sort())
    }))

  it('builds sources of pure Python here', () =>
    serving(packageIndex([sdist('acme', '1.0', PURE)]), async server => {
      const got = await collect(server, 'acme==1.0\n', { uv: builds() })
      assert.equal(got.installs, [])
      assert.equal(got.owners, ['acme'])
      assert.equal(got.codes, ['NOT_HASH_LOCKED', 'NOT_REPRODUCIBLE'])
    }))

  const refused: [string, Answer][] = [
    ['gives a wheel of this machine', builds('cp313-cp313-linux_x86_64')],
    ['fails on this machine', FAILS],
  ]
  for (const [what, uv] of refused) {
    it(`leaves to pip sources whose build ${what}`, () =>
      serving(packageIndex([sdist('acme', '1.0', PURE)]), async server => {
        const got = await collect(server, 'acme==1.0\n', { uv })
        assert.equal(got.installs, ['acme 1.0'])
        assert.ok(got.runs > 0)
      }))
  }

  it('refuses what has neither a wheel for the target nor sources', () =>
    serving(packageIndex([indexedWheel('acme', '1.0', 'cp313-cp313-win_amd64')]), async server => {
      const error = await rejects(() => collect(server, 'acme==1.0\n'), 'NO_WHEEL')
      assert.not.match(error.message, 'lpack image')
    }))

  it('refuses native code of an archive, which no index has', () =>
    serving(packageIndex([]), async server => {
      const files = { 'acme-1.0.tar.gz': sdist('acme', '1.0', NATIVE).bytes }
      await rejects(() => collect(server, './acme-1.0.tar.gz\n', { files, uv: builds() }), 'NO_WHEEL')
    }))

  it('refuses native code of a local project', () =>
    serving(packageIndex([]), async server => {
      const files = { 'lib/setup.py': NATIVE, 'lib/pyproject.toml': projectOf('acme', 'setuptools.build_meta') }
      const world = { files, uv: builds('cp313-cp313-linux_x86_64') }
      await rejects(() => collect(server, './lib\n', world), 'BUILT_FOR_THIS_MACHINE')
    }))

  it('leaves out what the runtime has', () =>
    serving(packageIndex([sdist('six', '1.0', NATIVE)]), async server => {
      const got = await collect(server, 'six==1.0\n', { config: { runtimeSdk: 'omit' } })
      assert.equal(got.installs, [])
      assert.equal(got.packages, [])
      assert.equal(got.codes, ['NOT_HASH_LOCKED'])
    }))
})

describe('files/python/image-installs: in-image', it => {
  const idna = indexedWheel('idna', '3.0')

  it('leaves to pip all that is of an index, with the hashes that are locked, and downloads nothing', () =>
    serving(packageIndex([idna]), async server => {
      const lines = `zope==1.0 --hash=sha256:${'b'.repeat(64)} --hash=sha256:${'a'.repeat(64)}\nidna==3.0 --hash=sha256:${sha(idna)}\n`
      const got = await collect(server, lines, { config: IN_IMAGE })
      assert.equal(got.installs, ['idna 3.0', 'zope 1.0'])
      assert.equal(got.hashes, [sha(idna), 'a'.repeat(64), 'b'.repeat(64)])
      assert.equal(got.owners, [])
      assert.equal(asked(server), [])
    }))

  it('asks the index for the hashes where none are locked', () =>
    serving(packageIndex([idna, sdist('idna', '3.0', PURE), indexedWheel('idna', '3.1')]), async server => {
      const got = await collect(server, 'idna==3.0\n', { config: IN_IMAGE })
      assert.equal(got.installs, ['idna 3.0'])
      assert.equal(got.hashes, [sha(idna), sha(sdist('idna', '3.0', PURE))].sort())
      assert.equal(got.owners, [])
    }))

  it('resolves what pins too little', () =>
    serving(packageIndex([indexedWheel('acme', '1.0', 'py3-none-any', { requires: ['idna'] })]), async server => {
      const error = await rejects(() => collect(server, 'acme==1.0\n', { config: IN_IMAGE }), 'UNLOCKED_NEEDS_UV')
      assert.match(error.message, 'is not locked')
    }))

  it("packs wheels of the user's own, archives and projects", () =>
    serving(packageIndex([idna]), async server => {
      const own = makeWheel({ name: 'own', version: '1.0' })
      const url = makeWheel({ name: 'url', version: '1.0' })
      const files = {
        [`wheels/${own.filename}`]: own.bytes,
        [url.filename]: url.bytes,
        'lib/pyproject.toml': projectOf('lib', 'hatchling.build'),
        'lib/lib.py': '',
      }
      const lines = `idna==3.0\nown==1.0\n./${url.filename}\n./lib\n`
      const got = await collect(server, lines, { files, config: { ...IN_IMAGE, findLinks: ['wheels'] } })
      assert.equal(got.installs, ['idna 3.0'])
      assert.equal(got.owners, ['lib', 'own', 'url'])
    }))

  it('tells of an index that pip in the image would not know', () =>
    serving(packageIndex([idna]), async server => {
      const got = await collect(server, `idna==3.0 --hash=sha256:${sha(idna)}\n`, { config: IN_IMAGE })
      assert.equal(got.codes, ['IMAGE_INDEX_NEEDED', 'INSTALLED_IN_IMAGE'])
      assert.match(got.messages[0] ?? '', `idna comes from the index ${server.url}/simple, which pip doesn't know`)
    }))

  it('refuses an unknown version', () =>
    serving(packageIndex([idna]), async server => {
      await rejects(() => collect(server, 'idna==9.0\n', { config: IN_IMAGE }), 'NO_WHEEL')
    }))

  it('leaves out what the runtime has', () =>
    serving(packageIndex([indexedWheel('six', '1.0'), idna]), async server => {
      const config = { ...IN_IMAGE, runtimeSdk: 'omit' as const }
      assert.equal((await collect(server, 'six==1.0\nidna==3.0\n', { config })).installs, ['idna 3.0'])
    }))

  it('takes versions of a virtual environment, even of another system', () =>
    serving(packageIndex([]), async server => {
      const world = {
        prepare: (dir: string) => makeEnvironment(join(dir, '.venv'), '3.13', INSTALLED),
        source: (dir: string): DependencySource => ({
          kind: 'environment',
          path: join(dir, '.venv'),
          declaredIn: join(dir, 'requirements.txt'),
        }),
      }
      const got = await collect(server, 'acme\n', { ...world, config: IN_IMAGE })
      assert.equal(got.installs, ['acme 1.0', 'idna 3.0'])
      assert.equal(got.hashes, [])
      assert.equal(got.packages, ['acme for (direct)', 'idna for acme'])
      await rejects(() => collect(server, 'acme\n', world), 'ENVIRONMENT_FOREIGN')
    }))
})

const INSTALLED = [
  { name: 'acme', version: '1.0', tag: 'cp313-cp313-macosx_11_0_arm64', requires: ['idna'] },
  { name: 'idna', version: '3.0' },
  { name: 'tool', version: '1.0' },
]

function projectOf(name: string, backend: string): string {
  return `[build-system]\nrequires = []\nbuild-backend = "${backend}"\n[project]\nname = "${name}"\nversion = "1.0"\n`
}
