import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { builtLpack, nodeOfMajor, output, ran } from './programs.ts'

const FUNCTION = {
  'lambda_function.py': 'def lambda_handler(event, context):\n    return event\n',
  'lpack.config.ts': `import { defineConfig } from 'lpack'

const memorySize: number = 512

export default defineConfig({ name: 'typed', runtime: 'python3.13', memorySize })
`,
}

const CONSUMER = `import { check, defineConfig, image, type PublicReport, type PublicZip, report, UserError, zip } from 'lpack'

export const config = defineConfig({ runtime: 'python3.13', architecture: 'arm64' })

const { signal } = new AbortController()
const packed: readonly PublicZip[] = await zip({ cache: false, jobs: 2, signal })
for (const { name, artifact, ok } of packed) console.log(name, artifact.bytes.toFixed(0), artifact.codeSha256, ok)

const { functions, total, diffs } = await report({ diff: 'old.zip' })
const measured: readonly PublicReport[] = functions
for (const { files } of measured) for (const { path, zippedBytes } of files) console.log(path, zippedBytes.toFixed(0))
for (const { reasons } of diffs) for (const { kind } of reasons) console.log(kind, total?.ok)

for (const { artifact } of await image({ oci: true })) console.log(artifact.digest?.length, artifact.layers.length)
for (const { findings } of await check({ zips: ['a.zip'], runtime: 'python3.13' })) console.log(findings.length)

export const codeOf = (error: unknown) => (error instanceof UserError ? error.code : null)

// @ts-expect-error: a runtime is a string
export const wrong = defineConfig({ runtime: 3.13 })

// @ts-expect-error: there is no such option
export const mistyped = () => zip({ outdir: 'out' })

// @ts-expect-error: nothing is compared unless that is asked
export const uncompared = async () => (await report()).diffs
`

/** As strict as TypeScript gets, the types of packages included. */
const STRICT = JSON.stringify({
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    types: [],
  },
  files: ['consumer.ts'],
})

describe('the published package', it => {
  it('installs globally and runs in another folder, on Node 20, 22 and 24', () =>
    inTemporaryFolder(async dir => {
      await output('npm', ['install', '-g', '--prefix', join(dir, 'prefix'), await tarball(dir)])
      const lpack = join(dir, 'prefix/bin/lpack')
      const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string }
      assert.is(await output(lpack, ['--version']), version)
      await writeTree(join(dir, 'elsewhere'), FUNCTION)
      const digests = new Set<string>()
      for (const major of [20, 22, 24]) {
        const program = await nodeOfMajor(major)
        const json = await output(program, [lpack, 'zip', '--json', '--out-dir', `../out${major}`], {
          cwd: join(dir, 'elsewhere'),
        })
        const report = JSON.parse(json) as { functions: { name: string; artifact: { sha256: string } }[] }
        assert.is(report.functions[0]?.name, 'typed')
        digests.add(report.functions[0]?.artifact.sha256 ?? '')
      }
      assert.is(digests.size, 1)
    }))

  it('holds what runs, its licences and its types, and runs nothing when it is installed', () =>
    inTemporaryFolder(async dir => {
      await output('npm', ['install', '--prefix', dir, await tarball(dir)])
      const installed = join(dir, 'node_modules/lpack')
      assert.equal((await readdir(installed)).sort(), [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'dist',
        'package.json',
        'schema.json',
      ])
      const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
        dependencies: object
        scripts: object
      }
      assert.equal(Object.keys(manifest.dependencies), ['esbuild'])
      assert.equal(
        Object.keys(manifest.scripts).filter(name => /install|^prepare$/.test(name)),
        [],
      )
      const licences = await readFile(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
      for (const name of ['archiver', 'libdeflate', 'yauzl', 'smol-toml', 'cosmiconfig'])
        assert.match(licences, new RegExp(`^${name} \\d`, 'm'))
    }))

  it('type-checks where it is used, of itself', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'package.json': '{ "type": "module" }', 'consumer.ts': CONSUMER, 'tsconfig.json': STRICT })
      await output('npm', ['install', '--prefix', dir, await tarball(dir)])
      const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
      assert.is(await output(process.execPath, [tsc, '-p', dir]), '')
      const former = ['-y', '-p', 'typescript@5.4.5', 'tsc', '-p', dir]
      assert.is(await output('npx', former), '')
    }))

  it('pleases publint and arethetypeswrong', () =>
    inTemporaryFolder(async dir => {
      const packed = await tarball(dir)
      assert.match(await output('npx', ['-y', 'publint@0.3.25', packed, '--strict']), 'All good!')
      // It is an ES module alone: CommonJS has import() for it.
      const types = [
        '-y',
        '@arethetypeswrong/cli@0.18.5',
        packed,
        '--profile',
        'esm-only',
        '--format',
        'ascii',
        '--no-emoji',
      ]
      assert.match(await output('npx', types), /^node16 \(from ESM\): .*\(ESM\)/m)
    }))

  it('builds with the script of examples/build-script', () =>
    inTemporaryFolder(async dir => {
      const project = join(dir, 'project')
      await cp(join(REPOSITORY, 'examples/build-script'), project, { recursive: true })
      await output('npm', ['install', '--no-save', '--prefix', project, await tarball(dir)])
      const env = { ...process.env, LPACK_CACHE_DIR: join(dir, 'cache') }
      const build = () => ran('npm', ['run', 'build', '--silent'], { cwd: project, env })
      const first = await build()
      assert.is(first.code, 0, first.err)
      const codeSha256 = /^hello has to be deployed: \d+ bytes, (\S{44})$/.exec(first.out.trim())?.[1]
      await writeTree(project, { 'deployed.json': JSON.stringify({ hello: codeSha256 }) })
      assert.match((await build()).out, /^hello is deployed already: /)
      const config = await readFile(join(project, 'lpack.config.yaml'), 'utf8')
      await writeTree(project, { 'lpack.config.yaml': config.replace('1 MB', '1') })
      assert.is((await build()).code, 1)
      await writeTree(project, { 'lpack.config.yaml': config.replace('python3.13', 'python3.99') })
      const { code, err } = await build()
      assert.is(code, 2)
      assert.match(err, 'python3.99')
      assert.not.match(err, /^ +at /m)
    }))
})

/** Of what is built once a run. */
async function tarball(dir: string): Promise<string> {
  await builtLpack()
  await mkdir(join(dir, 'packed'))
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', join(dir, 'packed')], { cwd: REPOSITORY })
  const [name] = await readdir(join(dir, 'packed'))
  return join(dir, 'packed', name ?? 'none')
}
