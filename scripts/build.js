// Bundles lpack itself into dist/: everything inlined but esbuild, so that what decides bytes is fixed by the tarball.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { pageCode } from '../src/report/html/page-code.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
rmSync(dist, { recursive: true, force: true })

const page = pageCode()
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { cli: 'src/cli/start.ts', index: 'src/index.ts', worker: 'src/deflate/worker.js' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.12',
  // CycloneDX's library looks whether xmlbuilder2 is there, which only its XML needs.
  external: ['esbuild', 'lpack/package.json', 'xmlbuilder2'],
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [
    {
      name: 'page',
      setup: ({ onLoad }) => onLoad({ filter: /[\\/]html[\\/]page-code\.js$/ }, () => finishedPage(page)),
    },
  ],
  // CommonJS packages call require, which ES modules lack.
  banner: {
    js: "import{createRequire as __lpackRequire}from'node:module';const require=__lpackRequire(import.meta.url);",
  },
})

writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences([...Object.keys(metafile.inputs), ...page.inputs]))
execFileSync(
  process.execPath,
  [
    createRequire(import.meta.url)
      .resolve('typescript/package.json')
      .replace(/package\.json$/, 'bin/tsc'),
    '-p',
    'tsconfig.types.json',
  ],
  { cwd: root, stdio: 'inherit' },
)

/** The HTML report's page as it comes out, in place of the module that makes it from sources. */
function finishedPage({ script, style }) {
  return { contents: `export const pageCode = () => (${JSON.stringify({ script, style })})` }
}

/** The licence texts of the packages whose code is in the bundle, as their licences ask. */
function licences(inputs) {
  const names = inputs
    .map(input => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1])
    .filter(name => name !== undefined)
  return [...new Set(names)]
    .sort()
    .map(name => {
      const folder = join(root, 'node_modules', name)
      const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
      const text =
        file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : ''
      return `${name} ${version} (${license})\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
