import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import { copyFixture, describe, inTemporaryFolder, needing, rejects, writeTree } from '../helpers.ts'
import { inProject, loadIn, PYTHON_HANDLER, problemsOf } from './load-in.ts'

const ONE = { runtime: 'python3.13', handler: 'app.handler' }
const YAML = 'runtime: python3.13\nhandler: app.handler\n'
const TOML = 'runtime = "python3.13"\nhandler = "app.handler"\n'
const SCRIPT = `export default ${JSON.stringify(ONE)}\n`
const COMMON_JS = `module.exports = ${JSON.stringify(ONE)}\n`

const PLACES: readonly [string, string][] = [
  ['package.json', JSON.stringify({ lpack: ONE })],
  ['pyproject.toml', `[tool.lpack]\n${TOML}`],
  ['lpack.config.ts', SCRIPT],
  ['lpack.config.mts', SCRIPT],
  ['lpack.config.cts', COMMON_JS],
  ['lpack.config.js', SCRIPT],
  ['lpack.config.mjs', SCRIPT],
  ['lpack.config.cjs', COMMON_JS],
  ['lpack.config.json', JSON.stringify(ONE)],
  ['lpack.config.yaml', YAML],
  ['lpack.config.yml', YAML],
  ['lpack.config.toml', TOML],
  ['.lpackrc', YAML],
  ['.lpackrc.json', JSON.stringify(ONE)],
  ['.lpackrc.yaml', YAML],
  ['.lpackrc.yml', YAML],
  ['.lpackrc.toml', TOML],
  ['.lpackrc.ts', SCRIPT],
  ['.lpackrc.mjs', SCRIPT],
]

describe('config/load: finding', it => {
  for (const [name, text] of PLACES) {
    it(`reads ${name}`, () =>
      inProject({ [name]: text }, async dir => {
        const config = await loadIn(dir)
        assert.is(config.file, join(dir, name))
        assert.is(config.dir, dir)
        assert.is(config.outDir, join(dir, 'lpack.out'))
        assert.equal(
          config.functions.map(({ name, runtime, handler }) => [name, runtime, handler]),
          [['project', 'python3.13', 'app.handler']],
        )
      }))
  }

  needing(it, 'mkfifo')('refuses a pipe, where it would wait for ever', () =>
    inProject({ 'app.py': PYTHON_HANDLER }, async dir => {
      await promisify(execFile)('mkfifo', [join(dir, 'lpack.config.json')])
      const error = await rejects(() => loadIn(dir), 'FILE_UNREADABLE')
      assert.match(error.message, `${join(dir, 'lpack.config.json')} can't be read`)
    }),
  )

  it('goes up to the root of the checkout, and resolves paths from the config', () =>
    inProject(
      { '.git/HEAD': '', 'lpack.config.json': JSON.stringify({ ...ONE, root: 'a' }), 'a/b/c/x.txt': '' },
      async dir => {
        const config = await loadIn(join(dir, 'a/b/c'))
        assert.is(config.file, join(dir, 'lpack.config.json'))
        assert.is(config.functions[0]?.root, join(dir, 'a'))
        assert.is(config.outDir, join(dir, 'lpack.out'))
      },
    ))

  it('stops at the root of the checkout, also where .git is a file', () =>
    inProject(
      { 'lpack.config.json': '{}', 'checkout/.git': 'gitdir: elsewhere', 'checkout/a/app.py': PYTHON_HANDLER },
      async dir => {
        assert.is((await loadIn(join(dir, 'checkout/a'))).file, null)
      },
    ))

  it('looks in the current folder alone where there is no checkout', () =>
    inProject({ 'lpack.config.json': '{}', 'a/app.py': PYTHON_HANDLER }, async dir => {
      assert.is((await loadIn(join(dir, 'a'))).file, null)
    }))

  it('passes over manifests without a config, broken ones and empty ones too', () =>
    inProject(
      {
        '.git/HEAD': '',
        'lpack.config.json': JSON.stringify(ONE),
        'a/package.json': '{',
        'a/pyproject.toml': '[project]\nname = "lpack-user"\n',
        'a/b/package.json': '',
        'a/b/pyproject.toml': '= not toml',
      },
      async dir => {
        assert.is((await loadIn(join(dir, 'a/b'))).file, join(dir, 'lpack.config.json'))
      },
    ))

  it('refuses two configs in one folder', () =>
    inProject({ '.lpackrc': YAML, 'package.json': JSON.stringify({ lpack: ONE }) }, async dir => {
      const error = await rejects(() => loadIn(dir), 'CONFIG_TWICE')
      assert.is(error.message, `${dir} has 2 configs: .lpackrc, package.json. Keep one, or name it with --config.`)
    }))

  it('reads the file that --config names, from the current folder, whatever its name', () =>
    inProject({ 'lpack.config.json': '{', 'settings/mine.conf': YAML }, async dir => {
      const config = await loadIn(dir, { configFile: 'settings/mine.conf' })
      assert.is(config.file, join(dir, 'settings/mine.conf'))
      assert.is(config.dir, join(dir, 'settings'))
    }))

  it('says that what --config names is missing, a folder, or without our key', () =>
    inProject({ 'package.json': '{}', 'pyproject.toml': '' }, async dir => {
      await rejects(() => loadIn(dir, { configFile: 'nothing.json' }), 'CONFIG_NOT_FOUND')
      await rejects(() => loadIn(dir, { configFile: '.' }), 'CONFIG_IS_FOLDER')
      const error = await rejects(() => loadIn(dir, { configFile: 'package.json' }), 'CONFIG_KEY_MISSING')
      assert.is(
        error.message,
        `${join(dir, 'package.json')} has no "lpack". Add it, or name another file with --config.`,
      )
      await rejects(() => loadIn(dir, { configFile: 'pyproject.toml' }), 'CONFIG_KEY_MISSING')
    }))

  it('says where package.json of the current folder breaks, which cosmiconfig reads for settings of its own', () =>
    inProject({ 'app.py': PYTHON_HANDLER, 'package.json': '{ "name" }' }, async dir => {
      const script = `import { loadIn } from ${JSON.stringify(new URL('load-in.ts', import.meta.url).href)}
        loadIn(${JSON.stringify(dir)}).catch(error => console.log(error.message))`
      const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script]
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: dir })
      assert.is(stdout, `${join(dir, 'package.json')}:1:10: Expected ":" in JSON but found "}".\n`)
    }))

  it('says that a config can not be read instead of passing over it', () =>
    inProject({ 'app.py': PYTHON_HANDLER }, async dir => {
      await symlink('nowhere.json', join(dir, 'lpack.config.json'))
      await rejects(() => loadIn(dir), 'FILE_UNREADABLE')
    }))
})

