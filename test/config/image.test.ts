import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ImageConfig } from '../../src/model.ts'
import { describe } from '../helpers.ts'
import { inProject, loadIn, PYTHON_HANDLER, problemsOf } from './load-in.ts'

const FILES = { 'app.py': PYTHON_HANDLER, 'index.mjs': 'export const handler = async () => 1\n' }
const PYTHON = { name: 'hello', runtime: 'python3.13', handler: 'app.lambda_handler' }
const NODE = { name: 'hello', runtime: 'nodejs22.x', handler: 'index.handler' }

function imagesOf(config: object): Promise<readonly ImageConfig[]> {
  return inProject({ ...FILES, 'lpack.config.json': JSON.stringify(config) }, async dir =>
    (await loadIn(dir)).functions.map(({ image, root }) => ({
      ...image,
      copy: image.copy.map(({ from, to }) => ({ from: from.replace(root, '<root>'), to })),
    })),
  )
}

async function refuses(config: object, expected: string): Promise<void> {
  assert.equal(await problemsOf('lpack.config.json', JSON.stringify(config), FILES), [`lpack.config.json: ${expected}`])
}

/** A config of one Python function with one key of `image`. */
function withImage(image: object): object {
  return { ...PYTHON, image }
}

describe('config/image', it => {
  it('has a default for each key', async () => {
    assert.equal(await imagesOf(PYTHON), [
      {
        base: 'public.ecr.aws/lambda/python:3.13-x86_64',
        pin: false,
        packages: [],
        buildPackages: [],
        install: 'copy',
        copy: [],
        labels: {},
        tag: 'hello:latest',
      },
    ])
  })

  const bases: [object, string][] = [
    [{ ...PYTHON, architecture: 'arm64' }, 'public.ecr.aws/lambda/python:3.13-arm64'],
    [{ ...PYTHON, runtime: 'python3.15' }, 'public.ecr.aws/lambda/python:3.15-preview-x86_64'],
    [NODE, 'public.ecr.aws/lambda/nodejs:22-x86_64'],
    [{ ...NODE, runtime: 'nodejs26.x', architecture: 'arm64' }, 'public.ecr.aws/lambda/nodejs:26-preview-arm64'],
  ]
  for (const [config, base] of bases) {
    it(`takes ${base} where the config names no base`, async () => {
      assert.is((await imagesOf(config))[0]?.base, base)
    })
  }

  const fitting = [
    'python',
    'public.ecr.aws/lambda/python:3.13',
    'public.ecr.aws/lambda/python:3.13.2026.11.10.05-x86_64',
    'public.ecr.aws/lambda/python:latest',
    'amazon/aws-lambda-python:3.13',
    'localhost:5000/team/base:amd64-7',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/lambda/python:3.13-x86_64',
    `registry.example.com/base:1@sha256:${'a'.repeat(64)}`,
  ]
  for (const base of fitting) {
    it(`takes the base ${base.slice(0, 60)} as it is`, async () => {
      assert.is((await imagesOf(withImage({ base })))[0]?.base, base)
    })
  }

  for (const base of ['Python:3.13', 'public.ecr.aws/lambda/python:', 'a b', 'python:3.13\nRUN id', 'x@sha256:12']) {
    it(`refuses the base ${JSON.stringify(base)}, which is no reference`, () =>
      refuses(
        withImage({ base }),
        `image.base is ${JSON.stringify(base)}, which names no image. Write it as repository/name:tag, in lower case.`,
      ))
  }

  const contradicting: [object, string][] = [
    [
      withImage({ base: 'public.ecr.aws/lambda/python:3.13-arm64' }),
      'which is for arm64, and the function runs on x86_64. Change one.',
    ],
    [
      { ...withImage({ base: 'example.com/base:7-amd64' }), architecture: 'arm64' },
      'which is for x86_64, and the function runs on arm64. Change one.',
    ],
    [
      withImage({ base: 'example.com/base:aarch64' }),
      'which is for arm64, and the function runs on x86_64. Change one.',
    ],
    [withImage({ base: 'public.ecr.aws/lambda/python:3.12' }), 'and the function runs on python3.13. Change one.'],
    [withImage({ base: 'public.ecr.aws/lambda/nodejs:22' }), 'and the function runs on python3.13. Change one.'],
    [withImage({ base: 'amazon/aws-lambda-nodejs' }), 'and the function runs on python3.13. Change one.'],
  ]
  for (const [config, expected] of contradicting) {
    const { base } = (config as { readonly image: { readonly base: string } }).image
    it(`refuses the base ${base}, ${expected.replace('Change one.', '').trim()}`, () =>
      refuses(config, `image.base is "${base}", ${expected}`))
  }

  it('takes a default base for the functions of its language alone', async () => {
    const base = 'public.ecr.aws/lambda/python:3.13'
    const functions = { one: PYTHON, two: NODE }
    const config = { image: { base, buildPackages: ['gcc'], install: 'in-image' }, functions: nameless(functions) }
    assert.equal(
      (await imagesOf(config)).map(image => [image.base, image.buildPackages, image.install]),
      [
        [base, ['gcc'], 'in-image'],
        ['public.ecr.aws/lambda/nodejs:22-x86_64', [], 'copy'],
      ],
    )
  })

  it('names the function that a default base does not suit', () =>
    refuses(
      {
        image: { base: 'example.com/base:1-arm64' },
        functions: nameless({ one: { ...PYTHON, architecture: 'arm64' }, two: PYTHON }),
      },
      'image.base is "example.com/base:1-arm64", which is for arm64, and the function "two" runs on x86_64. Change one.',
    ))

  it("refuses a Python function's keys for Node.js", async () => {
    const image = { buildPackages: ['gcc'], install: 'in-image' }
    assert.equal(await problemsOf('lpack.config.json', JSON.stringify({ ...NODE, image }), FILES), [
      'lpack.config.json: image.buildPackages is for Python functions, and this one runs on nodejs22.x. Remove it.',
      'lpack.config.json: image.install is for Python functions, and this one runs on nodejs22.x. Remove it.',
    ])
  })

  const copies: [string | object, object][] = [
    ['models', { from: '<root>/models', to: 'models' }],
    ['./data//weights/', { from: '<root>/data/weights', to: 'data/weights' }],
    ['model.bin', { from: '<root>/model.bin', to: 'model.bin' }],
    [{ from: 'data/weights' }, { from: '<root>/data/weights', to: 'data/weights' }],
    [
      { from: 'data', to: './models/x/' },
      { from: '<root>/data', to: 'models/x' },
    ],
    [
      { from: '.', to: 'all' },
      { from: '<root>', to: 'all' },
    ],
  ]
  for (const [copy, expected] of copies) {
    it(`copies ${JSON.stringify(copy)}`, async () => {
      assert.equal((await imagesOf(withImage({ copy: [copy] })))[0]?.copy, [
        { ...expected, from: join((expected as { readonly from: string }).from) },
      ])
    })
  }

  for (const from of ['../shared', '/opt/models', '.', 'a/../..', 'a\\b']) {
    it(`asks where ${from} goes`, async () => {
      const [line = ''] = await problemsOf('lpack.config.json', JSON.stringify(withImage({ copy: [from] })), FILES)
      assert.ok(
        line.startsWith(
          `lpack.config.json: image.copy[0] is ${JSON.stringify(from)}, which is not a path below the function's root. Say where it goes`,
        ),
        line,
      )
    })
  }

  for (const to of ['../x', '/opt/models', '.', './', 'a/../..', 'a\\b', 'C:/x', 'a\nRUN id']) {
    it(`refuses to copy to ${JSON.stringify(to)}`, () =>
      refuses(
        withImage({ copy: [{ from: 'models', to }] }),
        `image.copy[0].to is ${JSON.stringify(to)}; it must be a path below the task root, such as "models".`,
      ))
  }

  it('refuses two copies to one place', () =>
    refuses(
      withImage({ copy: ['models', { from: '../m', to: './models' }] }),
      'image.copy[1].to is "models", to which another entry is copied. Change one.',
    ))

  const tags: [string, string | undefined, string][] = [
    ['Hello', undefined, 'hello:latest'],
    ['-My__Function_', undefined, 'my__function:latest'],
    ['a-_-b___c', undefined, 'a-b-c:latest'],
    ['_', undefined, 'function:latest'],
    ['Hello', 'example.com/team/{name}:1.2', 'example.com/team/hello:1.2'],
    ['Hello', 'registry:5000/x', 'registry:5000/x'],
  ]
  for (const [name, tag, expected] of tags) {
    it(`calls the image of ${name} ${expected}`, async () => {
      assert.is((await imagesOf({ ...PYTHON, name, image: tag === undefined ? {} : { tag } }))[0]?.tag, expected)
    })
  }

  for (const tag of ['Hello', 'a b:1', '{nam}:1', 'x:1 && id']) {
    it(`refuses the tag ${tag}`, () =>
      refuses(
        withImage({ tag }),
        `image.tag is ${JSON.stringify(tag)}, which names no image. Write it as hello:latest or example.com/{name}:1.2, in lower case.`,
      ))
  }

  it('refuses one tag for two functions', async () => {
    const functions = nameless({ one: PYTHON, two: PYTHON })
    await refuses(
      { image: { tag: 'team/app:1' }, functions },
      'image.tag calls the images of "one" and "two" both "team/app:1". Write {name} where they differ.',
    )
    assert.equal(
      (await imagesOf({ image: { tag: 'team/{name}:1' }, functions })).map(({ tag }) => tag),
      ['team/one:1', 'team/two:1'],
    )
  })
})

/** Under `functions` the key is the name. */
function nameless(functions: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  return Object.fromEntries(Object.entries(functions).map(([key, value]) => [key, { ...value, name: undefined }]))
}
