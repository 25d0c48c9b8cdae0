import { basename, dirname } from 'node:path'
import type { BundleOptions, NodePlan } from '../../../model.ts'
import type { BuildOptions, Plugin } from './esbuild.ts'
import { PLACE_MODULE } from './packages-plugin.ts'
import type { Place } from './places.ts'
import { chooseTsconfig } from './tsconfig.ts'
import type { Work } from './work.ts'

/** Messages about code that finds other code when it runs; esbuild keeps them to itself inside node_modules. */
export const DYNAMIC_REQUIRES = [
  'indirect-require',
  'require-resolve-not-external',
  'unsupported-dynamic-import',
  'unsupported-require-call',
]

// Packages of CommonJS call require for what Node.js brings; an ES module has none.
const REQUIRE_BANNER =
  "import{createRequire as __lpack_createRequire}from'node:module';const require=__lpack_createRequire(import.meta.url);"

/** The user's options as esbuild takes them; esbuild itself says which of them it doesn't know. */
export function userOptions(plan: NodePlan): BundleOptions & BuildOptions {
  return plan.config.bundle.kind === 'bundle' ? plan.config.bundle.options : {}
}

/** All options but for the entry: lpack's defaults, the user's over them, and what lpack decides. */
export async function buildOptions({ plan, place, disk }: Work, own: Plugin) {
  const user = userOptions(plan)
  const isEsm = place.format === 'esm'
  return {
    minify: true,
    keepNames: true,
    treeShaking: true,
    legalComments: 'none',
    charset: 'utf8',
    nodePaths: [],
    target: `node${plan.target.major}`,
    ...(isEsm ? { mainFields: ['module', 'main'] } : {}),
    ...(await chooseTsconfig(place.entry, await disk.realPath(plan.boundary), disk)),
    ...user,
    ...mergedOptions(user, place),
    // The user's come first, for the first to answer decides.
    plugins: [...(user.plugins ?? []), own],
    absWorkingDir: place.root,
    outfile: place.outfile,
    bundle: true,
    write: false,
    allowOverwrite: true,
    metafile: true,
    platform: 'node',
    format: place.format,
    // The comment that names the map is written after its sources are renamed.
    sourcemap: user.sourcemap === undefined || user.sourcemap === false ? false : 'external',
    logLevel: 'silent',
    logLimit: 0,
  } as const satisfies BuildOptions
}

/** Options that are joined with the user's rather than replaced. */
function mergedOptions(user: BuildOptions, { format }: Place) {
  const banner = [format === 'esm' ? REQUIRE_BANNER : '', user.banner?.['js'] ?? ''].filter(text => text !== '')
  return {
    // Of packages the plugin decides; paths are esbuild's.
    external: (user.external ?? []).filter(pattern => /^[./]|^[A-Za-z]:[\\/]/.test(pattern)),
    inject: [PLACE_MODULE, ...(user.inject ?? [])],
    loader: { '.node': 'copy', ...user.loader },
    define: { ...(format === 'cjs' ? META_IN_COMMON_JS : {}), ...user.define },
    banner: { ...user.banner, js: banner.join('\n') },
    logOverride: { ...Object.fromEntries(DYNAMIC_REQUIRES.map(id => [id, 'warning' as const])), ...user.logOverride },
  } satisfies BuildOptions
}

const META_IN_COMMON_JS = {
  'import.meta.url': '__lpack_url',
  'import.meta.dirname': '__dirname',
  'import.meta.filename': '__filename',
}

/** Of a CommonJS entry an ES module would only have a default export, which Lambda doesn't look into. */
export function entryOptions(
  plan: NodePlan,
  place: Place,
  isWrapped: boolean,
): Pick<BuildOptions, 'entryPoints' | 'stdin'> {
  if (!isWrapped) return { entryPoints: [place.entry] }
  const name = JSON.stringify(plan.entry.exportPath.split('.')[0])
  const module = JSON.stringify(`./${basename(place.entry)}`)
  return {
    stdin: {
      contents: `const handler = require(${module})[${name}]; export { handler as ${name} }`,
      resolveDir: dirname(place.entry),
      sourcefile: 'lpack:entry',
      loader: 'js',
    },
  }
}
