import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { copyFixture, describe, inTemporaryFolder, rejects } from '../helpers.ts'
import { inProject, loadIn, PYTHON_HANDLER, problemsOf } from './load-in.ts'

const NEWEST = 'python3.14 (the newest that is not a preview, as nothing here says which)'
const venv = (version: string) => `home = /usr/bin\ninclude-system-site-packages = false\n${version}\n`
const requires = (specifier: string) => `[project]\nname = "x"\nrequires-python = "${specifier}"\n`
const poetry = (constraint: string) => `[tool.poetry.dependencies]\npython = "${constraint}"\n`

/** What a folder holds beside its handler → the runtime and why, or the reason for none. */
const RUNTIMES: readonly [Readonly<Record<string, string>>, string][] = [
  [{}, NEWEST],
  [{ '.python-version': '3.12\n' }, 'python3.12 (from .python-version)'],
  [{ '.python-version': '# ours\n\n3.11.9 # pinned\n3.12\n' }, 'python3.11 (from .python-version)'],
  [{ '.python-version': 'cpython-3.10.4-linux-x86_64-gnu\n' }, 'python3.10 (from .python-version)'],
  [{ '.python-version': 'cpython@3.12\r\n' }, 'python3.12 (from .python-version)'],
  [{ '.python-version': '>=3.11,<3.13' }, 'python3.12 (from .python-version)'],
  [{ '.python-version': '3.15' }, 'python3.15 (from .python-version)'],
  [{ '.python-version': '3.9' }, 'python3.9 (from .python-version)'],
  [{ '.python-version': '3.1' }, '.python-version says Python 3.1, which no runtime has'],
  [{ '.python-version': '3.16.0a1' }, '.python-version says Python 3.16, which no runtime has'],
  [{ '.python-version': 'my-pyenv-environment\n' }, NEWEST],
  [{ '.python-version': '' }, NEWEST],
  [{ '.python-version': '3.12', 'pyproject.toml': requires('>=3.9') }, 'python3.12 (from .python-version)'],
  [{ 'pyproject.toml': requires('>=3.9') }, 'python3.14 (from requires-python >=3.9 of pyproject.toml)'],
  [{ 'pyproject.toml': requires('>=3.11,<3.13') }, 'python3.12 (from requires-python >=3.11,<3.13 of pyproject.toml)'],
  [{ 'pyproject.toml': requires('==3.13.*') }, 'python3.13 (from requires-python ==3.13.* of pyproject.toml)'],
  [{ 'pyproject.toml': requires('~=3.12.4') }, 'python3.12 (from requires-python ~=3.12.4 of pyproject.toml)'],
  [{ 'pyproject.toml': requires('==3.12.7') }, 'python3.12 (from requires-python ==3.12.7 of pyproject.toml)'],
  [{ 'pyproject.toml': requires('!=3.14.*') }, 'python3.13 (from requires-python !=3.14.* of pyproject.toml)'],
  // Python 3.10 is past its end; only what allows nothing newer gets it.
  [{ 'pyproject.toml': requires('<3.11') }, 'python3.10 (from requires-python <3.11 of pyproject.toml)'],
  [
    { 'pyproject.toml': requires('>=3.15') },
    'no runtime but a preview could satisfy requires-python >=3.15 of pyproject.toml',
  ],
  [{ 'pyproject.toml': '[project]\nname = "python-thing"\n' }, NEWEST],
  [{ 'pyproject.toml': poetry('^3.9,<3.13') }, 'python3.12 (from python ^3.9,<3.13 of pyproject.toml)'],
  [{ 'pyproject.toml': poetry('^3.11') }, 'python3.14 (from python ^3.11 of pyproject.toml)'],
  [{ 'pyproject.toml': poetry('~3.11') }, 'python3.11 (from python ~3.11 of pyproject.toml)'],
  [{ 'pyproject.toml': poetry('3.12.*') }, 'python3.12 (from python 3.12.* of pyproject.toml)'],
  [{ 'pyproject.toml': poetry('>=3.9 <3.12') }, 'python3.11 (from python >=3.9 <3.12 of pyproject.toml)'],
  [{ 'pyproject.toml': poetry('~3.9 || ~3.12') }, 'python3.12 (from python ~3.9 || ~3.12 of pyproject.toml)'],
  [{ Pipfile: '[packages]\n[requires]\npython_version = "3.11"\n' }, 'python3.11 (from Pipfile)'],
  [{ Pipfile: '[requires]\npython_full_version = "3.12.4"\n' }, 'python3.12 (from Pipfile)'],
  [{ Pipfile: '[packages]\n' }, NEWEST],
  [
    { 'uv.lock': 'version = 1\nrequires-python = ">=3.12, <3.14"\n\n[[package]]\nname = "x"\n' },
    'python3.13 (from requires-python >=3.12, <3.14 of uv.lock)',
  ],
  [{ '.venv/pyvenv.cfg': venv('version_info = 3.12.3.final.0') }, 'python3.12 (from the virtual environment .venv)'],
  [{ 'venv/pyvenv.cfg': venv('version = 3.11.7') }, 'python3.11 (from the virtual environment venv)'],
  [{ '.venv/pyvenv.cfg': venv('version = 3.7.2') }, NEWEST],
  [
    { '.venv/pyvenv.cfg': venv('version = 3.12.1'), 'pyproject.toml': requires('>=3.11') },
    'python3.14 (from requires-python >=3.11 of pyproject.toml)',
  ],
]

