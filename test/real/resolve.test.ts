import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { buildWheels } from '../../src/files/python/build.ts'
import { obtainWheels } from '../../src/files/python/index/obtain.ts'
import { resolve } from '../../src/files/python/resolve.ts'
import type { Selection } from '../../src/files/python/types.ts'
import { parseWheelName } from '../../src/formats/wheel-name.ts'
import { compatibleTags } from '../../src/formats/wheel-tags.ts'
import type { MarkerEnvironment, PythonTarget } from '../../src/model.ts'
import type { System } from '../../src/system/system.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testTarget } from '../worlds.ts'
import { systemWith } from './python-tools.ts'

const NOTHING = { groups: [], extras: [] }
const THREE = 'boto3\nrequests[socks]>=2.31\npydantic>2\n'

async function resolveText(text: string, target: PythonTarget, system: System): Promise<Selection> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, { 'requirements.txt': text })
    return resolve({ kind: 'requirements', path: join(dir, 'requirements.txt') }, target, NOTHING, [], system)
  })
}

/** Names of packages none of whose files load on the target. */
function unusable(selection: Selection, { tags }: PythonTarget): readonly string[] {
  const loads = (filename: string) => parseWheelName(filename)?.tags.some(tag => tags.includes(tag)) === true
  return selection.packages
    .filter(({ origin }) => origin.kind !== 'index' || !origin.files.some(({ filename }) => loads(filename)))
    .map(({ name }) => name)
}

const versionOf = (selection: Selection, name: string) => selection.packages.find(item => item.name === name)?.version

describe('unlocked requirements', it => {
  for (const [runtime, architecture, machine] of [
    ['python3.12', 'arm64', 'aarch64'],
    ['python3.11', 'x86_64', 'x86_64'],
  ] as const) {
    it(`are resolved by uv for ${runtime} on ${architecture}`, async () => {
      const target = testTarget(runtime, architecture)
      const selection = await resolveText(THREE, target, await systemWith('uv'))
      const names = selection.packages.map(({ name }) => name)
      for (const name of [
        'boto3',
        'botocore',
        'jmespath',
        'pydantic',
        'pydantic-core',
        'pysocks',
        'requests',
        's3transfer',
        'urllib3',
      ])
        assert.ok(names.includes(name), name)
      assert.equal(selection.direct, ['boto3', 'pydantic', 'requests'])
      assert.equal(unusable(selection, target), [])
      const core = selection.packages.find(({ name }) => name === 'pydantic-core')?.origin
      const files = core?.kind === 'index' ? core.files.map(({ filename }) => filename) : []
      assert.ok(
        files.some(name => name.includes(`cp${target.version.replace('.', '')}`) && name.includes(machine)),
        files.join(' '),
      )
      assert.ok(
        selection.packages.every(
          ({ origin }) =>
            origin.kind === 'index' &&
            origin.files.every(({ sha256, location }) => sha256 !== null && location?.startsWith('https://')),
        ),
      )
    })
  }

  it('get wheels of numpy for glibc 2.26 though docopt has none at all', async () => {
    const target = testTarget('python3.11')
    const selection = await resolveText('docopt==0.6.2\nnumpy\n', target, await systemWith('uv'))
    assert.equal(unusable(selection, target), ['docopt'])
    assert.match(versionOf(selection, 'numpy') ?? '', /^2\./)
  })

  it('have no solution, and uv says why', async () => {
    const system = await systemWith('uv')
    const error = await rejects(
      () => resolveText('boto3==1.40\nbotocore==1.20\n', testTarget(), system),
      'RESOLUTION_FAILED',
    )
    assert.match(error.message, 'boto3==1.40.0 depends on botocore>=1.40.0,<1.41.0')
  })

  it('are resolved by uv from a pyproject.toml with extras and groups', async () => {
    const system = await systemWith('uv')
    const manifest =
      '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["idna"]\n[project.optional-dependencies]\nx = ["six"]\n[dependency-groups]\nprod = ["attrs"]\ndev = ["pytest"]\n'
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'pyproject.toml': manifest })
      const selection = await resolve(
        { kind: 'pyproject', path: join(dir, 'pyproject.toml') },
        testTarget(),
        { groups: ['prod'], extras: ['x'] },
        [],
        system,
      )
      assert.equal(
        selection.packages.map(({ name }) => name),
        ['attrs', 'idna', 'six'],
      )
      assert.equal(selection.direct, ['attrs', 'idna', 'six'])
    })
  })

  it('lead to local projects, wherever they lie', async () => {
    const system = await systemWith('uv')
    await inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'app/requirements.txt': '-e ../lib\n',
        'lib/pyproject.toml': '[project]\nname = "acme-lib"\nversion = "1"\ndependencies = ["six"]\n',
        'lib/acme_lib/__init__.py': '',
      })
      const selection = await resolve(
        { kind: 'requirements', path: join(dir, 'app', 'requirements.txt') },
        testTarget(),
        NOTHING,
        [],
        system,
      )
      assert.equal(selection.packages[0], {
        name: 'acme-lib',
        version: null,
        origin: { kind: 'directory', path: join(dir, 'lib') },
      })
      assert.equal(
        selection.packages.map(({ name }) => name),
        ['acme-lib', 'six'],
      )
      assert.equal(selection.direct, ['acme-lib'])
    })
  })

  it('are resolved by pip for a target that has this machine’s markers, as by uv', async () => {
    const pip = await systemWith('pip')
    const target = await hostTarget(pip)
    const byPip = await resolveText(THREE, target, pip)
    const byUv = await resolveText(THREE, target, await systemWith('uv'))
    const shown = ({ packages }: Selection) => packages.map(({ name, version }) => `${name} ${version}`)
    assert.equal(shown(byPip), shown(byUv))
    assert.equal(byPip.direct, byUv.direct)
    assert.equal(unusable(byPip, target), [])
  })

  it('are not resolved by pip for another patch version than this machine’s', async () => {
    const pip = await systemWith('pip')
    const host = await hostTarget(pip)
    const markers = { ...host.markers, python_full_version: `${host.version}.99` }
    const error = await rejects(() => resolveText(THREE, { ...host, markers }, pip), 'UNLOCKED_NEEDS_UV')
    assert.match(error.message, `python_full_version is ${host.markers.python_full_version}, not ${host.version}.99`)
  })
})

