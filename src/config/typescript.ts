import { builtinModules } from 'node:module'
import { dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, Plugin } from 'esbuild'
import { UserError } from '../errors.ts'
import type { Disk } from '../system/system.ts'

export type { BuildOptions, Loader } from 'esbuild'

// Bare names of what `import.meta` and CommonJS offer; each file gets its own values in front of its text.
const PLACE_NAMES = {
  'import.meta.url': '__lpack_url',
  'import.meta.dirname': '__lpack_dirname',
  'import.meta.filename': '__lpack_filename',
  __dirname: '__lpack_dirname',
  __filename: '__lpack_filename',
} as const

/**
 * The default export of a TypeScript or JavaScript config; a function is called. It is compiled in memory: its own
 * relative imports are bundled, packages are imported from where they are installed, and `lpack` is ourselves.
 */
export async function loadModule(file: string, disk: Disk): Promise<unknown> {
  const code = await compile(file, disk)
  try {
    const exported = defaultExport(
      file,
      await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`),
    )
    return await (typeof exported === 'function' ? exported() : exported)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('CONFIG_THREW', file, error instanceof Error ? error.message : String(error))
  }
}

/** Where a text stops being JSON, and why; JSON.parse of Node.js 20 often doesn't say. */
export async function findJsonMistake(text: string): Promise<CodePlace | null> {
  const { transform } = await import('esbuild')
  return transform(text, { loader: 'json', logLevel: 'silent' }).then(() => null, firstMistake)
}

/** Line and column count from 1; null: unknown. The file is relative to the config's folder. */
export interface CodePlace {
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly why: string
}

async function compile(file: string, disk: Disk): Promise<string> {
  const { build } = await import('esbuild')
  try {
    const result = await build({
      entryPoints: [file],
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      charset: 'utf8',
      logLevel: 'silent',
      define: PLACE_NAMES,
      // CommonJS configs and packages call require; an ES module from memory has none.
      banner: {
        js: `import{createRequire as __lpack_createRequire}from'node:module';const require=__lpack_createRequire(${JSON.stringify(file)});`,
      },
      plugins: [ourselves(), installedPackages(), ownPlace(disk)],
    })
    return result.outputFiles[0]?.text ?? ''
  } catch (error) {
    const mistake = firstMistake(error)
    throw new UserError(
      'CONFIG_UNREADABLE',
      resolve(dirname(file), mistake.file ?? file),
      mistake.line,
      mistake.column,
      mistake.why,
    )
  }
}

function firstMistake(error: unknown): CodePlace {
  const first = (error as Partial<BuildFailure>).errors?.[0]
  if (first === undefined) throw error
  const place = first.location
  if (place === null) return { file: null, line: null, column: null, why: first.text }
  // What ownPlace put in front of the first line is not the user's.
  const added = place.line === 1 ? ownPrefixLength(place.lineText) : 0
  return {
    file: place.file === '<stdin>' ? null : place.file,
    line: place.line,
    column: place.column - added + 1,
    why: first.text,
  }
}

/** `import { defineConfig } from 'lpack'` works where lpack is installed globally, and needs no build of ours. */
function ourselves(): Plugin {
  return {
    name: 'lpack',
    setup(build) {
      build.onResolve({ filter: /^lpack$/ }, () => ({ path: 'lpack', namespace: 'lpack' }))
      build.onLoad({ filter: /.*/, namespace: 'lpack' }, () => ({
        contents: 'export const defineConfig = config => config',
      }))
    },
  }
}

/** A module in memory has no folder to resolve packages from, so they are imported by their absolute address. */
function installedPackages(): Plugin {
  return {
    name: 'installed packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async args => {
        if (args.kind === 'entry-point' || args.pluginData === 'resolved' || /^[a-z]:[\\/]/i.test(args.path))
          return undefined
        if (args.path.startsWith('node:') || builtinModules.includes(args.path))
          return { path: args.path, external: true }
        const { kind, importer, resolveDir } = args
        const found = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: 'resolved' })
        // Sources that Node.js can't import, such as a workspace's TypeScript, are bundled.
        if (found.errors.length > 0 || found.external || !/^\.([cm]?js|node|)$/.test(extname(found.path))) return found
        const path = kind === 'require-call' || kind === 'require-resolve' ? found.path : pathToFileURL(found.path).href
        return { path, external: true }
      })
    },
  }
}

/** Gives each bundled file its own import.meta.url, __dirname and __filename. */
function ownPlace(disk: Disk): Plugin {
  return {
    name: 'own place',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, async args => {
        const text = await disk.readText(args.path)
        if (!/import\.meta|__dirname|__filename/.test(text)) return undefined
        const loader = /\.[cm]?ts$/.test(args.path) ? 'ts' : 'js'
        return {
          contents: ownPrefix(args.path) + text.replace(/^\uFEFF?#!.*/, ''),
          loader,
          resolveDir: dirname(args.path),
        }
      })
    },
  }
}

const PREFIX_START = 'var __lpack_url='
const PREFIX_END = '/*lpack*/;'

function ownPrefix(path: string): string {
  const [url, dir, file] = [pathToFileURL(path).href, dirname(path), path].map(value => JSON.stringify(value))
  return `${PREFIX_START}${url},__lpack_dirname=${dir},__lpack_filename=${file}${PREFIX_END}`
}

function ownPrefixLength(line: string): number {
  return line.startsWith(PREFIX_START) ? line.indexOf(PREFIX_END) + PREFIX_END.length : 0
}

function defaultExport(file: string, module: Readonly<Record<string, unknown>>): unknown {
  if (!('default' in module)) throw new UserError('CONFIG_WITHOUT_DEFAULT', file)
  const value = module['default']
  // TypeScript's CommonJS output: the default export is a property of what is exported.
  const isWrapped = typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
  return isWrapped ? value.default : value
}
