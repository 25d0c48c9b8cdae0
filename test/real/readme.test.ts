import { readFileSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { PYPI } from '../../src/files/python/pypi.ts'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { builtLpack, output } from './programs.ts'
import { type Recipe, recipesOf, scriptsUnder } from './readme-recipes.ts'
import { installTools, newcomer } from './readme-tools.ts'

const README = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')

interface Place {
  /** Everything of this run is under it. */
  readonly dir: string
  readonly tarball: string
  readonly env: NodeJS.ProcessEnv
}

/** What is done before a recipe and looked at after it, besides that its scripts succeed. */
const AROUND: Readonly<
  Record<string, { readonly before?: string; readonly after?: string; readonly env?: Record<string, string> }>
> = {
  // The simple pages alone, for a stand-in of PyPI that has no others.
  poetry: {
    before: 'printf \'\\n[[tool.poetry.source]]\\nname = "simple"\\nurl = "%s/"\\n\' "$PYPI" >> pyproject.toml',
  },
  cdk: { before: 'npm init -y >&2 && npm install --silent "$TARBALL" aws-cdk-lib@2', after: 'ls cdk.out/asset.*.zip' },
  'github-actions': {
    after: 'check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/package.yml',
  },
  terraform: { after: "hcl2 -c \"import hcl2; print(hcl2.load(open('main.tf'))['resource'])\"" },
  serverless: { after: 'ls .serverless/cloudformation-template-update-stack.json' },
  sam: { after: 'sam build --build-in-source' },
  'aws-cli': { after: 'grep -q "update-function-code --function-name hello --zip-file fileb:///" "$HOME/aws.log"' },
}

/** Recipes whose commands need what the test of images brings. */
const ELSEWHERE = ['ecr']

describe('the README', test => {
  test('has recipes for all that it speaks of', () => {
    const names = recipesOf(README).map(({ name }) => name)
    assert.is(new Set(names).size, names.length)
    assert.ok(names.length >= 13, names.join(' '))
  })

  test('is true for somebody new, command by command', () =>
    inTemporaryFolder(async dir => {
      const place = await installAsTold(dir)
      for (const recipe of recipesOf(README).filter(({ name }) => !ELSEWHERE.includes(name))) {
        await follow(recipe, place).catch(error => {
          throw new Error(`recipe ${recipe.name}: ${error.message}`)
        })
        console.log(`  ${recipe.name}`)
      }
    }))
})

/** From a copy of what is tracked, as a clone has it. The README's second command, the tests, is what runs here. */
async function installAsTold(dir: string): Promise<Place> {
  const home = join(dir, 'home')
  const clone = join(dir, 'clone')
  await mkdir(home)
  const bin = await installTools(join(dir, 'tools'))
  const env = newcomer(home, [bin])
  for (const path of (await output('git', ['-C', REPOSITORY, 'ls-files'])).split('\n')) {
    await mkdir(dirname(join(clone, path)), { recursive: true })
    await copyFile(join(REPOSITORY, path), join(clone, path))
  }
  const [twoCommands = '', install = ''] = scriptsUnder(README, 'Try it')
  const [example = '', tests = ''] = twoCommands.trim().split('\n')
  assert.match(tests, 'npm test')
  assert.match(await output('bash', ['--norc', '-euo', 'pipefail', '-c', example], { cwd: clone, env }), 'Fits.')
  assert.match(await output('bash', ['--norc', '-euo', 'pipefail', '-c', install], { cwd: clone, env }), 'lpack zip')
  const tarball = (await readdir(clone)).find(name => name.endsWith('.tgz')) ?? ''
  return { dir, tarball: join(clone, tarball), env }
}

async function follow({ name, files, scripts }: Recipe, { dir, tarball, env }: Place): Promise<void> {
  // The folder is what the function is called where nothing says.
  const work = join(dir, 'recipes', name, 'hello')
  await writeTree(work, files)
  const { before = '', after = '' } = AROUND[name] ?? {}
  for (const script of [before, ...scripts, after].filter(text => text !== '')) {
    await output('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: work,
      env: { ...env, TARBALL: tarball, PYPI },
    })
  }
  const zips = (await readdir(join(work, 'lpack.out')).catch(() => [])).filter(path => path.endsWith('.zip'))
  const isPacked = scripts.length > 0
  assert.is(zips.length > 0, isPacked, `zips: ${zips.join(' ')}`)
  for (const zip of zips) assert.ok((await readFile(join(work, 'lpack.out', zip))).length > 100)
}

describe('examples', test => {
  for (const [name, prepare] of [
    ['notes', ''],
    ['science', ''],
    ['thumbnails', 'npm ci --silent'],
    ['monorepo', ''],
    ['hello', ''],
  ] as const) {
    test(`${name} is packed as it is`, () =>
      inTemporaryFolder(async dir => {
        await cp(join(REPOSITORY, 'examples', name), join(dir, 'examples', name), { recursive: true })
        await cp(join(REPOSITORY, 'fixtures/wheels'), join(dir, 'fixtures/wheels'), { recursive: true })
        await copyFile(join(REPOSITORY, 'schema.json'), join(dir, 'schema.json'))
        const cwd = join(dir, 'examples', name)
        if (prepare !== '') await output('bash', ['-c', prepare], { cwd })
        const env = { ...process.env, LPACK_CACHE_DIR: join(dir, 'cache') }
        const zip = async () =>
          JSON.parse(await output(process.execPath, [await builtLpack(), 'zip', '--json'], { cwd, env }))
        const { functions } = await zip()
        assert.ok(functions.length > 0)
        for (const { findings } of functions) {
          assert.equal(
            findings.filter(({ severity }: { severity: string }) => severity !== 'note'),
            [],
          )
        }
        const again = await zip()
        assert.ok(again.functions.every(({ artifact }: { artifact: { unchanged: boolean } }) => artifact.unchanged))
      }))
  }
})
