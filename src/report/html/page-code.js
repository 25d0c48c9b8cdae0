import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

/** Browsers of 2023 and later. */
const TARGET = ['chrome114', 'firefox115', 'safari16.4']

/**
 * The page's script and style, bundled and minified, and the files that they are made from. In the published program this module is
 * replaced by what it returns (scripts/build.js), so that esbuild works here from sources only.
 *
 * @returns {{ script: string, style: string, inputs: string[] }}
 */
export function pageCode() {
  const folder = fileURLToPath(new URL('./page/', import.meta.url))
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: fileURLToPath(new URL('../../../', import.meta.url)),
    entryPoints: { script: `${folder}main.ts`, style: `${folder}page.css` },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'eof',
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  const textOf = name => outputFiles.find(({ path }) => path.endsWith(name))?.text.trim() ?? ''
  return { script: textOf('script.js'), style: textOf('style.css'), inputs: Object.keys(metafile.inputs) }
}
