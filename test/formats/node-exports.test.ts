import { buildSync } from 'esbuild'
import * as assert from 'uvu/assert'
import { cjsExports, esmExports } from '../../src/formats/node-exports.ts'
import { describe } from '../helpers.ts'

/** An ES module → the names that it exports; `…` where there may be more. */
const ESM: readonly [string, readonly string[]][] = [
  ['export const handler = async () => 1', ['handler']],
  ['export async function handler(event: Event): Promise<void> {}', ['handler']],
  ['export function* pages() {}\nexport class Shop {}', ['Shop', 'pages']],
  ['export let a = 1, handler = 2', ['a', 'handler']],
  ['export const { handler, other: b } = make()', ['b', 'handler', 'other']],
  ['export { a as handler, b }', ['b', 'handler']],
  ['export { type Event, handler }\nexport type { Other }', ['handler']],
  ['export { handler } from "./app.js"', ['handler']],
  ['export {\n  // the entry\n  main as handler,\n}', ['handler']],
  ['export { x as "handler" }', ['handler']],
  ['export * as api from "./api.js"', ['api']],
  ['export * from "./app.js"', ['…']],
  ['export default { handler() {} }', ['default']],
  ['var a=1;export{a as handler};', ['handler']],
  ['// export const handler = 1\n/* export { other } */', []],
  ['/**\n * export const handler\n */\nconst a = 1', []],
  ['const exported = { handler: 1 }', []],
  ['export interface Event {}\nexport type Handler = () => void', []],
]

const CJS: readonly [string, readonly string[]][] = [
  ['exports.handler = async () => 1', ['handler']],
  ['module.exports.handler = 1', ['handler']],
  ['exports["handler"] = 1', ['handler']],
  ['exports.a = exports.handler = void 0', ['a', 'handler']],
  ['module.exports = { handler, other: { inner: 1 }, async get() {} }', ['get', 'handler', 'other']],
  ['module.exports = { handler: (a, b) => [a, b] }', ['handler']],
  ['module.exports = { ...api, handler }', ['handler', '…']],
  ['export = { handler }', ['handler']],
  [
    'Object.defineProperty(exports, "__esModule", { value: true });\nexports.handler = handler;\nfunction handler() {}',
    ['handler'],
  ],
  ['Object.defineProperty(exports, "handler", { enumerable: true, get: () => a })', ['handler']],
  ['module.exports = require("./app")', ['…']],
  ['__exportStar(require("./app"), exports)', ['…']],
  ['const all = exports\nall.handler = 1', ['…']],
  ['const handler = 1', []],
]

const shown = ({ names, isOpen }: ReturnType<typeof esmExports>) => [...names, ...(isOpen ? ['…'] : [])]

describe('formats/node-exports', it => {
  for (const [source, expected] of ESM) {
    it(`reads the ES module ${JSON.stringify(source)}`, () => assert.equal(shown(esmExports(source)), expected))
  }

  for (const [source, expected] of CJS) {
    it(`reads the CommonJS module ${JSON.stringify(source)}`, () => assert.equal(shown(cjsExports(source)), expected))
  }

  const source = 'export const handler = () => 1\nfunction b() {}\nexport { b as other }\nexport default 3'
  for (const minify of [true, false]) {
    it(`reads what esbuild writes${minify ? ', minified' : ''}`, () => {
      const built = (format: 'esm' | 'cjs') =>
        buildSync({ stdin: { contents: source }, bundle: true, write: false, minify, format }).outputFiles[0]?.text ??
        ''
      assert.equal(shown(esmExports(built('esm'))), ['default', 'handler', 'other'])
      assert.equal(shown(cjsExports(built('cjs'))), ['default', 'handler', 'other'])
    })
  }

  it('answers at once to a long line', () => {
    const started = Date.now()
    const text = `var a=${'b(),c={d:1},"export ",'.repeat(100_000)}e;export{a as handler};`
    assert.equal(shown(esmExports(text)), ['handler'])
    cjsExports(text)
    assert.ok(Date.now() - started < 3000)
  })
})