const NEWEST_NODE = 'nodejs24.x (the newest that is not a preview, as nothing here says which)'
const engines = (node: string) => JSON.stringify({ engines: { node } })

/** What a folder holds beside its Node.js handler → the runtime and why, or the reason for none. */
const NODE_RUNTIMES: readonly [Readonly<Record<string, string>>, string][] = [
  [{}, NEWEST_NODE],
  [{ '.nvmrc': 'v22.11.0\n' }, 'nodejs22.x (from .nvmrc)'],
  [{ '.nvmrc': '# ours\n\n20\n' }, 'nodejs20.x (from .nvmrc)'],
  [{ '.nvmrc': 'lts/jod' }, 'nodejs22.x (from .nvmrc)'],
  [{ '.nvmrc': 'lts/*' }, 'nodejs24.x (from .nvmrc)'],
  [{ '.nvmrc': 'node' }, NEWEST_NODE],
  [{ '.nvmrc': '26' }, 'nodejs26.x (from .nvmrc)'],
  [{ '.nvmrc': '23' }, '.nvmrc says Node.js 23, which no runtime has'],
  [{ '.node-version': '22.3.0\r\n' }, 'nodejs22.x (from .node-version)'],
  [{ '.nvmrc': '22', '.node-version': '20', 'package.json': engines('18') }, 'nodejs22.x (from .nvmrc)'],
  [{ 'package.json': engines('>=18') }, 'nodejs24.x (from engines.node >=18 of package.json)'],
  [{ 'package.json': engines('^22.12.0') }, 'nodejs22.x (from engines.node ^22.12.0 of package.json)'],
  [{ 'package.json': engines('>=20 <24') }, 'nodejs22.x (from engines.node >=20 <24 of package.json)'],
  [{ 'package.json': engines('18 || 20') }, 'nodejs20.x (from engines.node 18 || 20 of package.json)'],
  [{ 'package.json': engines('20.x') }, 'nodejs20.x (from engines.node 20.x of package.json)'],
  [{ 'package.json': engines('>=26') }, 'no runtime but a preview could satisfy engines.node >=26 of package.json'],
  [{ 'package.json': engines('whatever') }, NEWEST_NODE],
  [{ '.python-version': '3.12' }, NEWEST_NODE],
]

const NODE_CODE = 'export const handler = async () => 1\n'

