// Loads a handler as Lambda's Node.js runtimes do: the older and the newer loader of aws-lambda-ric 3.3.0 and 4.0.2.
// node lambda-handler.mjs <root> <handler> <major>: exits with 0 if the function would start, else says why.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'

const require = createRequire(import.meta.url)
const [root, handler, major] = process.argv.slice(2)
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')

globalThis.awslambda = { streamifyResponse: one => Object.assign(one, { [STREAMING]: 'response' }) }

function isModuleFolder(folder) {
  if (folder.endsWith('/node_modules')) return false
  const manifest = join(folder, 'package.json')
  if (existsSync(manifest)) {
    try {
      return JSON.parse(readFileSync(manifest, 'utf8'))?.type === 'module'
    } catch {
      return false
    }
  }
  return folder === '/' ? false : isModuleFolder(resolve(folder, '..'))
}

async function loadOld(path, moduleRoot, name) {
  const required = extension => (existsSync(path + extension) ? require(path + extension) : undefined)
  const imported = async extension => (existsSync(path + extension) ? import(path + extension) : undefined)
  const bare = required('')
  if (bare) return bare
  const isModule = existsSync(`${path}.js`) && isModuleFolder(dirname(path))
  const script = isModule ? await imported('.js') : required('.js')
  const loaded = script || (await imported('.mjs')) || required('.cjs')
  return loaded || require(require.resolve(name, { paths: [root, moduleRoot] }))
}

async function loadNew(path, moduleRoot, name) {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    if (existsSync(path + extension)) return import(path + extension)
  }
  return require(require.resolve(name, { paths: [root, join(root, moduleRoot)] }))
}

function find(module, names, isObjectOnly) {
  return names
    .split('.')
    .reduce((one, key) => (isObjectOnly && typeof one !== 'object' ? undefined : one?.[key]), module)
}

async function start() {
  if (handler.includes('..')) throw new Error(`'${handler}' is not a valid handler name.`)
  const last = basename(handler)
  const moduleRoot = handler.slice(0, handler.indexOf(last))
  const [, name, names] = /^([^.]*)\.(.*)$/.exec(last) ?? []
  if (name === undefined) throw new Error('Bad handler')
  const path = resolve(root, moduleRoot, name)
  const isNew = Number(major) >= 24
  const module = await (isNew ? loadNew(path, moduleRoot, name) : loadOld(path, moduleRoot, name))
  const found = find(module, names, isNew) || (isNew && module?.default ? find(module.default, names, true) : undefined)
  if (!found) throw new Error(`${handler} is undefined or not exported`)
  if (typeof found !== 'function') throw new Error(`${handler} is not a function`)
  if (isNew && found.length >= 3 && !found[STREAMING]) throw new Error('Runtime.CallbackHandlerDeprecated')
}

await start().then(
  () => process.exit(0),
  error => {
    console.error(String(error?.stack ?? error))
    process.exit(1)
  },
)
