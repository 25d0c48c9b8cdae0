import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import * as assert from 'uvu/assert'
import schema from '../../schema.json' with { type: 'json' }
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../../src/aws/runtimes.ts'
import { problemLine } from '../../src/config/problem.ts'
import { validate } from '../../src/config/validate.ts'
import { describe, REPOSITORY } from '../helpers.ts'
import { inProject, loadIn, PYTHON_HANDLER } from './load-in.ts'

interface Node {
  readonly $ref?: string
  readonly description?: string
  readonly errorMessage?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}

const definitions: Readonly<Record<string, Node>> = schema.definitions
const FUNCTION_KEYS = Object.keys(schema.definitions.function.properties)
const ESBUILD_OPTIONS: Readonly<Record<string, Node>> = schema.definitions.esbuild.properties
const IMAGE_KEYS: Readonly<Record<string, Node>> = schema.definitions.image.properties
const TOP_KEYS = Object.keys(schema.properties)

describe('config/schema', it => {
  it('has the keys and descriptions of the types', async () => {
    assert.equal(await membersOf('RawFunction'), describedIn(schema.definitions.function.properties))
    assert.equal(
      { ...(await membersOf('RawConfig')), ...(await membersOf('RawFunction')) },
      describedIn(schema.properties),
    )
    assert.equal(await membersOf('RawLayer'), describedIn(schema.definitions.layer.properties))
    assert.equal(await membersOf('RawLeaks'), describedIn(schema.definitions.leaks.properties))
    assert.equal(await membersOf('RawIgnored'), describedIn(schema.definitions.ignored.properties))
    assert.equal(await membersOf('RawImage'), describedIn(schema.definitions.image.properties))
    assert.equal(await membersOf('RawImageCopy'), describedIn(schema.definitions.imageCopy.properties))
    assert.equal(await membersOf('RawBudget'), describedIn(schema.definitions.budget.properties))
  })

  it('is a JSON schema of draft 7', async () => {
    const ajv = new Ajv({ strict: false })
    assert.ok(await ajv.validateSchema(schema), ajv.errorsText())
  })

  it('lists the runtimes of the table', () => {
    assert.equal(
      schema.definitions.runtime.enum,
      [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id),
    )
  })

  it("has esbuild's options of the types", async () => {
    const source = await readFile(join(REPOSITORY, 'src/config/define.ts'), 'utf8')
    const picked = /Pick<\s*BuildOptions,([^>]*)>/.exec(source)?.[1]?.match(/\w+/g) ?? []
    assert.ok(picked.length > 20)
    const own = await membersOf('RawEsbuild')
    assert.equal([...picked, ...Object.keys(own)].sort(), Object.keys(ESBUILD_OPTIONS).sort())
    for (const [key, text] of Object.entries(own)) assert.is(ESBUILD_OPTIONS[key]?.description, text)
  })

  for (const key of Object.keys(ESBUILD_OPTIONS)) {
    it(`accepts its examples of esbuild.${key}, and refuses another type`, async () => {
      for (const example of examplesOf(ESBUILD_OPTIONS, key)) await accepts({ esbuild: { [key]: example } })
      const [problem] = await validate({ esbuild: { [key]: null } })
      assert.equal(problem?.keys, ['esbuild', key])
    })
  }

  for (const key of Object.keys(IMAGE_KEYS)) {
    it(`accepts its examples of image.${key}, and refuses another type`, async () => {
      for (const example of examplesOf(IMAGE_KEYS, key)) await accepts({ image: { [key]: example } })
      const [problem] = await validate({ image: { [key]: null } })
      assert.equal(problem?.keys, ['image', key])
    })
  }

  it('tells the rule of every key', () => {
    const keys = [schema.properties, ESBUILD_OPTIONS, IMAGE_KEYS].flatMap(properties =>
      Object.entries(resolved(properties)),
    )
    for (const [name, node] of [...Object.entries(definitions), ...keys]) {
      assert.type(node.errorMessage, 'string', name)
    }
  })

  for (const key of TOP_KEYS) {
    it(`accepts its examples of ${key} at the top`, async () => {
      for (const example of examplesOf(schema.properties, key)) await accepts({ [key]: example })
    })
  }

  for (const key of FUNCTION_KEYS) {
    it(`accepts its examples of ${key} in a function, and refuses another type`, async () => {
      for (const example of examplesOf(schema.definitions.function.properties, key))
        await accepts({ functions: { hello: { [key]: example } } })
      const [problem] = await validate({ functions: { hello: { [key]: null } } })
      assert.equal(problem?.keys, ['functions', 'hello', key])
    })
  }

  it('names the defaults that are filled in', async () => {
    const config = await inProject({ 'lambda_function.py': PYTHON_HANDLER, 'lpack.config.json': '{}' }, async dir => {
      const { functions, outDir } = await loadIn(dir)
      assert.is(outDir, join(dir, String(schema.properties.outDir.default)))
      assert.is(functions[0]?.root, join(dir, schema.definitions.root.default))
      return functions[0]
    })
    const withDefault = Object.entries(definitions).filter(([, { default: value }]) => value !== undefined)
    assert.equal(
      withDefault.map(([key]) => key),
      ['architecture', 'root', 'runtimeSdk', 'slim'],
    )
    for (const [key, { default: value }] of withDefault) {
      if (key !== 'root') assert.is(config?.[key as 'slim'], value, key)
    }
  })

  it('fills a list with nothing where the config has none', async () => {
    await inProject({ 'lambda_function.py': PYTHON_HANDLER, 'lpack.config.json': '{}' }, async dir => {
      const [one] = (await loadIn(dir)).functions
      for (const key of [
        'include',
        'exclude',
        'executable',
        'groups',
        'extras',
        'findLinks',
        'layers',
        'ignore',
      ] as const)
        assert.equal(one?.[key], [])
      assert.equal(one?.dependencies, { kind: 'found' })
      assert.equal(one?.leaks, { severity: 'warning', allow: [] })
      assert.equal(one?.budget, { zippedBytes: null, unzippedBytes: null })
    })
  })
})

/** Key → docstring of an interface in define.ts; `functions` and the like included. */
async function membersOf(name: string): Promise<Readonly<Record<string, string>>> {
  const source = await readFile(join(REPOSITORY, 'src/config/define.ts'), 'utf8')
  const body = new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? ''
  const members = [...body.matchAll(/\/\*\* (.*) \*\/\n {2}readonly ([$\w]+)\??:/g)].map(([, text, key]) => [key, text])
  assert.is(members.length, body.match(/readonly [$\w]+\??:/g)?.length, `each member of ${name} has a docstring`)
  return sorted(Object.fromEntries(members))
}

function describedIn(properties: Readonly<Record<string, Node>>): Readonly<Record<string, string>> {
  return sorted(
    Object.fromEntries(Object.entries(resolved(properties)).map(([key, { description }]) => [key, description ?? ''])),
  )
}

function resolved(properties: Readonly<Record<string, Node>>): Readonly<Record<string, Node>> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, node]) => [
      key,
      definitions[node.$ref?.replace('#/definitions/', '') ?? ''] ?? node,
    ]),
  )
}

function examplesOf(properties: Readonly<Record<string, Node>>, key: string): readonly unknown[] {
  const { examples = [], default: value } = resolved(properties)[key] ?? {}
  assert.ok(examples.length > 0, `${key} has an example`)
  return value === undefined ? examples : [...examples, value]
}

async function accepts(config: unknown): Promise<void> {
  const problems = await validate(config)
  assert.equal(
    problems.map(problem => problemLine({ file: 'config', prefix: [] }, problem)),
    [],
  )
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
