import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import { type ObtainRequest, obtainWheels } from '../../src/files/python/index/obtain.ts'
import type { SelectedPackage } from '../../src/files/python/types.ts'
import type { Architecture } from '../../src/model.ts'
import { makeNetwork } from '../../src/system/network.ts'
import { describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { sealedSystem } from '../package-index.ts'
import { testTarget } from '../worlds.ts'

const run = promisify(execFile)
const PYTHON = process.platform === 'win32' ? 'python' : 'python3'

/** Wheels of every kind: pure, abi3, per version, with several manylinux levels and with build tags in other versions. */
const PINS = {
  cryptography: '44.0.3',
  'charset-normalizer': '3.4.2',
  grpcio: '1.71.0',
  lxml: '5.4.0',
  markupsafe: '3.0.2',
  numpy: '2.2.6',
  orjson: '3.10.18',
  pillow: '11.2.1',
  protobuf: '5.29.4',
  'psycopg2-binary': '2.9.10',
  pydantic: '2.11.4',
  'pydantic-core': '2.33.2',
  pyyaml: '6.0.2',
  requests: '2.32.3',
  six: '1.17.0',
}

interface Choice {
  readonly filename: string
  readonly sha256: string
}

/** What pip would download for the target. pip doesn't expand manylinux levels, so each is named. */
async function choicesOfPip(
  version: string,
  glibcMinor: number,
  architecture: Architecture,
  dir: string,
): Promise<readonly Choice[]> {
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  const levels = Array.from({ length: glibcMinor - 4 }, (_, i) => `manylinux_2_${glibcMinor - i}_${machine}`)
  const legacy = ['manylinux2014', 'manylinux2010', 'manylinux1', 'linux'].map(level => `${level}_${machine}`)
  const args = [
    ...['-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--no-deps', '--quiet', '--target', 'unused'],
    ...[
      '--only-binary',
      ':all:',
      '--implementation',
      'cp',
      '--python-version',
      version,
      '--report',
      join(dir, 'report.json'),
    ],
    ...[...levels, ...legacy].flatMap(platform => ['--platform', platform]),
    ...Object.entries(PINS).map(([name, pin]) => `${name}==${pin}`),
  ]
  await run(PYTHON, args)
  const { install } = JSON.parse(await readFile(join(dir, 'report.json'), 'utf8')) as {
    install: readonly { download_info: { url: string; archive_info: { hashes: { sha256: string } } } }[]
  }
  return install
    .map(({ download_info: { url, archive_info } }) => ({
      filename: decodeURIComponent(basename(url)),
      sha256: archive_info.hashes.sha256,
    }))
    .sort((a, b) => (a.filename < b.filename ? -1 : 1))
}

function requestFor(
  runtime: string,
  architecture: Architecture,
  dir: string,
  pins: Readonly<Record<string, string>>,
): ObtainRequest {
  const packages = Object.entries(pins).map(
    ([name, version]): SelectedPackage => ({
      name,
      version,
      origin: { kind: 'index', index: null, files: [], hashes: [] },
    }),
  )
  const indexes = { indexUrl: null, extraIndexUrls: [], findLinks: [], noIndex: null }
  const selection = { packages, direct: [], indexes, findings: [] }
  const target = testTarget(runtime, architecture)
  return { selection, target, findLinks: [], projectDir: dir, storeDir: join(dir, 'store'), useCache: true }
}

// Of the machine's environment only what leads to PyPI counts: a proxy, certificates.
const systemIn = (dir: string) =>
  sealedSystem(dir, {}, { network: makeNetwork(process.env, new AbortController().signal) })

describe('index: PyPI', it => {
  for (const [runtime, version, glibcMinor, architecture] of [
    ['python3.11', '3.11', 26, 'x86_64'],
    ['python3.13', '3.13', 34, 'arm64'],
  ] as const) {
    it(`obtains for ${runtime} on ${architecture} the wheels that pip takes`, () =>
      inTemporaryFolder(async dir => {
        const got = await obtainWheels(requestFor(runtime, architecture, dir, PINS), systemIn(dir))
        const ours = got.wheels
          .map(({ filename, path }) => ({ filename, sha256: basename(join(path, '..')) }))
          .sort((a, b) => (a.filename < b.filename ? -1 : 1))
        assert.is(ours.length, Object.keys(PINS).length)
        assert.equal(ours, await choicesOfPip(version, glibcMinor, architecture, dir))
        assert.equal(got.toBuild, [])
      }))
  }

  it('tells why numpy 2.3.5 is not to be had for python3.11, and what helps', () =>
    inTemporaryFolder(async dir => {
      const request = requestFor('python3.11', 'x86_64', dir, { numpy: '2.3.5' })
      const noSource = {
        ...request.selection.packages[0],
        origin: await wheelsOnly('numpy', '2.3.5'),
      } as SelectedPackage
      const selection = { ...request.selection, packages: [noSource] }
      const error = await rejects(() => obtainWheels({ ...request, selection }, systemIn(dir)), 'NO_WHEEL')
      assert.match(error.message, 'numpy 2.3.5 has no wheel for python3.11 on x86_64 (glibc 2.26).')
      assert.match(error.message, 'cp311-cp311-manylinux_2_27')
      assert.match(error.message, /Pin numpy 2\.2\.6, the newest version/)
      assert.match(error.message, 'Use the runtime python3.12 or a newer one')
    }))
})

/** A lock that lists the wheels alone: with the sdist listed, too, numpy would be something to build. */
async function wheelsOnly(name: string, version: string): Promise<SelectedPackage['origin']> {
  const network = makeNetwork(process.env, new AbortController().signal)
  const page = await network.get(`https://pypi.org/simple/${name}/`, { accept: 'application/vnd.pypi.simple.v1+json' })
  const { files } = JSON.parse(page.text) as {
    files: readonly { filename: string; url: string; size: number; hashes: { sha256: string } }[]
  }
  const wheels = files.filter(file => file.filename.startsWith(`${name}-${version}-`) && file.filename.endsWith('.whl'))
  return {
    kind: 'index',
    index: null,
    hashes: [],
    files: wheels.map(({ filename, url, size, hashes }) => ({
      filename,
      location: url,
      bytes: size,
      sha256: hashes.sha256,
    })),
  }
}
