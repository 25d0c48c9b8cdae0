/** A small artifact, the runtimes on which it does not start, and what is found there. */
export interface NodeProject {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly handler?: string
  /** Codes of errors by runtime; a runtime that is not named starts it. */
  readonly errors: Readonly<Record<string, string>>
  /** Codes of warnings and notes, wherever they come. */
  readonly others?: readonly string[]
}

const ALL = (code: string) => ({ 'nodejs20.x': code, 'nodejs22.x': code, 'nodejs24.x': code })
const OLD = (code: string) => ({ 'nodejs20.x': code, 'nodejs22.x': code })
const MODULE = '{ "type": "module" }'
const HANDLER = 'export const handler = async () => 1'
const CJS = 'exports.handler = async () => 1'
const pkg = (name: string, manifest: object, files: Readonly<Record<string, string>>) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', ...manifest }),
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/${name}/${path}`, text])),
})

/** Broken artifacts, and their like that start. */
export const NODE_PROJECTS: readonly NodeProject[] = [
  {
    title: 'a relative file is missing (require)',
    files: { 'index.js': `require('./lib/db')\n${CJS}` },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a relative file is there (require)',
    files: { 'index.js': `require('./lib/db')\n${CJS}`, 'lib/db.js': '' },
    errors: {},
  },
  {
    title: 'a folder with an index (require)',
    files: { 'index.js': `require('./lib')\n${CJS}`, 'lib/index.js': '' },
    errors: {},
  },
  {
    title: 'a folder by its package.json',
    files: { 'index.js': `require('./lib/')\n${CJS}`, 'lib/package.json': '{"main":"a"}', 'lib/a.js': '' },
    errors: {},
  },
  {
    title: 'a folder without an index',
    files: { 'index.js': `require('./lib')\n${CJS}`, 'lib/a.js': '' },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  { title: 'JSON by require', files: { 'index.js': `require('./a')\n${CJS}`, 'a.json': '{}' }, errors: {} },
  {
    title: 'another case',
    files: { 'index.js': `require('./Db')\n${CJS}`, 'db.js': '' },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'an import without extension',
    files: { 'index.mjs': `import './db'\n${HANDLER}`, 'db.mjs': '' },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'an import with extension and query',
    files: { 'index.mjs': `import './db.mjs?a#b'\n${HANDLER}`, 'db.mjs': '' },
    errors: {},
  },
  {
    title: 'an import of a folder',
    files: { 'index.mjs': `import './lib'\n${HANDLER}`, 'lib/index.js': '' },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a missing package (require)',
    files: { 'index.js': `const p = require('left-out')\n${CJS}` },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a missing package (import)',
    files: { 'index.mjs': `import p from 'left-out'\n${HANDLER}` },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a missing package in try',
    files: { 'index.js': `let p; try { p = require('left-out') } catch {}\n${CJS}` },
    errors: {},
  },
  {
    title: 'a missing package in a function',
    files: { 'index.js': `const p = () => require('left-out')\n${CJS}` },
    errors: {},
  },
  {
    title: 'a missing package behind a condition',
    files: {
      'index.js': `const p = process.env.NEVER && require('left-out')\nif (process.env.NEVER) require('left-out')\n${CJS}`,
    },
    errors: {},
  },
  {
    title: 'a missing package behind if without braces',
    files: { 'index.js': `if (process.env.NEVER)\n  require('left-out')\nelse\n  console.log()\n${CJS}` },
    errors: {},
  },
  {
    title: 'a missing package by import()',
    files: { 'index.mjs': `export const handler = async () => import('left-out')` },
    errors: {},
  },
  {
    title: 'a missing package after if on the next line',
    files: { 'index.js': `const a = process.env.A ? 1 : 2\nconst p = require('left-out')\n${CJS}` },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'words in strings and comments',
    files: {
      'index.mjs': `// import 'a'\n/* require('b') */\nconst s = "import 'c'", t = \`\nimport 'd'\n\${ '}' }\`, r = /import 'e'["'\`]/\n${HANDLER}`,
    },
    errors: {},
  },
  {
    title: 'a file that a loaded file wants',
    files: { 'index.mjs': `import './a.mjs'\n${HANDLER}`, 'a.mjs': "export * from './b.mjs'" },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a package with exports',
    files: {
      'index.mjs': `import 'p/x'\n${HANDLER}`,
      ...pkg('p', { exports: { './x': { import: './x.mjs', require: './x.cjs' } } }, { 'x.mjs': '', 'x.cjs': '' }),
    },
    errors: {},
  },
  {
    title: 'a subpath that exports leave out',
    files: {
      'index.mjs': `import 'p/y'\n${HANDLER}`,
      ...pkg('p', { exports: { '.': './x.js' } }, { 'x.js': '', 'y.js': '' }),
    },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a pattern in exports',
    files: {
      'index.js': `require('p/lib/y')\n${CJS}`,
      ...pkg('p', { exports: { './lib/*': './src/*.js' } }, { 'src/y.js': '' }),
    },
    errors: {},
  },
  {
    title: 'a file that exports name and nobody packed',
    files: { 'index.js': `require('p')\n${CJS}`, ...pkg('p', { exports: './dist/x.js' }, { 'src/x.js': '' }) },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'only a condition for import, required',
    files: { 'index.js': `require('p')\n${CJS}`, ...pkg('p', { exports: { import: './x.mjs' } }, { 'x.mjs': '' }) },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a subpath without exports (import)',
    files: { 'index.mjs': `import 'p/y'\n${HANDLER}`, ...pkg('p', {}, { 'y.js': '' }) },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a subpath without exports (require)',
    files: { 'index.js': `require('p/y')\n${CJS}`, ...pkg('p', {}, { 'y.js': '' }) },
    errors: {},
  },
  {
    title: 'a main without extension',
    files: { 'index.mjs': `import 'p'\n${HANDLER}`, ...pkg('p', { main: 'lib/a' }, { 'lib/a.js': '' }) },
    errors: {},
  },
  {
    title: 'a main that is not there, and no index',
    files: { 'index.js': `require('p')\n${CJS}`, ...pkg('p', { main: 'lib/a.js' }, { 'b.js': '' }) },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'the own name',
    files: {
      'index.js': `require('own/x')\n${CJS}`,
      'package.json': '{"name":"own","exports":{"./x":"./lib/x.js"}}',
      'lib/x.js': '',
    },
    errors: {},
  },
  {
    title: 'an internal name',
    files: {
      'index.mjs': `import '#x'\n${HANDLER}`,
      'package.json': '{"imports":{"#x":"./lib/x.mjs"}}',
      'lib/x.mjs': '',
    },
    errors: {},
  },
  {
    title: 'an internal name that is not defined',
    files: {
      'index.mjs': `import '#y'\n${HANDLER}`,
      'package.json': '{"imports":{"#x":"./lib/x.mjs"}}',
      'lib/x.mjs': '',
    },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'a name from the root (NODE_PATH)',
    files: { 'src/index.js': `require('lib/x')\n${CJS}`, 'lib/x.js': '' },
    handler: 'src/index.handler',
    errors: {},
  },
  {
    title: 'an ES module required',
    files: { 'index.js': `require('./a.mjs')\n${CJS}`, 'a.mjs': 'export const a = 1' },
    errors: OLD('NODE_REQUIRE_ESM'),
    others: ['NODE_REQUIRE_ESM_MAYBE'],
  },
  {
    title: 'a package of ES modules required',
    files: {
      'index.js': `const { a } = require('p')\n${CJS}`,
      ...pkg('p', { type: 'module', main: 'x.js' }, { 'x.js': 'export const a = 1' }),
    },
    errors: OLD('NODE_REQUIRE_ESM'),
    others: ['NODE_REQUIRE_ESM_MAYBE'],
  },
  {
    title: 'import syntax in a required file',
    files: { 'index.js': `require('./a')\n${CJS}`, 'a.js': 'export const a = 1' },
    errors: OLD('NODE_MODULE_KIND'),
  },
  {
    title: 'import syntax in a .cjs',
    files: { 'index.js': `require('./a.cjs')\n${CJS}`, 'a.cjs': "import 'node:fs'" },
    errors: ALL('NODE_MODULE_KIND'),
  },
  {
    title: 'await outside of functions in a .cjs',
    files: { 'index.js': `require('./a.cjs')\n${CJS}`, 'a.cjs': 'await Promise.resolve(1)' },
    errors: ALL('NODE_MODULE_KIND'),
  },
  {
    title: 'require in an ES module',
    files: { 'index.mjs': `const fs = require('fs')\n${HANDLER}` },
    errors: ALL('NODE_MODULE_KIND'),
  },
  {
    title: 'a made require in an ES module',
    files: {
      'index.mjs': `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nconst fs = require('./a')\n${HANDLER}`,
      'a.json': '1',
    },
    errors: {},
  },
  {
    title: 'a made require of what is missing',
    files: {
      'index.mjs': `import{createRequire as c}from'node:module';const require=c(import.meta.url);var s=require("left-out");${HANDLER}`,
    },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
  {
    title: 'exports in an ES module beside',
    files: { 'index.mjs': `import './a.js'\n${HANDLER}`, 'a.js': 'exports.a = 1', 'package.json': MODULE },
    errors: ALL('NODE_MODULE_KIND'),
  },
  {
    title: 'JSON without an attribute',
    files: { 'index.mjs': `import a from './a.json'\n${HANDLER}`, 'a.json': '{}' },
    errors: ALL('NODE_IMPORT_JSON'),
  },
  {
    title: 'JSON with an attribute',
    files: { 'index.mjs': `import a from './a.json' with { type: 'json' }\n${HANDLER}`, 'a.json': '{}' },
    errors: {},
  },
  {
    title: 'a built-in module that is newer',
    files: { 'index.mjs': `import 'node:sqlite'\n${HANDLER}` },
    errors: { 'nodejs20.x': 'NODE_BUILTIN_UNKNOWN' },
  },
  {
    title: 'built-in modules',
    files: { 'index.mjs': `import 'fs'\nimport 'node:test'\nimport 'dns/promises'\n${HANDLER}` },
    errors: {},
  },
  {
    title: 'what a package wants and nobody installed',
    files: {
      'index.js': `require('p')\n${CJS}`,
      ...pkg('p', { main: 'x.js' }, { 'x.js': "module.exports = require('peer')" }),
    },
    errors: {},
    others: ['NODE_IMPORT_MISSING_IN_PACKAGE'],
  },
  {
    title: 'a package that requires an ES module',
    files: {
      'index.js': `require('p')\n${CJS}`,
      ...pkg('p', { main: 'x.js' }, { 'x.js': "module.exports = require('q')" }),
      ...pkg('q', { type: 'module', main: 'y.js' }, { 'y.js': 'export const a = 1' }),
    },
    errors: {},
    others: ['NODE_REQUIRE_ESM_IN_PACKAGE', 'NODE_REQUIRE_ESM_MAYBE'],
  },
  { title: 'code after a return', files: { 'index.js': `${CJS}\nif (true) return\nrequire('left-out')` }, errors: {} },
  {
    title: 'a callback',
    files: { 'index.mjs': 'export const handler = (event, context, callback) => callback()' },
    errors: { 'nodejs24.x': 'HANDLER_CALLBACK' },
    others: ['HANDLER_CALLBACK_ENDS'],
  },
  {
    title: 'a callback with a default',
    files: { 'index.mjs': 'export const handler = (event, context, callback = null) => 1' },
    errors: {},
  },
  {
    title: 'a wrapped callback',
    files: {
      'index.mjs': 'const wrap = f => async e => f(e)\nexport const handler = wrap((event, context, callback) => 1)',
    },
    errors: {},
  },
  {
    title: 'a handler that is not exported',
    files: { 'index.mjs': 'const handler = 1' },
    errors: ALL('HANDLER_FUNCTION_MISSING'),
  },
  {
    title: 'a default export that holds the handler',
    files: { 'index.mjs': 'export default { handler: async () => 1 }' },
    errors: OLD('HANDLER_FUNCTION_MISSING'),
  },
  {
    title: 'a handler in a folder',
    files: { 'app/index.js': CJS },
    handler: 'app.handler',
    errors: { 'nodejs24.x': 'HANDLER_MODULE_MISSING' },
  },
  {
    title: 'a handler with a second dot',
    files: { 'my.mod.js': CJS },
    handler: 'my.mod.handler',
    errors: ALL('HANDLER_MODULE_MISSING'),
  },
  {
    title: '__dirname in an ES module',
    files: { 'index.mjs': `const at = String(__dirname)\n${HANDLER}` },
    errors: ALL('NODE_MODULE_KIND'),
  },
  {
    title: '__dirname where there may be none',
    files: { 'index.mjs': `const at = typeof __dirname === 'string' ? String(__dirname) : ''\n${HANDLER}` },
    errors: {},
  },
  {
    title: 'its own __dirname',
    files: {
      'index.mjs': `import { dirname } from 'node:path'\nconst __dirname = dirname('/a/b')\nconst at = String(__dirname)\n${HANDLER}`,
    },
    errors: {},
  },
  {
    title: 'a missing package in an object',
    files: { 'index.js': `const all = { a: 1, p: require('left-out') }\n${CJS}` },
    errors: ALL('NODE_IMPORT_MISSING'),
  },
]
