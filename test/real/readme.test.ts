import { readFileSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { PYPI } from '../../src/files/python/pypi.ts'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { standInBases } from './containers/bases.ts'
import { manifestAt } from './containers/registry.ts'
import { invoke } from './containers/running.ts'
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
const AROUND: Readonly<Record<string, { readonly before?: string; readonly after?: string }>> = {
  // The simple pages alone, for a stand-in of PyPI that has no others.
  poetry: {
    before: 'printf \'\\n[[tool.poetry.source]]\\nname = "simple"\\nurl = "%s/"\\n\' "$PYPI" >> pyproject.toml',
  },
  cdk: {
    before: 'npm init -y >&2; npm install --silent "$TARBALL" aws-cdk@2 aws-cdk-lib@2',
    after: 'cmp cdk.out/asset.*.zip lpack.out/hello.zip',
  },
  'github-actions': {
    before: `mkdir src; echo 'def handler(event, context): pass' > src/app.py; echo 'root: src' > lpack.config.yaml; check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/package.yml`,
    after:
      "grep -oP '(?<=run: npx )lpack .*' .github/workflows/package.yml | GITHUB_STEP_SUMMARY=summary.md bash -eu; grep app.py summary.md",
  },
  terraform: { after: "hcl2 -c \"import hcl2; print(hcl2.load(open('main.tf'))['resource'])\"" },
  serverless: { after: 'grep CodeSha256 .serverless/cloudformation-template-update-stack.json' },
  sam: { after: 'sam build --build-in-source; grep "CodeUri: ../../lpack.out/hello.zip" .aws-sam/build/template.yaml' },
  'aws-cli': { after: 'grep "update-function-code --function-name hello --zip-file fileb:///" "$HOME/aws.log"' },
  // The stand-in for AWS's base image.
  ecr: { before: `echo '{"runtime":"python3.11","image":{"base":"'"$BASE"'"}}' > lpack.config.json` },
}

/** Where the registry of the README is; here one of this machine stands for it. */
const ECR = '$ACCOUNT.dkr.ecr.$REGION.amazonaws.com'

describe('the README', test => {
  test('has recipes for all that it speaks of', () => {
    const names = recipesOf(README).map(({ name }) => name)
    assert.is(new Set(names).size, names.length)
    assert.ok(names.length >= 13, names.join(' '))
  })

  test('is true for somebody new, command by command', () =>
    inTemporaryFolder(async dir => {
      const place = await installAsTold(dir)
      for (const recipe of recipesOf(README)) {
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
  const registry = scripts.some(script => script.includes(ECR)) ? await standInBases() : null
  const own = { TARBALL: tarball, PYPI, BASE: registry?.python ?? '', REGISTRY: registry?.host ?? '' }
  for (const script of [before, ...scripts, after].filter(text => text !== '')) {
    const here = script.replaceAll(ECR, '$REGISTRY')
    await output('bash', ['--norc', '-euo', 'pipefail', '-c', here], { cwd: work, env: { ...env, ...own } })
  }
  if (registry === null) await isZipped(work)
  else await isPushed(registry.host)
}

async function isZipped(work: string): Promise<void> {
  const zips = (await readdir(join(work, 'lpack.out'))).filter(path => path.endsWith('.zip'))
  assert.ok(zips.length > 0)
  for (const zip of zips) {
    const names = await output('unzip', ['-Z1', join(work, 'lpack.out', zip)])
    assert.match(names, /^(lambda_function\.py|src\/index\.mjs|index\.mjs|app\.py)$/m)
    // Of the project around the function nothing.
    assert.not.match(names, /^(tools|\.venv|\.github|node_modules)\/|\.(tf|ya?ml)$|lpack\.json$/m)
  }
}

async function isPushed(host: string): Promise<void> {
  const manifest = await manifestAt(host, 'hello', 'v1')
  assert.ok(manifest !== null && manifest.layers.length > 1)
  assert.is(await invoke('podman', `${host}/hello:v1`, {}), 'hello')
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
        const run = async (command: 'zip' | 'image') =>
          JSON.parse(await output(process.execPath, [await builtLpack(), command, '--json'], { cwd, env }))
        const zips = await run('zip')
        const images = await run('image')
        assert.ok(zips.functions.length > 0)
        for (const { findings } of [...zips.functions, ...images.functions]) {
          assert.equal(
            findings.filter(({ severity }: { severity: string }) => severity !== 'note'),
            [],
          )
        }
        for (const { artifact, handler } of images.functions) {
          const dockerfile = await readFile(join(artifact.path, 'Dockerfile'), 'utf8')
          assert.match(dockerfile, `CMD ["${handler}"]`)
          assert.is(dockerfile.includes('COPY copy-models/ ./'), name === 'notes')
        }
        const again = await run('zip')
        assert.ok(again.functions.every(({ artifact }: { artifact: { unchanged: boolean } }) => artifact.unchanged))
      }))
  }
})
