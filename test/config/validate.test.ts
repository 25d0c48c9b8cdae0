import * as assert from 'uvu/assert'
import { problemLine, quote } from '../../src/config/problem.ts'
import { validate } from '../../src/config/validate.ts'
import { describe } from '../helpers.ts'

const LABEL = { file: 'lpack.config.json', prefix: [] }
const RUNTIMES =
  'python3.9, python3.10, python3.11, python3.12, python3.13, python3.14, python3.15, nodejs18.x, nodejs20.x, nodejs22.x, nodejs24.x, nodejs26.x'
const HANDLER =
  'must be module.function such as "lambda_function.lambda_handler" or "src/index.handler", without spaces, of at most 128 characters'
const SIZE = 'a size such as "5 MB" or a whole number of bytes (MB = MiB = 1,048,576 bytes)'
const NAME = 'must be 1 to 64 letters, digits, hyphens and underscores'
const LAYER = 'arn:aws:lambda:eu-west-1:123456789012:layer:numpy:3'
const FUNCTION_KEYS =
  'runtime, architecture, handler, root, include, exclude, executable, dependencies, groups, extras, findLinks, runtimeSdk, slim, esbuild, memorySize, timeout, ephemeralStorage, environment, description, layers, image, budget, leaks, ignore'

/** One value of one key, and what is said about it after the key. */
const WRONG_VALUES: readonly [object, string][] = [
  [{ name: 'my function' }, `name is "my function"; it ${NAME}.`],
  [{ name: '' }, `name is ""; it ${NAME}.`],
  [{ name: 'n'.repeat(65) }, `name is "${'n'.repeat(65)}"; it ${NAME}.`],
  [{ runtime: 'python3.31' }, `runtime is "python3.31"; it must be one of ${RUNTIMES}. Did you mean "python3.13"?`],
  [{ runtime: 'phyton3.12' }, `runtime is "phyton3.12"; it must be one of ${RUNTIMES}. Did you mean "python3.12"?`],
  [{ runtime: 'Python3.12' }, `runtime is "Python3.12"; it must be one of ${RUNTIMES}. Did you mean "python3.12"?`],
  [{ runtime: 3.13 }, `runtime is 3.13; it must be one of ${RUNTIMES}.`],
  [{ runtime: 'nodejs21.x' }, `runtime is "nodejs21.x"; it must be one of ${RUNTIMES}. Did you mean "nodejs20.x"?`],
  [{ runtime: 'node22' }, `runtime is "node22"; it must be one of ${RUNTIMES}. Did you mean "nodejs22.x"?`],
  [{ runtime: 'Node.js 24' }, `runtime is "Node.js 24"; it must be one of ${RUNTIMES}. Did you mean "nodejs24.x"?`],
  [{ runtime: 'nodejs' }, `runtime is "nodejs"; it must be one of ${RUNTIMES}.`],
  [{ runtime: 'java21' }, 'runtime is "java21". lpack packs Python and Node.js.'],
  [{ runtime: 'provided.al2023' }, 'runtime is "provided.al2023". lpack packs Python and Node.js.'],
  [{ architecture: 'amd64' }, 'architecture is "amd64"; it must be "x86_64" or "arm64".'],
  [{ architecture: 'x86-64' }, 'architecture is "x86-64"; it must be "x86_64" or "arm64". Did you mean "x86_64"?'],
  [{ handler: 'lambda_handler' }, `handler is "lambda_handler"; it ${HANDLER}.`],
  [{ handler: 'app. handler' }, `handler is "app. handler"; it ${HANDLER}.`],
  [{ root: 3 }, 'root is 3; it must be the path of a folder.'],
  [{ outDir: '' }, 'outDir is ""; it must be the path of a folder.'],
  [{ include: '**/*.py' }, 'include is "**/*.py"; it must be a list of globs such as ["**/*.py"].'],
  [{ exclude: ['a', 3] }, 'exclude[1] is 3; it must be a glob such as "notebooks/**".'],
  [
    { dependencies: true },
    'dependencies is true; it must be the path of a lock file, a requirements file, a virtual environment or a folder of wheels, or false.',
  ],
  [{ runtimeSdk: 'leave out' }, 'runtimeSdk is "leave out"; it must be "bundle" or "omit".'],
  [{ slim: 'saef' }, 'slim is "saef"; it must be "none", "safe" or "strong". Did you mean "safe"?'],
  [{ esbuild: true }, "esbuild is true; it must be an object of esbuild's options, or false."],
  [{ esbuild: 'no' }, 'esbuild is "no"; it must be an object of esbuild\'s options, or false.'],
  [{ esbuild: { minify: 'yes' } }, 'esbuild.minify is "yes"; it must be true or false.'],
  [
    { esbuild: { sourcemap: 'both' } },
    'esbuild.sourcemap is "both"; it must be true, false, "linked", "external" or "inline".',
  ],
  [{ esbuild: { format: 'iife' } }, 'esbuild.format is "iife"; it must be "esm" or "cjs".'],
  [{ esbuild: { external: 'sharp' } }, 'esbuild.external is "sharp"; it must be a list of packages such as ["sharp"].'],
  [
    { esbuild: { loader: { '.png': 'file' } } },
    'esbuild.loader[".png"] is "file"; it must be "js", "jsx", "ts", "tsx", "json", "text", "base64", "binary", "dataurl", "empty" or "default"; a file that is to stand beside the bundle is packed by include.',
  ],
  [
    { esbuild: { loader: { png: 'text' } } },
    'esbuild.loader.png has a name that isn\'t allowed: it must be a file extension such as ".html".',
  ],
  [
    { esbuild: { define: { DEBUG: false } } },
    'esbuild.define.DEBUG is false; it must be JavaScript in a string such as "\\"production\\"" or "true".',
  ],
  [{ esbuild: { target: [22] } }, 'esbuild.target is [22]; it must be a target such as "node22", or a list of them.'],
  [{ esbuild: { plugins: [{ name: 'mine' }] } }, 'esbuild.plugins[0].setup is missing.'],
  [
    { functions: { hello: { esbuild: { minify: 1 } } } },
    'functions.hello.esbuild.minify is 1; it must be true or false.',
  ],
  [{ memorySize: 127 }, 'memorySize is 127; it must be a whole number of MB from 128 to 10240.'],
  [{ memorySize: 10241 }, 'memorySize is 10241; it must be a whole number of MB from 128 to 10240.'],
  [{ memorySize: '512' }, 'memorySize is "512"; it must be a whole number of MB from 128 to 10240.'],
  [
    { memorySize: Number.POSITIVE_INFINITY },
    'memorySize is Infinity; it must be a whole number of MB from 128 to 10240.',
  ],
  [{ timeout: 0 }, 'timeout is 0; it must be a whole number of seconds from 1 to 900.'],
  [{ timeout: 901 }, 'timeout is 901; it must be a whole number of seconds from 1 to 900.'],
  [{ timeout: 1.5 }, 'timeout is 1.5; it must be a whole number of seconds from 1 to 900.'],
  [{ ephemeralStorage: 511 }, 'ephemeralStorage is 511; it must be a whole number of MB from 512 to 10240.'],
  [
    { description: 'd'.repeat(257) },
    `description is "${'d'.repeat(79)}…; it must be a text of at most 256 characters.`,
  ],
  [{ environment: ['A'] }, 'environment is ["A"]; it must be an object of strings.'],
  [{ environment: { PORT: 8080 } }, 'environment.PORT is 8080; it must be a string.'],
  [
    { environment: { A: 'x' } },
    "environment.A has a name that isn't allowed: it must start with a letter and have at least 2 letters, digits and underscores.",
  ],
  [
    { environment: { 'my-key': 'x' } },
    "environment.my-key has a name that isn't allowed: it must start with a letter and have at least 2 letters, digits and underscores.",
  ],
  [
    { environment: { AWS_REGION: 'x' } },
    'environment.AWS_REGION is a name that Lambda keeps for itself; choose another.',
  ],
  [{ environment: { _HANDLER: 'x' } }, 'environment._HANDLER is a name that Lambda keeps for itself; choose another.'],
  [
    { layers: [{ arn: 'numpy' }] },
    `layers[0].arn is "numpy"; it must be the ARN of a layer version such as "${LAYER}".`,
  ],
  [{ layers: [{}] }, 'layers[0].arn is missing.'],
  [
    { layers: Array.from({ length: 6 }, () => ({ arn: LAYER })) },
    'layers has 6 entries; it must be a list of at most 5 layers such as [{ "arn": "arn:aws:lambda:…:layer:numpy:3" }].',
  ],
  [{ image: 'python' }, 'image is "python"; it must be an object such as { "packages": ["libxml2"] }.'],
  [{ image: { pin: 'yes' } }, 'image.pin is "yes"; it must be true or false.'],
  [
    { image: { packages: ['gcc && rm -rf /'] } },
    'image.packages[0] is "gcc && rm -rf /"; it must be the name of a package such as "libxml2".',
  ],
  [{ image: { packages: ['-y'] } }, 'image.packages[0] is "-y"; it must be the name of a package such as "libxml2".'],
  [
    { image: { buildPackages: ['gcc\nRUN id'] } },
    'image.buildPackages[0] is "gcc\\nRUN id"; it must be the name of a package such as "gcc".',
  ],
  [
    { image: { install: 'inimage' } },
    'image.install is "inimage"; it must be "copy" or "in-image". Did you mean "in-image"?',
  ],
  [{ image: { copy: 'models' } }, 'image.copy is "models"; it must be a list of files and folders such as ["models"].'],
  [
    { image: { copy: [3] } },
    'image.copy[0] is 3; it must be a path such as "models", or an object with from and perhaps to.',
  ],
  [
    { image: { copy: [''] } },
    'image.copy[0] is ""; it must be a path such as "models", or an object with from and perhaps to.',
  ],
  [{ image: { copy: [{ to: 'models' }] } }, 'image.copy[0].from is missing.'],
  [
    { image: { copy: [{ form: 'x', from: 'x' }] } },
    'image.copy[0].form is not a key of lpack\'s config. Did you mean "from"?',
  ],
  [
    { image: { labels: { 'a b': 'x' } } },
    'image.labels["a b"] has a name that isn\'t allowed: it must be letters, digits, dots, hyphens, slashes and underscores such as "org.opencontainers.image.source".',
  ],
  [{ image: { labels: { a: 'x\ny' } } }, 'image.labels.a is "x\\ny"; it must be a text of one line.'],
  [{ image: { labels: { a: 1 } } }, 'image.labels.a is 1; it must be a text of one line.'],
  [{ budget: { zipped: '5 apples' } }, `budget.zipped is "5 apples"; it must be ${SIZE}.`],
  [{ budget: { unzipped: -1 } }, `budget.unzipped is -1; it must be ${SIZE}.`],
  [{ leaks: 'off' }, 'leaks is "off"; it must be "error", "warning", or an object with severity and allow.'],
  [{ leaks: { severity: 'note' } }, 'leaks.severity is "note"; it must be "error" or "warning".'],
  [{ leaks: { allow: 'certs' } }, 'leaks.allow is "certs"; it must be a list of globs such as ["certs/test-*.pem"].'],
  [{ leaks: { alow: [] } }, 'leaks.alow is not a key of lpack\'s config. Did you mean "allow"?'],
  [{ ignore: ['*.md'] }, 'ignore[0] is "*.md"; it must be an object with code, reason and perhaps path.'],
  [
    { ignore: 'vendor' },
    'ignore is "vendor"; it must be a list of findings such as [{ "code": "CASE_COLLISION", "path": "vendor/**", "reason": "…" }]; files are left out with exclude.',
  ],
  [{ ignore: [{ code: 'CASE_COLLISION' }] }, 'ignore[0].reason is missing.'],
  [
    { ignore: [{ code: 'CASE_COLLISION', reason: ' ' }] },
    'ignore[0].reason is " "; it must be a sentence that says why.',
  ],
  [{ functions: {} }, 'functions is {}; it must be an object of one or more functions by name.'],
  [{ functions: [] }, 'functions is []; it must be an object of one or more functions by name.'],
  [{ functions: { hello: 3 } }, "functions.hello is 3; it must be an object with the function's keys."],
  [{ functions: { 'my function': {} } }, `functions["my function"] has a name that isn't allowed: it ${NAME}.`],
  [{ functions: { 'a/b~c': { timeout: 0 } } }, `functions["a/b~c"] has a name that isn't allowed: it ${NAME}.`],
  [
    { functions: { hello: { name: 'x' } } },
    'functions.hello.name is not allowed: the function\'s name is its key, "hello".',
  ],
  [
    { functions: { 0: { layers: [{ arn: 3 }] } } },
    `functions.0.layers[0].arn is 3; it must be the ARN of a layer version such as "${LAYER}".`,
  ],
]