/** The files of a Node.js function → its handler and the file. */
const NODE_HANDLERS: readonly [Readonly<Record<string, string>>, string][] = [
  [{ 'index.mjs': NODE_CODE }, 'index.handler (from index.mjs)'],
  [{ 'src/index.ts': NODE_CODE }, 'src/index.handler (from src/index.ts)'],
  [{ 'app.js': 'exports.handler = async () => 1\n' }, 'app.handler (from app.js)'],
  [{ 'app.cjs': 'module.exports = { handler: async () => 1 }\n' }, 'app.handler (from app.cjs)'],
  [{ 'app.mjs': 'export async function lambdaHandler() {}\n' }, 'app.lambdaHandler (from app.mjs)'],
  [{ 'main.tsx': 'const a = 1\nexport { a as handler }\n' }, 'main.handler (from main.tsx)'],
  [{ 'index.js': 'exports.handler = 1\n', 'index.ts': NODE_CODE }, 'index.handler (from index.js)'],
  [{ 'index.ts': 'export const routes = []\n', 'src/lambda.ts': NODE_CODE }, 'src/lambda.handler (from src/lambda.ts)'],
  [
    { 'package.json': '{ "main": "lib/shop.js" }', 'lib/shop.js': 'exports.handler = 1\n' },
    'lib/shop.handler (from lib/shop.js)',
  ],
  [
    { 'package.json': '{ "main": "dist/shop.js", "source": "lib/shop.ts" }', 'lib/shop.ts': NODE_CODE },
    'dist/shop.handler (from lib/shop.ts)',
  ],
  [{ 'package.json': '{ "source": "lib/shop.ts" }', 'lib/shop.ts': NODE_CODE }, 'lib/shop.handler (from lib/shop.ts)'],
  [
    { 'package.json': '{ "exports": { ".": { "import": "./shop.mjs" } } }', 'shop.mjs': NODE_CODE },
    'shop.handler (from shop.mjs)',
  ],
  [
    { 'package.json': '{ "main": "server.js" }', 'server.js': 'listen()\n', 'index.ts': NODE_CODE },
    'index.handler (from index.ts)',
  ],
  [{ 'package.json': '{ broken', 'index.mjs': NODE_CODE }, 'index.handler (from index.mjs)'],
]

const NO_NODE =
  'no index, app, main, handler or lambda (.ts, .js, .mjs …) here or in src exports handler or lambdaHandler'

const HANDLERS: readonly [Readonly<Record<string, string>>, string][] = [
  [
    { 'lambda_function.py': PYTHON_HANDLER, 'app.py': PYTHON_HANDLER },
    'lambda_function.lambda_handler (from lambda_function.py)',
  ],
  [{ 'lambda_function.py': 'handler = print\n', 'app.py': PYTHON_HANDLER }, 'app.lambda_handler (from app.py)'],
  [{ 'main.py': 'from mangum import Mangum\nhandler = Mangum(None)\n' }, 'main.handler (from main.py)'],
  [{ 'index.py': 'async def handler(event, context):\n    pass\n' }, 'index.handler (from index.py)'],
  [{ 'handler.py': 'from shop import lambda_handler\n' }, 'handler.lambda_handler (from handler.py)'],
  [
    { 'orders.py': PYTHON_HANDLER, 'tools.py': 'x = 1\n', 'test_orders.py': 'from orders import lambda_handler\n' },
    'orders.lambda_handler (from orders.py)',
  ],
]

const NO_HANDLERS: readonly [Readonly<Record<string, string>>, string][] = [
  [
    {},
    `no lambda_function.py, app.py, main.py, handler.py or index.py defines lambda_handler or handler, and ${NO_NODE}`,
  ],
  [{ 'app.py': 'def other(): pass\n' }, 'app.py defines neither lambda_handler nor handler'],
  [
    { 'app.py': '', 'main.py': '"""\ndef handler(): pass\n"""\n' },
    'app.py and main.py define neither lambda_handler nor handler',
  ],
  [
    { 'a.py': PYTHON_HANDLER, 'b.py': PYTHON_HANDLER },
    'a.lambda_handler and b.lambda_handler could each be the handler',
  ],
  [
    { 'src/app.py': PYTHON_HANDLER },
    `no lambda_function.py, app.py, main.py, handler.py or index.py defines lambda_handler or handler, and ${NO_NODE}`,
  ],
]

