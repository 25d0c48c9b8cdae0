import * as assert from 'uvu/assert'
import { bundleTree, pkg, type Tree } from '../../bundles.ts'
import { describe } from '../../helpers.ts'

const risks = async (files: Tree) =>
  (await bundleTree(files)).findings.map(({ code, message }) => `${code} ${message.split(', ')[0]}`)

describe('bundle warnings', it => {
  it('names the package and line of a require that only running it tells, once', async () => {
    const files = {
      'index.ts': `export { default as handler } from 'views'`,
      ...pkg('views', { 'index.js': `module.exports = name => {\n  require(name)\n  return import(name)\n}` }),
    }
    const { findings } = await bundleTree(files)
    assert.equal(
      findings.map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          'NODE_DYNAMIC_REQUIRE',
          'warning',
          'views (index.js:2) loads a module whose name is only known when it runs, so the module is not in the bundle. If the function needs it, add "views" to `external` of `esbuild`: it is then packed as files.',
        ],
      ],
    )
    assert.ok(findings[0]?.path.endsWith('index.js'))
  })

  it('tells other advice for the own code, at each place', async () => {
    const files = { 'index.ts': `export const handler = (a, b) => [\nimport(a),\nrequire(b)]` }
    const { findings } = await bundleTree(files)
    assert.equal(
      findings.map(({ message }) => message.split(' ')[0]),
      ['index.ts:2', 'index.ts:3'],
    )
    assert.match(findings[0]?.message ?? '', 'pack its files with `include`')
  })

  it('says nothing of code that is not in the bundle', async () => {
    const lib = {
      'index.js': `export const used = 1`,
      'other.js': `export const other = name => import(name + __dirname)`,
    }
    const files = {
      'index.ts': `import { used } from 'a'; import { other } from 'a/other.js'; export const handler = () => used`,
      ...pkg('a', lib, { type: 'module', sideEffects: false }),
    }
    assert.equal(await risks(files), [])
  })

  const beside: readonly (readonly [string, string | null])[] = [
    [
      `const fs = require('fs'), path = require('path')\nmodule.exports = fs.readFileSync(path.join(__dirname, 'data.txt'))`,
      '2',
    ],
    [`module.exports = require('fs').readFileSync(__dirname + '/data.txt')`, '1'],
    ['module.exports = `${__dirname}/x`', '1'],
    [`module.exports = new (require('worker_threads').Worker)(require('path').resolve(__dirname, 'worker.js'))`, '1'],
    [`module.exports = [__filename, typeof __dirname]`, null],
    ["module.exports = [__filename, 'write it as path.join(__dirname + x)']", null],
    [`// path.join(__dirname, 'x')\nmodule.exports = __filename`, null],
    [
      `exports.at = new URL('./data.txt', import.meta.url)\nexport {}`.replace('exports.at =', 'export const at ='),
      '1',
    ],
    [
      `import { fileURLToPath } from 'url'\nimport { dirname, join } from 'path'\nconst here = dirname(fileURLToPath(import.meta.url))\nexport const at = join(here, 'x')`,
      '4',
    ],
    [
      `import { createRequire } from 'module'\nconst load = createRequire(import.meta.url)\nexport const at = load('./package.json')`,
      '3',
    ],
    [`export const isMain = import.meta.url === process.argv[1]`, null],
  ]
  for (const [text, line] of beside) {
    it(`${line === null ? 'passes over' : 'sees'} ${JSON.stringify(text)}`, async () => {
      const isModule = /^(im|ex)port\b/m.test(text)
      const files = {
        'index.ts': `export * as handler from 'a'`,
        ...pkg('a', { 'index.js': text }, isModule ? { type: 'module' } : {}),
      }
      assert.equal(
        await risks(files),
        line === null ? [] : [`NODE_FILE_BESIDE a (index.js:${line}) looks for a file beside itself`],
      )
    })
  }

  it('sees a package that a made require asks for', async () => {
    const text = `import { createRequire } from 'node:module'\nconst need = createRequire(import.meta.url)\nexport const handler = () => [need('node:fs'), need('left-pad')]`
    assert.equal(await risks({ 'index.ts': text }), [
      'NODE_DYNAMIC_REQUIRE index.ts:3 loads a module whose name is only known when it runs',
    ])
  })

  it('sees files beside the own code', async () => {
    const text = `import { readFileSync } from 'node:fs'\nexport const handler = () => readFileSync(__dirname + '/x')`
    assert.equal(await risks({ 'index.ts': text }), ['NODE_FILE_BESIDE index.ts:2 looks for a file beside itself'])
  })

  it('is content with files that `include` packs at the same path from the bundle', async () => {
    const text = (path: string) =>
      `import { readFileSync } from 'node:fs'\nimport { join } from 'node:path'\nexport const handler = () => [${path}]`
    const beside = 'NODE_FILE_BESIDE src/index.ts:3 looks for a file beside itself'
    const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
      ["readFileSync(join(__dirname, '..', 'data', 'a.txt'))", ['data'], []],
      ["readFileSync(join(__dirname, '..', 'data', 'a.txt'))", ['data/*.txt'], []],
      ["readFileSync(join(__dirname, '..', 'data', 'a.txt'))", ['other'], [beside]],
      ["new URL('../data/a.txt', import.meta.url)", ['data/**'], []],
      ["new URL('./data/a.txt', import.meta.url)", ['data/**'], [beside]],
      ["readFileSync(__dirname + '/../data/a.txt')", ['data/'], []],
      ['readFileSync(`${__dirname}/../data/a.txt`)', ['data/'], []],
      ['readFileSync(join(__dirname, process.argv[2]))', ['data/'], [beside]],
    ]
    for (const [path, include, expected] of cases) {
      const wanted = { entry: 'src/index.ts', changes: { include } }
      const { findings } = await bundleTree({ 'src/index.ts': text(path), 'data/a.txt': '', 'other/b': '' }, wanted)
      assert.equal(
        findings.map(({ code, message }) => `${code} ${message.split(', ')[0]}`),
        expected,
        path,
      )
    }
  })

  it('notes what is lost at places that are known, and is silent where nothing is', async () => {
    const load = 'module.exports = name => require(name)'
    const files = (name: string, file: string) => ({
      'index.ts': `export { default as handler } from '${name}'`,
      ...pkg(name, { [file]: load }, { main: file }),
    })
    const [express, ...rest] = (await bundleTree(files('express', 'lib/view.js'))).findings
    assert.is(`${express?.severity} ${express?.code}`, 'note NODE_LEFT_BEHIND')
    assert.match(
      express?.message ?? '',
      "express (lib/view.js:1) loads by name what the bundle doesn't hold: view engines",
    )
    assert.equal(rest, [])
    assert.equal(await risks(files('@protobufjs/inquire', 'index.js')), [])
    assert.equal(await risks(files('express', 'lib/other.js')), [
      'NODE_DYNAMIC_REQUIRE express (lib/other.js:1) loads a module whose name is only known when it runs',
    ])
  })

  it('tells of decorators whose metadata esbuild does not write', async () => {
    const text = `const Service = (one: unknown) => one as never\n@Service\nexport class handler { constructor(readonly name: string) {} }`
    const options = (metadata: boolean) =>
      `{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":${metadata}}}`
    const files = { 'index.ts': text, 'tsconfig.json': options(true) }
    assert.equal(await risks(files), ['NODE_DECORATOR_METADATA index.ts:2 has decorators'])
    assert.equal(await risks({ ...files, 'tsconfig.json': options(false) }), [])
    assert.equal(await risks({ ...files, 'index.ts': 'export const handler = 1' }), [])
  })

  it("passes on the bundler's warnings about the own code alone", async () => {
    const text = 'export const handler = () => typeof globalThis == "undefned"'
    assert.equal(await risks({ 'index.ts': text }), [
      'BUNDLE_WARNING The bundler says: index.ts:1:51: The "typeof" operator will never evaluate to "undefned".',
    ])
    assert.equal(
      await risks({ 'index.ts': `export * from 'a'`, ...pkg('a', { 'index.js': text }, { type: 'module' }) }),
      [],
    )
  })
})