const UNKNOWN_KEYS: readonly [object, string][] = [
  [{ runtme: 1 }, `runtme is not a key of lpack's config. Did you mean "runtime"?`],
  [{ memory_size: 1 }, `memory_size is not a key of lpack's config. Did you mean "memorySize"?`],
  [{ MemorySize: 1 }, `MemorySize is not a key of lpack's config. Did you mean "memorySize"?`],
  [{ env: 1 }, `env is not a key of lpack's config. Did you mean "environment"?`],
  [{ excludes: 1 }, `excludes is not a key of lpack's config. Did you mean "exclude"?`],
  [{ budget: { zip: 1 } }, `budget.zip is not a key of lpack's config. Did you mean "zipped"?`],
  [{ budget: { gzip: 1 } }, `budget.gzip is not a key of lpack's config; the keys here are zipped, unzipped.`],
  [
    { functions: { hello: { container: {} } } },
    `functions.hello.container is not a key of lpack's config; the keys here are ${FUNCTION_KEYS}.`,
  ],
  [{ esbuild: { minfy: 1 } }, `esbuild.minfy is not a key of lpack's config. Did you mean "minify"?`],
  [{ esbuild: { sourceMap: 1 } }, `esbuild.sourceMap is not a key of lpack's config. Did you mean "sourcemap"?`],
  [
    { esbuild: { splitting: true } },
    'esbuild.splitting is not allowed: lpack decides it. Dynamic imports are inlined: a function is one bundle.',
  ],
  [
    { esbuild: { entryPoints: ['a.ts'] } },
    'esbuild.entryPoints is not allowed: lpack decides it. `handler` names what is bundled.',
  ],
  [
    { esbuild: { outfile: 'a.js' } },
    "esbuild.outfile is not allowed: lpack decides it. The bundle stands at the handler's path.",
  ],
  [
    { esbuild: { bundle: false } },
    'esbuild.bundle is not allowed: lpack decides it. `esbuild: false` packs the files as they are.',
  ],
  [
    JSON.parse('{"functions":{"__proto__":{"constructor":1}}}'),
    `functions.__proto__.constructor is not a key of lpack's config; the keys here are ${FUNCTION_KEYS}.`,
  ],
]