describe('config/infer: runtime', it => {
  for (const [files, expected] of RUNTIMES) {
    it(`takes ${JSON.stringify(files)} for ${expected}`, () =>
      inProject({ 'app.py': PYTHON_HANDLER, ...files }, async dir => {
        if (expected.startsWith('python')) {
          assert.is((await loadIn(dir)).inferred[1], `runtime ${expected}`)
        } else {
          const error = await rejects(() => loadIn(dir), 'RUNTIME_NOT_INFERRED')
          assert.ok(
            error.message.includes(`: ${expected}. Write a config that names one of python3.9, `),
            error.message,
          )
        }
      }))
  }

  for (const [files, expected] of NODE_RUNTIMES) {
    it(`takes ${JSON.stringify(files)} of Node.js for ${expected}`, () =>
      inProject({ 'index.mjs': NODE_CODE, ...files }, async dir => {
        if (expected.startsWith('nodejs')) {
          assert.is((await loadIn(dir)).inferred[1], `runtime ${expected}`)
        } else {
          const error = await rejects(() => loadIn(dir), 'RUNTIME_NOT_INFERRED')
          assert.ok(
            error.message.includes(
              `: ${expected}. Write a config that names one of nodejs18.x, nodejs20.x, nodejs22.x, nodejs24.x, such as`,
            ),
            error.message,
          )
        }
      }))
  }

  it('takes the engines of the workspace', () =>
    inProject({ '.git/HEAD': '', 'package.json': engines('22'), 'a/index.mjs': NODE_CODE }, async dir => {
      const [, runtime] = (await loadIn(join(dir, 'a'))).inferred
      assert.is(runtime, 'runtime nodejs22.x (from engines.node 22 of package.json in ..)')
    }))

  it('takes the nearest folder that says something, up to the checkout', () =>
    inProject(
      {
        '../.python-version': '3.9',
        '.git/HEAD': '',
        '.python-version': '3.11',
        'a/pyproject.toml': requires('<3.13'),
        'a/b/app.py': PYTHON_HANDLER,
      },
      async dir => {
        assert.is(
          (await loadIn(join(dir, 'a/b'))).inferred[1],
          'runtime python3.12 (from requires-python <3.13 of pyproject.toml in ..)',
        )
      },
    ))

  it('takes the active virtual environment last', () =>
    inProject({ 'app.py': PYTHON_HANDLER, 'elsewhere/pyvenv.cfg': venv('version = 3.11.1') }, async dir => {
      const env = { VIRTUAL_ENV: join(dir, 'elsewhere') }
      assert.is(
        (await loadIn(dir, { env })).inferred[1],
        'runtime python3.11 (from the virtual environment VIRTUAL_ENV)',
      )
    }))

  it('says where a broken pyproject.toml breaks', () =>
    inProject({ 'app.py': PYTHON_HANDLER, 'pyproject.toml': '[project]\nrequires-python = \n' }, async dir => {
      const error = await rejects(() => loadIn(dir), 'CONFIG_UNREADABLE')
      assert.ok(error.message.startsWith(`${join(dir, 'pyproject.toml')}:2:`), error.message)
    }))

  it('is a problem of the config where one is there', async () => {
    assert.equal(await problemsOf('lpack.config.json', '{ "timeout": 0 }', { '.python-version': '3.7' }), [
      'lpack.config.json: timeout is 0; it must be a whole number of seconds from 1 to 900.',
      "lpack.config.json: runtime is missing, and can't be inferred: .python-version says Python 3.7, which no runtime has. Add it.",
    ])
  })
})