const BROKEN: readonly [string, string, string][] = [
  [
    'lpack.config.json',
    '{\n  "name": "x",\n  "runtime" "python3.13"\n}',
    ':3:13: Expected ":" in JSON but found "\\"python3.13\\"".',
  ],
  ['lpack.config.json', '{ "name": "x", }', ':1:14: JSON does not support trailing commas.'],
  ['lpack.config.json', '{\n  // a comment\n}', ':2:3: JSON does not support comments.'],
  ['lpack.config.yaml', 'name: [a\nb: c', ':2:1: missed comma between flow collection entries.'],
  ['.lpackrc', 'name: a\nname: b', ':2:1: duplicated mapping key.'],
  ['lpack.config.toml', 'name = "t"\ntimeout = = 3\n', ':2:11: invalid value.'],
  ['package.json', '{ "lpack": { "name": } }', ':1:22: Unexpected "}" in JSON.'],
  ['pyproject.toml', '[tool.lpack\n', ':1:12: illegal character in key.'],
]

describe('config/load: reading', it => {
  for (const [name, text, expected] of BROKEN) {
    it(`says where ${name} breaks: ${expected}`, () =>
      inProject({ [name]: text }, async dir => {
        const error = await rejects(() => loadIn(dir), 'CONFIG_UNREADABLE')
        assert.is(error.message, join(dir, name) + expected)
      }))
  }

  for (const name of ['lpack.config.json', 'lpack.config.yaml', 'lpack.config.toml', '.lpackrc']) {
    it(`says that ${name} is empty`, async () => {
      const expected = `${name}: the config is empty. A small one: { "name": "hello", "runtime": "python3.13", "handler": "lambda_function.lambda_handler" }`
      assert.equal(await problemsOf(name, name.endsWith('toml') ? '\n' : ' \n'), [expected])
    })
  }

  it('reads files that start with a byte order mark', async () => {
    for (const [name, text] of PLACES.filter(([name]) => /json|yaml|toml/.test(name))) {
      await inProject({ [name]: `\uFEFF${text}` }, async dir =>
        assert.is((await loadIn(dir)).functions[0]?.handler, 'app.handler', name),
      )
    }
  })

  it('takes null for a mistake, in a manifest too', async () => {
    assert.equal(await problemsOf('.lpackrc', 'null'), [
      '.lpackrc: the config is null; it must be an object with the keys of one function, or with functions.',
    ])
    assert.equal(await problemsOf('package.json', '{ "lpack": [] }'), [
      'package.json: lpack is []; it must be an object with the keys of one function, or with functions.',
    ])
  })

  it('does not follow $import, which is the key of a library', async () => {
    const [line] = await problemsOf('lpack.config.json', '{ "$import": "./other.json" }', { 'other.json': '{}' })
    assert.match(line ?? '', /^lpack\.config\.json: \$import is not a key of lpack's config/)
  })

  it('answers at once to YAML aliases that grow without end', async () => {
    const lines = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`),
      'include: *a40',
    ]
    const started = Date.now()
    const problems = await problemsOf('.lpackrc', lines.join('\n'))
    assert.ok(problems.length > 40)
    assert.ok(Date.now() - started < 3000)
  })

  it('keeps keys named as parts of JavaScript objects apart', async () => {
    const [line] = await problemsOf('lpack.config.json', '{ "__proto__": { "slim": "none" } }')
    assert.match(line ?? '', /^lpack\.config\.json: __proto__ is not a key of lpack's config/)
    await inProject(
      { 'app.py': PYTHON_HANDLER, 'lpack.config.json': '{ "functions": { "__proto__": {}, "constructor": {} } }' },
      async dir => {
        assert.equal(
          (await loadIn(dir)).functions.map(({ name }) => name),
          ['__proto__', 'constructor'],
        )
      },
    )
  })
})

describe('config/load: values', it => {
  it('fills the model from a config with every key', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('config/every-key', dir)
      const config = await loadIn(dir)
      assert.equal(config, {
        file: join(dir, 'lpack.config.json'),
        dir,
        outDir: join(dir, 'build/lambda'),
        outDirs: [join(dir, 'build/lambda')],
        inferred: [],
        totalBudget: { zippedBytes: 104_857_600, unzippedBytes: 524_288_000 },
        functions: [
          {
            name: 'hello',
            runtime: 'python3.13',
            architecture: 'arm64',
            handler: 'lambda_function.lambda_handler',
            root: join(dir, 'functions/hello'),
            include: ['**/*.py', 'models/**'],
            exclude: ['notebooks/**'],
            executable: ['bin/*'],
            dependencies: { kind: 'named', path: join(dir, 'uv.lock') },
            groups: ['aws'],
            extras: ['postgres'],
            findLinks: [join(dir, 'wheels')],
            runtimeSdk: 'omit',
            slim: 'strong',
            bundle: { kind: 'bundle', options: {} },
            layers: [
              { arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:numpy:3', unzippedBytes: 61_000_000 },
              { arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:fonts:1', unzippedBytes: null },
            ],
            image: {
              base: 'example.com/lambda/python:3.13-arm64',
              pin: true,
              packages: ['libxml2'],
              buildPackages: ['gcc'],
              install: 'in-image',
              copy: [
                { from: join(dir, 'functions/hello/models'), to: 'models' },
                { from: join(dir, 'shared/data'), to: 'data' },
              ],
              labels: { 'org.opencontainers.image.source': 'https://example.com/hello' },
              tag: 'example.com/hello:1.2',
            },
            settings: {
              memorySize: 512,
              timeout: 30,
              ephemeralStorage: 512,
              environment: { LOG_LEVEL: 'info' },
              description: 'Greets people.',
            },
            budget: {
              zippedBytes: 5_242_880,
              unzippedBytes: 52_428_800,
              imageBytes: 314_572_800,
              growth: { kind: 'share', share: 0.05 },
            },
            leaks: { severity: 'error', allow: ['certs/test-*.pem'] },
            ignore: [{ code: 'CASE_COLLISION', path: 'vendor/**', reason: 'Nobody unpacks it.', isShared: false }],
          },
        ],
      })
    }))

  it('reads pyproject.toml, defaults of all functions included', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('config/pyproject', dir)
      const config = await loadIn(join(dir))
      const [one] = config.functions
      assert.equal(
        [one?.name, one?.runtime, one?.architecture, one?.slim, one?.handler],
        ['greet', 'python3.12', 'arm64', 'none', 'main.lambda_handler'],
      )
      assert.equal(config.inferred, [
        'greet: runtime python3.12 (from requires-python >=3.11,<3.13 of pyproject.toml in ..)',
        'greet: handler main.lambda_handler (from main.py)',
      ])
    }))

  it('knows which entries of ignore several functions share', async () => {
    const ignore = [{ code: 'CASE_COLLISION', reason: 'known' }]
    const shared = async (config: object) => {
      const files = { 'app.py': PYTHON_HANDLER, 'lpack.config.json': JSON.stringify(config) }
      return inProject(files, async dir => (await loadIn(dir)).functions.map(one => one.ignore[0]?.isShared))
    }
    assert.equal(await shared({ name: 'one', ignore }), [false])
    assert.equal(await shared({ ignore, functions: { one: {}, two: { ignore } } }), [true, false])
  })

  it("lets a function's key replace the default, and undefined not", () =>
    inProject(
      {
        'app.py': PYTHON_HANDLER,
        'lpack.config.mjs':
          'export default { slim: "none", exclude: ["a"], functions: { one: { slim: undefined }, two: { slim: "strong", exclude: [] } } }',
      },
      async dir => {
        const { functions } = await loadIn(dir)
        assert.equal(
          functions.map(({ name, slim, exclude }) => [name, slim, exclude]),
          [
            ['one', 'none', ['a']],
            ['two', 'strong', []],
          ],
        )
      },
    ))

  it('passes options of esbuild on, with paths from the folder of the config', () =>
    inProject(
      {
        'app/index.mjs': '',
        'app/package.json': '{}',
        'tsconfig.lambda.json': '{}',
        'shims.js': '',
        'lpack.config.mjs': `export default { root: 'app', runtime: 'nodejs22.x', handler: 'index.handler', esbuild: {
          minify: false, sourcemap: undefined, tsconfig: 'tsconfig.lambda.json', inject: ['./shims.js'],
          external: ['sharp', './native/*'], alias: { a: 'b', c: './stub.js' }, plugins: [{ name: 'x', setup() {} }] } }`,
      },
      async dir => {
        const bundle = (await loadIn(dir)).functions[0]?.bundle
        if (bundle?.kind !== 'bundle') throw new Error('a bundle is the default')
        const { plugins, ...options } = bundle.options
        assert.equal(options, {
          minify: false,
          tsconfig: join(dir, 'tsconfig.lambda.json'),
          inject: [join(dir, 'shims.js')],
          external: ['sharp', join(dir, 'native/*')],
          alias: { a: 'b', c: join(dir, 'stub.js') },
        })
        assert.type((plugins as readonly { setup: unknown }[])[0]?.setup, 'function')
      },
    ))

  it('reads esbuild: false as files', () =>
    inProject(
      { 'lpack.config.json': '{ "runtime": "nodejs22.x", "handler": "index.handler", "esbuild": false }' },
      async dir => assert.equal((await loadIn(dir)).functions[0]?.bundle, { kind: 'files' }),
    ))

  it('takes from the defaults of all functions what is of a language', () =>
    inProject(
      {
        'uv.lock': '',
        'lpack.config.json': JSON.stringify({
          dependencies: 'uv.lock',
          groups: ['aws'],
          esbuild: { minify: false },
          functions: {
            node: { runtime: 'nodejs22.x', handler: 'index.handler' },
            python: { runtime: 'python3.13', handler: 'app.handler' },
          },
        }),
      },
      async dir => {
        const { functions } = await loadIn(dir)
        assert.equal(
          functions.map(({ dependencies, groups, bundle }) => [dependencies.kind, groups, bundle]),
          [
            ['found', [], { kind: 'bundle', options: { minify: false } }],
            ['named', ['aws'], { kind: 'bundle', options: {} }],
          ],
        )
      },
    ))

  it('reads dependencies: false as none', () =>
    inProject({ 'lpack.config.json': JSON.stringify({ ...ONE, dependencies: false }) }, async dir => {
      assert.equal((await loadIn(dir)).functions[0]?.dependencies, { kind: 'none' })
    }))

  it('resolves --out-dir from the current folder', () =>
    inProject(
      {
        '.hg/store': '',
        'lpack.config.json': JSON.stringify({ ...ONE, root: 'src', outDir: 'kept-apart' }),
        'src/app.py': '',
      },
      async dir => {
        await mkdir(join(dir, 'scripts'))
        assert.is((await loadIn(join(dir, 'scripts'), { outDir: 'out' })).outDir, join(dir, 'scripts/out'))
      },
    ))

  it('makes a name from the folder of the config', () =>
    inTemporaryFolder(async outer => {
      for (const [folder, name] of [
        ['Mÿ  Füñction!', 'My-Function'],
        ['a.b.c', 'a-b-c'],
        ['x'.repeat(80), 'x'.repeat(64)],
      ] as const) {
        await writeTree(join(outer, folder), { 'app.py': PYTHON_HANDLER })
        const config = await loadIn(join(outer, folder))
        assert.is(config.functions[0]?.name, name)
        assert.is(config.inferred[0], `name ${name} (from the folder)`)
      }
    }))

  it('asks for a name where the folder has none that fits', () =>
    inTemporaryFolder(async outer => {
      await writeTree(join(outer, '函数'), { 'app.py': PYTHON_HANDLER })
      await rejects(() => loadIn(join(outer, '函数')), 'NAME_NEEDED')
      await writeTree(join(outer, '函数'), { 'lpack.config.json': '{}' })
      const error = await rejects(() => loadIn(join(outer, '函数')), 'CONFIG_INVALID')
      assert.is(
        error.message,
        `lpack.config.json: name is missing, and the folder's name, "函数", can't become a function's. Add it.`,
      )
    }))
})