const NO_OBJECTS: readonly [unknown, string][] = [
  [null, 'null'],
  [[1, 2], '[1, 2]'],
  [3, '3'],
  ['hello', '"hello"'],
]

describe('config/validate', it => {
  for (const [config, expected] of [...WRONG_VALUES, ...UNKNOWN_KEYS]) {
    it(`says of ${quote(config)} what is allowed`, async () => {
      const lines = (await validate(config)).map(problem => problemLine(LABEL, problem))
      assert.is(lines[0], `lpack.config.json: ${expected}`)
    })
  }

  for (const [config, quoted] of NO_OBJECTS) {
    it(`says what a config is instead of ${quoted}`, async () => {
      const [problem, ...more] = await validate(config)
      assert.is(more.length, 0)
      assert.equal(problem, {
        keys: [],
        text: `is ${quoted}; it must be an object with the keys of one function, or with functions.`,
      })
    })
  }

  it('tells one problem for each wrong value', async () => {
    const problems = await validate({
      timeout: 'x',
      budget: { zipped: [], unzipped: 0 },
      environment: { A: 1 },
      layers: [1],
    })
    // A variable with a bad name and a bad value is one.
    assert.equal(problems.map(({ keys }) => keys.join('.')).sort(), [
      'budget.unzipped',
      'budget.zipped',
      'environment.A',
      'layers.0',
      'timeout',
    ])
  })

  it('accepts the least and the most that Lambda allows', async () => {
    const least = {
      memorySize: 128,
      timeout: 1,
      ephemeralStorage: 512,
      name: 'n',
      environment: { AB: '' },
      budget: { zipped: 1 },
    }
    const most = {
      memorySize: 10240,
      timeout: 900,
      ephemeralStorage: 10240,
      name: 'n'.repeat(64),
      description: 'd'.repeat(256),
      handler: `a.${'h'.repeat(126)}`,
      layers: Array.from({ length: 5 }, () => ({ arn: LAYER })),
    }
    assert.equal(await validate(least), [])
    assert.equal(await validate(most), [])
  })

  it('answers at once to a value that is too deep to write out', async () => {
    let bomb: unknown = ['x']
    for (let depth = 0; depth < 60; depth++) bomb = [bomb, bomb, bomb, bomb]
    const loop: Record<string, unknown> = {}
    loop['functions'] = { hello: loop }
    const started = Date.now()
    await validate({ include: bomb, environment: bomb, functions: bomb, layers: bomb })
    await validate(loop)
    assert.ok(Date.now() - started < 2000)
  })
})

describe('config/problem', it => {
  it('puts the place in the manifest before the key', () => {
    const problem = { keys: ['functions', 'hello', 'layers', 0, 'arn'], text: 'is missing.' }
    assert.is(
      problemLine({ file: 'package.json', prefix: ['lpack'] }, problem),
      'package.json: lpack.functions.hello.layers[0].arn is missing.',
    )
    assert.is(
      problemLine({ file: 'pyproject.toml', prefix: ['tool', 'lpack'] }, { keys: [], text: 'is 3.' }),
      'pyproject.toml: tool.lpack is 3.',
    )
  })

  for (const [value, expected] of [
    ['a"b\nc', '"a\\"b\\nc"'],
    [{ a: { b: { c: 1 } } }, '{ "a": { "b": {…} } }'],
    [[1, 2, 3, 4], '[1, 2, 3, …]'],
    [undefined, 'undefined'],
    [10n, '10'],
    [() => 1, 'a function'],
  ] as const) {
    it(`quotes ${expected}`, () => assert.is(quote(value), expected))
  }
})
