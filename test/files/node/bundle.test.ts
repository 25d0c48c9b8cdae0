import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { bundleIn, bundleTree, pkg, runBundle, type Tree, textOf } from '../../bundles.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'

/** A function of several kinds of modules, and what its handler says. */
const MIXED: Tree = {
  'src/index.ts': `
    import data from './data.json'
    import text from './note.txt'
    import { double } from 'esm-only'
    import greet from 'common'
    import { shared } from '@app/shared'
    interface Said { readonly all: unknown[] }
    const late = await Promise.resolve('top-level await')
    export async function handler(): Promise<Said> {
      const { lazy } = await import('./lazy.ts')
      return { all: [data.city, text, double(2), greet('x'), shared, late, lazy, handler.name] }
    }`,
  'src/data.json': '{"city":"Zürich"}',
  'src/note.txt': 'a note',
  'src/lazy.ts': `export const lazy = 'loaded late'`,
  'shared/index.ts': `export const shared: string = 'by tsconfig paths'`,
  'tsconfig.json': '{"compilerOptions":{"paths":{"@app/*":["./*/index.ts"]}}} // as tsc reads it',
  ...pkg('esm-only', { 'index.js': 'export const double = n => n * 2' }, { type: 'module', exports: './index.js' }),
  ...pkg('common', {
    'index.js': `module.exports = name => { const os = 'node:o' + 's'; return name + typeof require(os).cpus + typeof require('tty').isatty }`,
  }),
}
const SAID = {
  all: ['Zürich', 'a note', 4, 'xfunctionfunction', 'by tsconfig paths', 'top-level await', 'loaded late', 'handler'],
}
const ENTRY = { entry: 'src/index.ts' }