const LAYER = 'arn:aws:lambda:eu-west-1:123456789012:layer'

const RULES: readonly [object, string][] = [
  [{ root: 'nope' }, 'root is "nope", but <dir>/nope does not exist.'],
  [{ root: 'src\\hello' }, 'root is "src\\\\hello", but <dir>/src\\hello does not exist. Write folders with /.'],
  [{ root: 'lambda_function.py' }, 'root is "lambda_function.py", which is not a folder.'],
  [{ dependencies: 'uv.lock' }, 'dependencies is "uv.lock", but <dir>/uv.lock does not exist.'],
  [{ findLinks: ['.', 'wheels'] }, 'findLinks[1] is "wheels", but <dir>/wheels does not exist.'],
  [{ esbuild: {} }, 'esbuild is for Node.js functions, and this one runs on python3.14. Remove it.'],
  [
    { runtime: 'nodejs22.x', handler: 'a.b', groups: ['aws'] },
    'groups is for Python functions, and this one runs on nodejs22.x. Remove it.',
  ],
  [
    { functions: { one: { runtime: 'nodejs22.x', handler: 'a.b', dependencies: false } } },
    'functions.one.dependencies is for Python functions, and this one runs on nodejs22.x. Remove it.',
  ],
  [
    { runtime: 'nodejs22.x', handler: 'a.b', esbuild: { tsconfig: 'x.json' } },
    'esbuild.tsconfig is "x.json", but <dir>/x.json does not exist.',
  ],
  [
    { runtime: 'nodejs22.x', handler: 'a.b', esbuild: { inject: ['x.js'] } },
    'esbuild.inject[0] is "x.js", but <dir>/x.js does not exist.',
  ],
  [
    { layers: [{ arn: `${LAYER}:numpy:3` }, { arn: `${LAYER}:numpy:4` }] },
    `layers names "${LAYER}:numpy" twice; a function uses one version of a layer.`,
  ],
  [
    { layers: [{ arn: `${LAYER}:a:3` }, { arn: `${LAYER.replace('eu-', 'us-')}:b:4` }] },
    "layers are of the regions eu-west-1 and us-west-1; a function's layers are all of its own region.",
  ],
  [
    { budget: { zipped: '0 MB' } },
    'budget.zipped is "0 MB"; it must be at least one byte and at most 9007199254740991.',
  ],
  [
    { ignore: [{ code: 'CASE_COLISION', reason: 'known' }] },
    'ignore[0].code is "CASE_COLISION", which is no finding of lpack. Did you mean "CASE_COLLISION"?',
  ],
  [
    { ignore: [{ code: 'E501', reason: 'known' }], functions: { one: {}, two: {} } },
    'ignore[0].code is "E501", which is no finding of lpack. Run `lpack check --list` for all codes.',
  ],
  [{ outDir: '.' }, `outDir is ".", which holds the function's folder <dir>. Name a folder of its own.`],
  [{ outDir: '../..' }, `outDir is "../..", which holds the function's folder <dir>. Name a folder of its own.`],
  [
    { name: 'x', functions: { hello: {} } },
    'name is "x", but functions are named by their keys in functions. Remove it.',
  ],
  [
    { functions: { hello: {}, Hello: {} } },
    'functions.Hello and "hello" would be one file on a disk that ignores case. Rename one.',
  ],
  [
    { environment: { LONG: 'x'.repeat(4096) }, functions: { one: {}, two: {} } },
    'environment is 4107 bytes as compact JSON; Lambda allows 4096. Keep long values in SSM, Secrets Manager or a file.',
  ],
]