describe('config/infer: handler', it => {
  for (const [files, expected] of HANDLERS) {
    it(`takes ${Object.keys(files).join(' and ')} for ${expected}`, () =>
      inProject(files, async dir => assert.is((await loadIn(dir)).inferred[2], `handler ${expected}`)))
  }

  for (const [files, expected] of NO_HANDLERS) {
    it(`says of ${Object.keys(files).join(' and ') || 'an empty folder'} that ${expected}`, async () => {
      await inProject(files, async dir => {
        const error = await rejects(() => loadIn(dir), 'NOTHING_TO_PACK')
        assert.is(
          error.message,
          `${dir} has no lpack config and nothing that tells what to pack: ${expected}.\n` +
            "Add such a file, go to the function's folder, or write a config, such as lpack.config.json:\n" +
            '  { "name": "hello", "runtime": "python3.13", "handler": "lambda_function.lambda_handler" }',
        )
      })
    })
  }

  for (const [files, expected] of NODE_HANDLERS) {
    it(`takes ${JSON.stringify(files)} for ${expected}`, () =>
      inProject(files, async dir => assert.is((await loadIn(dir)).inferred[2], `handler ${expected}`)))
  }

  it('says of a Node.js project without a handler what it looks for', () =>
    inProject({ 'package.json': '{}', 'index.ts': 'export const routes = []\n' }, async dir => {
      const error = await rejects(() => loadIn(dir), 'NOTHING_TO_PACK')
      assert.ok(error.message.includes(`what to pack: ${NO_NODE}.\n`), error.message)
      assert.ok(error.message.endsWith('{ "name": "hello", "runtime": "nodejs24.x", "handler": "src/index.handler" }'))
    }))

  it('infers all of a lone Node.js function, and says so', () =>
    inTemporaryFolder(async outer => {
      const dir = join(outer, 'hello')
      await copyFixture('config/node-alone', dir)
      const config = await loadIn(dir)
      assert.is(config.functions[0]?.runtime, 'nodejs24.x')
      assert.equal(config.functions[0]?.bundle, { kind: 'bundle', options: {} })
      assert.equal(config.inferred, [
        'name hello (from the folder)',
        `runtime ${NEWEST_NODE}`,
        'handler index.handler (from index.mjs)',
      ])
    }))

  it('infers all of a lone function, and says so', () =>
    inTemporaryFolder(async outer => {
      const dir = join(outer, 'hello')
      await copyFixture('config/lambda-function-alone', dir)
      const config = await loadIn(dir)
      assert.is(config.file, null)
      assert.is(config.dir, dir)
      assert.is(config.outDir, join(dir, 'lpack.out'))
      assert.equal(config.inferred, [
        'name hello (from the folder)',
        `runtime ${NEWEST}`,
        'handler lambda_function.lambda_handler (from lambda_function.py)',
      ])
    }))

  it('passes over links that lead nowhere', () =>
    inProject({ 'main.py': PYTHON_HANDLER }, async dir => {
      await symlink('gone.py', join(dir, 'app.py'))
      await symlink('.', join(dir, 'lambda_function.py'))
      assert.is((await loadIn(dir)).functions[0]?.handler, 'main.lambda_handler')
    }))

  it('packs Python beside a package.json that only holds tools', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('config/python-with-node-tools', dir)
      assert.is((await loadIn(dir)).functions[0]?.handler, 'app.lambda_handler')
    }))

  it('asks where Python and Node.js both fit', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('config/python-and-node', dir)
      const error = await rejects(() => loadIn(dir), 'PYTHON_OR_NODE')
      assert.is(
        error.message,
        `${dir} can be packed as Python or as Node.js. Write lpack.config.json as one of:\n` +
          '  {"runtime":"python3.14","handler":"app.lambda_handler"}\n  {"runtime":"nodejs24.x","handler":"index.handler"}',
      )
    }))

  it('lets a config decide where both fit', async () => {
    const files = { 'index.mjs': 'export const handler = 1\n', 'lambda_function.py': PYTHON_HANDLER }
    assert.equal(await problemsOf('lpack.config.json', '{}', files), [
      "lpack.config.json: handler is missing, and can't be inferred: lambda_function.py and index.mjs both look like one. Add it.",
    ])
    await inProject({ ...files, 'lpack.config.json': '{ "runtime": "python3.13" }' }, async dir => {
      assert.is((await loadIn(dir)).functions[0]?.handler, 'lambda_function.lambda_handler')
    })
    await inProject({ ...files, 'lpack.config.json': '{ "runtime": "nodejs22.x" }' }, async dir => {
      assert.is((await loadIn(dir)).functions[0]?.handler, 'index.handler')
    })
    await inProject({ ...files, 'lpack.config.json': '{ "handler": "index.handler" }' }, async dir => {
      assert.is((await loadIn(dir)).functions[0]?.runtime, 'nodejs24.x')
    })
  })

  it('takes the language of the file that a handler names', async () => {
    for (const [handler, files, runtime] of [
      ['src/index.handler', { 'src/index.ts': '' }, 'nodejs24.x'],
      ['src/orders.handler', { 'src/orders.py': '' }, 'python3.14'],
      ['dist/index.handler', { 'package.json': '{}' }, 'nodejs24.x'],
    ] as const) {
      const config = { 'lpack.config.json': JSON.stringify({ handler }) }
      await inProject({ ...files, ...config }, async dir =>
        assert.is((await loadIn(dir)).functions[0]?.runtime, runtime, handler),
      )
    }
  })

  it('asks for the runtime of a handler that both languages have', async () => {
    const files = { 'app.py': PYTHON_HANDLER, 'app.mjs': NODE_CODE }
    assert.equal(await problemsOf('lpack.config.json', '{ "handler": "app.handler" }', files), [
      'lpack.config.json: runtime is missing, and can\'t be inferred: "app.handler" is there as Python and as Node.js. Add it.',
    ])
  })

  it('leaves a handler of the config to the check of the packed files', () =>
    inProject({ 'lpack.config.json': '{ "handler": "not_there.handler" }' }, async dir => {
      assert.is((await loadIn(dir)).functions[0]?.handler, 'not_there.handler')
    }))
})