describe('bundle', it => {
  it('makes one module that runs alone, where the handler is', async () => {
    const bundled = await bundleTree(MIXED, ENTRY)
    assert.is(bundled.path, 'src/index.mjs')
    assert.equal(bundled.exports, ['handler'])
    assert.equal(bundled.externals, [])
    assert.equal(bundled.assets, [])
    assert.is(bundled.map, null)
    assert.equal(await runBundle(bundled), SAID)
  })

  it('makes a CommonJS module with `format: cjs`', async () => {
    const files = {
      'index.ts': `import { url } from 'meta'
        export const handler = async () => [url.startsWith('file:'), typeof __dirname, typeof module]`,
      ...pkg('meta', { 'index.js': 'export const url = import.meta.url' }, { type: 'module' }),
    }
    const bundled = await bundleTree(files, { options: { format: 'cjs' } })
    assert.is(bundled.path, 'index.cjs')
    assert.is(bundled.exports, null)
    assert.equal(await runBundle(bundled), [true, 'string', 'object'])
  })

  it('writes the same bytes from checkouts of other depth, and through a link', () =>
    inTemporaryFolder(async dir => {
      const deep = join(dir, 'a/b/c')
      await writeTree(join(dir, 'one'), MIXED)
      await writeTree(deep, MIXED)
      await symlink(deep, join(dir, 'link'), 'junction')
      for (const options of [{}, { minify: false }, { sourcemap: true }, { sourcemap: 'inline' }]) {
        const made = [join(dir, 'one'), deep, join(dir, 'link')].map(root => bundleIn(root, { ...ENTRY, options }))
        const [one, ...others] = (await Promise.all(made)).map(({ bytes, map }) => [
          textOf(bytes),
          textOf(map?.bytes ?? Buffer.of()),
        ])
        for (const other of others) assert.equal(other, one, JSON.stringify(options))
        assert.not.match(one?.join('') ?? '', dir)
      }
    }))

  it('writes the same bytes and map wherever a package manager puts packages', async () => {
    const linked = (files: Tree) =>
      inTemporaryFolder(async dir => {
        await writeTree(dir, { 'index.ts': `export { a as handler } from 'a'`, ...files })
        if (!('node_modules/a/package.json' in files)) {
          await symlink(join(dir, 'node_modules/.pnpm/a@1.0.0/node_modules/a'), join(dir, 'node_modules/a'), 'junction')
        }
        const { bytes, map } = await bundleIn(dir, { options: { sourcemap: true } })
        return [textOf(bytes), textOf(map?.bytes ?? Buffer.of())]
      })
    const a = pkg('a', { 'index.js': `import { b } from 'b'; export const a = async () => b(1)` }, { type: 'module' })
    const b = pkg('b', { 'index.js': 'export function b(n) { return [n, n] }' }, { type: 'module' })
    const under = (prefix: string, files: Tree) =>
      Object.fromEntries(Object.entries(files).map(([path, text]) => [prefix + path, text]))
    const npm = await linked({ ...a, ...b })
    assert.equal(await linked(under('node_modules/.pnpm/a@1.0.0/', { ...a, ...b })), npm)
    assert.equal(await linked({ ...a, ...under('node_modules/a/', b) }), npm)
    assert.match(npm[1] ?? '', '"node_modules/b/index.js"')
  })

  it('takes no tsconfig.json from above the boundary', () =>
    inTemporaryFolder(async dir => {
      const project = join(dir, 'project')
      await writeTree(dir, { 'tsconfig.json': '{"compilerOptions":{"useDefineForClassFields":false,"target":"es5"}}' })
      await writeTree(project, { 'index.ts': 'export class handler { field = 1 }' })
      const { bytes } = await bundleIn(project)
      await writeTree(project, { 'tsconfig.json': '{}' })
      assert.is(textOf((await bundleIn(project)).bytes), textOf(bytes))
      await writeTree(project, { 'tsconfig.json': '{"compilerOptions":{"useDefineForClassFields":false}}' })
      assert.is.not(textOf((await bundleIn(project)).bytes), textOf(bytes))
    }))

  it('gives modules __dirname, import.meta and require, and none of it to those who use none', async () => {
    const files = {
      'index.mjs': `import { createRequire } from 'node:module'
        const require = createRequire(import.meta.url)
        import place from 'place'
        export const handler = async () => [require('node:path').basename(__filename), place]`,
      ...pkg('place', { 'index.js': `module.exports = require('path').isAbsolute(__dirname)` }),
    }
    for (const options of [{}, { minify: false }]) {
      assert.equal(await runBundle(await bundleTree(files, { entry: 'index.mjs', options })), ['index.mjs', true])
    }
    const plain = await bundleTree({ 'index.ts': 'export const handler = async () => 1' })
    assert.not.match(textOf(plain.bytes), 'fileURLToPath')
  })

  it('exports the handler of a CommonJS entry', async () => {
    const files = { 'dist/app.js': `exports.handler = async () => 'from CommonJS'` }
    const bundled = await bundleTree(files, { entry: 'dist/app.js' })
    assert.is(bundled.path, 'dist/app.mjs')
    assert.is(bundled.exports, null)
    assert.is(await runBundle(bundled), 'from CommonJS')
  })

  it('overwrites nothing, not even an entry at its own path', async () => {
    const bundled = await bundleTree(
      { 'index.mjs': `export const handler = async () => 'same path'` },
      { entry: 'index.mjs' },
    )
    assert.is(await runBundle(bundled), 'same path')
  })

  it('takes the ES module of a package, but `main` where anything requires it', async () => {
    const both = pkg(
      'both',
      { 'main.js': `module.exports = () => 'main'`, 'module.js': `export default () => 'module'` },
      { main: 'main.js', module: 'module.js' },
    )
    const own = `import both from 'both'\n`
    const one = await bundleTree({ 'index.ts': `${own}export const handler = async () => both()`, ...both })
    assert.is(await runBundle(one), 'module')
    const two = await bundleTree({
      'index.ts': `${own}import other from 'other'\nexport const handler = async () => [both(), other()]`,
      ...both,
      ...pkg('other', { 'index.js': `const both = require('both'); module.exports = () => both()` }),
    })
    assert.equal(await runBundle(two), ['main', 'main'])
    assert.not.match(textOf(two.bytes), 'module"')
  })

  it('tells whose bytes are inside', async () => {
    const { inlined } = await bundleTree(MIXED, ENTRY)
    assert.equal(
      inlined.map(part => part.package?.name ?? null),
      [null, 'common', 'esm-only'],
    )
    assert.ok(inlined.every(({ bytes }) => bytes > 20))
  })

  it('packs what the loaders `file` and `copy` make, and add-ons of the function itself', async () => {
    const files = {
      'src/index.ts': `import { readFile } from 'node:fs/promises'
        import picture from './picture.png'
        import addon from './addon.node'
        export const handler = async () => [await readFile(new URL(picture, import.meta.url), 'utf8'), addon]`,
      'src/picture.png': 'pixels',
      'src/addon.node': 'no ELF',
    }
    const bundled = await bundleTree(files, { entry: 'src/index.ts', options: { loader: { '.png': 'file' } } })
    assert.equal(
      bundled.assets.map(({ path, bytes }) => [path.replace(/-\w{8}\./, '-#.'), textOf(bytes)]),
      [
        ['src/addon-#.node', 'no ELF'],
        ['src/picture-#.png', 'pixels'],
      ],
    )
    const { handler } = { handler: await runBundle(bundled).catch((error: Error) => error.message) }
    assert.match(String(handler), /addon-\w{8}\.node: (file too short|invalid ELF header)|not a valid Win32|dlopen/)
  })

  it('passes options and plugins on, after its defaults and before its decisions', async () => {
    const plugin = {
      name: 'mine',
      setup: (build: {
        onResolve: (filter: object, answer: () => object) => void
        onLoad: (filter: object, answer: () => object) => void
      }) => {
        build.onResolve({ filter: /^virtual$/ }, () => ({ path: 'virtual', namespace: 'mine' }))
        build.onLoad({ filter: /.*/, namespace: 'mine' }, () => ({ contents: `export default 'from a plugin'` }))
      },
    }
    const options = {
      define: { STAGE: '"prod"' },
      inject: ['./shim.ts'],
      banner: { js: '/* mine */' },
      plugins: [plugin],
      minify: false,
      bundle: false,
      outfile: '/elsewhere.js',
      write: true,
    }
    const files = {
      'index.ts': `import said from 'virtual'\nexport const handler = async () => [STAGE, said, shimmed]`,
      'shim.ts': `export const shimmed = 'by a shim'`,
    }
    const bundled = await bundleTree(files, { options })
    assert.equal(await runBundle(bundled), ['prod', 'from a plugin', 'by a shim'])
    assert.match(textOf(bundled.bytes), '/* mine */')
    assert.is(bundled.path, 'index.mjs')
  })
})

