import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import * as assert from 'uvu/assert'
import type { Config } from '../../src/model.ts'
import { loadIn, PYTHON_HANDLER } from '../config/load-in.ts'
import { copyFixture, describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { damagedData, damagedText } from './damage.ts'
import { type Random, survive } from './survive.ts'

const YAML = `# Two functions
runtime: python3.13
outDir: out
memorySize: 512
environment: &shared
  LOG_LEVEL: info
functions:
  hello:
    root: functions/hello
    handler: lambda_function.lambda_handler
    environment:
      <<: *shared
      TABLE: "users"
    layers:
      - { arn: "arn:aws:lambda:eu-west-1:123456789012:layer:numpy:3", unzippedBytes: 61000000 }
    budget: { zipped: 5 MB, unzipped: 50 MB }
  bye:
    root: .
    include: ["**/*.py"]
`

const SINGLE = {
  name: 'hello',
  runtime: 'python3.13',
  architecture: 'arm64',
  handler: 'app.handler',
  include: ['**/*.py'],
  timeout: 30,
  memorySize: 512,
  environment: { A: 'b' },
  budget: { zipped: '5 MB' },
}

describe('a damaged config', it => {
  const formats: readonly [string, (random: Random, everyKey: object) => string][] = [
    ['lpack.config.json', (random, data) => JSON.stringify(mangled(random.onceIn(2) ? data : SINGLE, random), null, 2)],
    [
      'lpack.config.toml',
      (random, data) => orText(random, () => stringify(mangled(random.onceIn(2) ? data : SINGLE, random))),
    ],
    ['lpack.config.yaml', (random, data) => (random.onceIn(2) ? YAML : JSON.stringify(mangled(data, random), null, 1))],
    ['pyproject.toml', (random, data) => orText(random, () => stringify({ tool: { lpack: mangled(data, random) } }))],
    ['package.json', (random, data) => JSON.stringify({ name: 'x', lpack: mangled(data, random) })],
  ]
  for (const [name, write] of formats) {
    it(`in ${name} is refused or read`, () =>
      inTemporaryFolder(async dir => {
        await copyFixture('config/every-key', dir)
        const everyKey = JSON.parse(await readFile(join(dir, 'lpack.config.json'), 'utf8')) as object
        await rm(join(dir, 'lpack.config.json'))
        await writeTree(dir, {
          'app.py': PYTHON_HANDLER,
          'a.py': '',
          'functions/hello/lambda_function.py': PYTHON_HANDLER,
        })
        await survive(name, 1000, async (random, note) => {
          const sound = write(random, everyKey)
          const text = random.onceIn(2) ? damagedText(sound, random) : sound
          note(text)
          await writeFile(join(dir, name), text)
          checkComplete(await loadIn(dir))
        })
      }))
  }
})

/** As it is at times, so that damage to the text alone is met, too. */
function mangled(data: object, random: Random): object {
  return random.onceIn(4) ? data : damagedData(data, random)
}

function orText(random: Random, write: () => string): string {
  try {
    return write()
  } catch {
    // TOML can't say everything that damage makes.
    return damagedText('runtime = "python3.13"\nhandler = "app.handler"\n', random)
  }
}

/** After loading, nothing is undefined and every number is one. */
function checkComplete(config: Config): void {
  const visit = (value: unknown, path: string): void => {
    assert.ok(value !== undefined && !Number.isNaN(value), `${path} is ${value}`)
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`)
  }
  visit(config, 'config')
  assert.ok(config.functions.length > 0)
  for (const one of config.functions) assert.match(one.name, /^[\w-]+$/)
}