/** A target whose markers are those of this machine's Python. */
async function hostTarget(system: System): Promise<PythonTarget> {
  const python = (await system.processes.find('python3')) ?? ''
  const program =
    'import json; from pip._vendor.packaging.markers import default_environment as e; print(json.dumps(dict(e())))'
  const markers = JSON.parse((await system.processes.run(python, ['-c', program])).stdout) as MarkerEnvironment
  const version = markers.python_version
  const architecture = markers.platform_machine === 'aarch64' ? 'arm64' : 'x86_64'
  const glibc = { major: 2, minor: 34 }
  return {
    runtime: `python${version}`,
    architecture,
    version,
    glibc,
    markers,
    tags: compatibleTags(version, glibc, architecture),
  }
}

describe('a package without wheels', it => {
  it('is built where it is pure: docopt 0.6.2', async () => {
    const system = await systemWith('uv')
    const target = testTarget('python3.12', 'arm64')
    await inTemporaryFolder(async dir => {
      const selection = await resolveText('docopt==0.6.2\n', target, system)
      const request = {
        selection,
        target,
        findLinks: [],
        projectDir: dir,
        storeDir: join(dir, 'store'),
        useCache: true,
      }
      const { toBuild, wheels } = await obtainWheels(request, system)
      assert.equal(wheels, [])
      const built = await buildWheels(toBuild, target, join(dir, 'store'), join(dir, 'work'), system)
      assert.equal(
        built.wheels.map(({ name, filename }) => `${name} ${filename}`),
        ['docopt docopt-0.6.2-py2.py3-none-any.whl'],
      )
      assert.equal(
        built.findings.map(({ code }) => code),
        ['NOT_REPRODUCIBLE'],
      )
    })
  })

  it('is refused where it is native, and the ways out are told: psycopg2', async () => {
    const system = await systemWith('uv')
    const target = testTarget('python3.12')
    await inTemporaryFolder(async dir => {
      const selection = await resolveText('psycopg2==2.9.10\n', target, system)
      const request = {
        selection,
        target,
        findLinks: [],
        projectDir: dir,
        storeDir: join(dir, 'store'),
        useCache: true,
      }
      const { toBuild } = await obtainWheels(request, system)
      const error = await rejects(() => buildWheels(toBuild, target, null, join(dir, 'work'), system), 'NO_WHEEL')
      assert.match(error.message, /^psycopg2 2\.9\.10 has no wheel for python3\.12 on x86_64/)
    })
  })
})