describe('bundle source maps', it => {
  const files = { 'src/index.ts': `\n\nexport const handler = async () => { throw new Error('on line 3') }` }

  it('come linked, and lead back to the source', async () => {
    const bundled = await bundleTree(files, { ...ENTRY, options: { sourcemap: true } })
    assert.is(bundled.map?.mode, 'linked')
    assert.match(textOf(bundled.bytes), /\/\/# sourceMappingURL=index\.mjs\.map\n$/)
    assert.match(String(await runBundle(bundled)), /src\/index\.ts:3:/)
  })

  it('come inline', async () => {
    const bundled = await bundleTree(files, { ...ENTRY, options: { sourcemap: 'inline' } })
    assert.is(bundled.map, null)
    assert.match(String(await runBundle(bundled)), /src\/index\.ts:3:/)
  })

  it('come external, without a trace in the bundle', async () => {
    const bundled = await bundleTree(files, { ...ENTRY, options: { sourcemap: 'external' } })
    assert.is(bundled.map?.mode, 'external')
    assert.not.match(textOf(bundled.bytes), 'sourceMappingURL')
    assert.is(textOf(bundled.bytes), textOf((await bundleTree(files, ENTRY)).bytes))
  })
})

describe('bundle mistakes', it => {
  it('tells all of esbuild at once, with file, line and column', async () => {
    const files = { 'src/index.ts': `import './a.ts'\nimport './gone.ts'`, 'src/a.ts': `const a = ;\n` }
    const { message } = await rejects(() => bundleTree(files, ENTRY), 'BUNDLE_FAILED')
    assert.is(
      message,
      `Function "hello" can't be bundled:\n  src/a.ts:1:11: Unexpected ";"\n  src/index.ts:2:8: Could not resolve "./gone.ts"`,
    )
  })

  it('names a package that is not installed and the command for it', async () => {
    const files = { 'index.ts': `import 'left-pad'\nimport '@x/y/z'` }
    const { message } = await rejects(() => bundleTree(files), 'MODULE_NOT_INSTALLED')
    assert.match(message, 'index.ts:1:8: left-pad\n  index.ts:2:8: @x/y\nRun `npm install @x/y left-pad`.')
  })

  it('asks only to install what package.json declares', async () => {
    const files = { 'index.ts': `import 'left-pad'`, 'package.json': '{"dependencies":{"left-pad":"1"}}' }
    const { message } = await rejects(() => bundleTree(files), 'MODULE_NOT_INSTALLED')
    assert.match(message, 'Run `npm install`.')
  })

  it('tells what a package does not export', async () => {
    const files = { 'index.ts': `import 'a/b'`, ...pkg('a', { 'i.js': '' }, { exports: './i.js' }) }
    const { message } = await rejects(() => bundleTree(files), 'BUNDLE_FAILED')
    assert.match(message, 'index.ts:1:7: Could not resolve "a/b"\n'.replace('1:7', '1:8'))
    assert.match(message, 'is not exported by package "a"')
  })

  it('tells of options that esbuild does not know', async () => {
    const { message } = await rejects(
      () => bundleTree({ 'index.ts': '' }, { options: { minfy: true } }),
      'BUNDLE_FAILED',
    )
    assert.match(message, 'Invalid option in build() call: "minfy"')
  })

  it('names the plugin that fails', async () => {
    const plugin = {
      name: 'mine',
      setup: (build: { onStart: (action: () => void) => void }) =>
        build.onStart(() => {
          throw new Error('oh')
        }),
    }
    const { message } = await rejects(
      () => bundleTree({ 'index.ts': '' }, { options: { plugins: [plugin] } }),
      'BUNDLE_FAILED',
    )
    assert.match(message, '[mine] oh')
  })
})