describe('config/load: problems', it => {
  for (const [config, expected] of RULES) {
    it(`says ${expected.slice(0, 90)}`, async () => {
      assert.equal(await problemsOf('lpack.config.json', JSON.stringify(config)), [`lpack.config.json: ${expected}`])
    })
  }

  it('allows an environment of 4,096 bytes of UTF-8, and no byte more', async () => {
    const environment = { KEY: `${'é'.repeat(2042)}x` }
    assert.is(Buffer.byteLength(JSON.stringify(environment)), 4095)
    await inProject(
      { 'lpack.config.json': JSON.stringify({ ...ONE, environment: { KEY: `${environment.KEY}x` } }) },
      dir => loadIn(dir),
    )
    const [line] = await problemsOf(
      'lpack.config.json',
      JSON.stringify({ environment: { KEY: `${environment.KEY}xx` } }),
    )
    assert.match(line ?? '', /environment is 4097 bytes/)
  })

  it('refuses an --out-dir that holds the function', () =>
    inProject({ 'app.py': PYTHON_HANDLER }, async dir => {
      await rejects(() => loadIn(dir, { outDir: '..' }), 'OUT_DIR_HOLDS_FUNCTION')
      await loadIn(dir, { outDir: '../out' })
      await loadIn(dir, { outDir: '..out' })
    }))

  it('tells all of them at once', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('config/all-problems', dir)
      const error = await rejects(() => loadIn(dir), 'CONFIG_INVALID')
      const runtimes =
        'python3.9, python3.10, python3.11, python3.12, python3.13, python3.14, python3.15, nodejs18.x, nodejs20.x, nodejs22.x, nodejs24.x, nodejs26.x'
      assert.equal(error.message.replaceAll(dir, '<dir>').split('\n'), [
        `lpack.config.yaml: budgget is not a key of lpack's config. Did you mean "budget"?`,
        `lpack.config.yaml: functions["my function"] has a name that isn't allowed: it must be 1 to 64 letters, digits, hyphens and underscores.`,
        `lpack.config.yaml: functions.orders.runtime is "python3.31"; it must be one of ${runtimes}. Did you mean "python3.13"?`,
        'lpack.config.yaml: functions.orders.memorySize is 64; it must be a whole number of MB from 128 to 10240.',
        'lpack.config.yaml: functions.orders.environment.AWS_REGION is a name that Lambda keeps for itself; choose another.',
        "lpack.config.yaml: functions.orders.environment.K has a name that isn't allowed: it must start with a letter and have at least 2 letters, digits and underscores.",
        'lpack.config.yaml: functions.billing.runtime is "ruby3.4". lpack packs Python and Node.js.',
        'lpack.config.yaml: functions.billing.slim is "saef"; it must be "none", "safe" or "strong". Did you mean "safe"?',
        'lpack.config.yaml: timeout is 0; it must be a whole number of seconds from 1 to 900.',
        'lpack.config.yaml: name is "shop", but functions are named by their keys in functions. Remove it.',
        'lpack.config.yaml: functions.orders.root is "orders", but <dir>/orders does not exist.',
      ])
    }))

  it('names the file by its path where it stands above the current folder', () =>
    inProject(
      { '.git/HEAD': '', 'package.json': '{ "lpack": { "timeout": 0 } }', 'app.py': PYTHON_HANDLER, 'a/x.txt': '' },
      async dir => {
        const error = await rejects(() => loadIn(join(dir, 'a')), 'CONFIG_INVALID')
        assert.is(
          error.message,
          `${join(dir, 'package.json')}: lpack.timeout is 0; it must be a whole number of seconds from 1 to 900.`,
        )
      },
    ))
})
