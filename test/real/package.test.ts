import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { nodeOfMajor, output } from './programs.ts'

const FUNCTION = {
  'lambda_function.py': 'def lambda_handler(event, context):\n    return event\n',
  'lpack.config.ts': `import { defineConfig } from 'lpack'

const memorySize: number = 512

export default defineConfig({ name: 'typed', runtime: 'python3.13', memorySize })
`,
}

const CONSUMER = `import { defineConfig, type PublicReport, zip } from 'lpack'

export const config = defineConfig({ runtime: 'python3.13', architecture: 'arm64' })

const reports: readonly PublicReport[] = await zip({ cache: false })
for (const { name, artifact, ok } of reports) console.log(name, artifact.bytes.toFixed(0), ok)

// @ts-expect-error: a runtime is a string
export const wrong = defineConfig({ runtime: 3.13 })
`

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

  it('type-checks where it is used', () =>
    inTemporaryFolder(async dir => {
      await output('npm', ['install', '--prefix', dir, await tarball(dir)])
      await writeTree(dir, {
        'package.json': '{ "type": "module" }',
        'consumer.ts': CONSUMER,
        'tsconfig.json':
          '{ "compilerOptions": { "strict": true, "module": "nodenext", "target": "es2022", "noEmit": true, "types": [] }, "files": ["consumer.ts"]  }',
      })
      const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
      assert.is(await output(process.execPath, [tsc, '-p', dir]), '')
    }))
})

async function tarball(dir: string): Promise<string> {
  await mkdir(join(dir, 'packed'))
  await output('npm', ['pack', '--pack-destination', join(dir, 'packed')], { cwd: REPOSITORY })
  const [name] = await readdir(join(dir, 'packed'))
  return join(dir, 'packed', name ?? 'none')
}
