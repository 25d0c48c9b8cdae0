import * as assert from 'uvu/assert'
import { exportsOfTokens } from '../../src/formats/js-exports.ts'
import { parametersOfExport } from '../../src/formats/js-handler.ts'
import { readModule } from '../../src/formats/js-module.ts'
import { cjsExports } from '../../src/formats/node-exports.ts'
import { describe } from '../helpers.ts'

/** A module → what it can't be loaded without; null: not understood. */
const LINKS: readonly (readonly [string, readonly string[] | null])[] = [
  ["import a, { b as c } from 'x'", ['x']],
  ["import*as a from'x';import'y';export*from'z';export{d}from'w';export*as e from'v'", ['x', 'y', 'z', 'w', 'v']],
  ["import from from 'x'\nimport { from } from 'y'", ['x', 'y']],
  ["export const from = 'x'\nexport { from }", []],
  ["const a = import('x'), b = import.meta.url", []],
  ["const a = require('x'), { b } = require(`y`)", ['x', 'y']],
  ["a.require('x'); require(y); require('x' + y); require.resolve('z')", []],
  ["module.exports = { a: require('x'), ...require('y'), b: [require('z')] }", ['x', 'y', 'z']],
  ["try { require('x') } catch { require('y') } finally { require('z') }", []],
  ["if (a) require('x')\nelse require('y')\nrequire('z')", ['z']],
  ["if (a)\n  require('x')\nrequire('z')", ['z']],
  ["for (const a of b) require('x'); while (a) require('y'); do require('z'); while (a)", []],
  ["a && require('x'), require('y')", ['y']],
  ["a ? require('x') : require('y')\nrequire('z')", ['z']],
  ["a?.(require('x')); a ?? require('y')", []],
  ["f(a || b, require('x'))", ['x']],
  ["const f = () => require('x')\nconst g = require('y')", ['y']],
  ["const f = a => b => ({ c: require('x') }), g = require('y')", ['y']],
  ["function f(a = require('x')) { require('y') } class A { b = require('z'); static { require('w') } }", []],
  ["if (a) { return }\nrequire('x')", []],
  ["throw a\nrequire('x')", []],
  ["process.exit(1); require('x')", []],
  ["const a = /require('x')[/'\"]/g, b = 1 / 2 / 3; require('y')", ['y']],
  ["if (a) /'/.test(b); require('y')", ['y']],
  ["const a = `${`${'}'}`} require('x')`; require('y')", ['y']],
  ["// require('x')\n/* require('y') */\n'require(\"z\")'", []],
  ["switch (a) { case 1: require('x') }\nlabel: { require('y') }", []],
  ["const require = b; require('x')", []],
  ["#!/usr/bin/env node\nrequire('x')", ['x']],
  ['const a = {', null],
  ["const a = 'x", null],
  ['a)', null],
  ['', []],
]

/** A module → the `length` of its export `handler`. */
const PARAMETERS: readonly (readonly [string, number | null])[] = [
  ['export const handler = async (a, b, c) => 1', 3],
  ['export async function handler({ a, b }, [c, d], e,) {}', 3],
  ['export const handler = (a, b = 1, c) => 1', 1],
  ['export const handler = (a, ...b) => 1', 1],
  ['const x = function (a, b, c) {}\nexport { x as handler }', 3],
  ['const x = (a, b, c) => 1, y = x\nexport { y as handler }', 3],
  ['let x = (a, b, c) => 1\nx = wrap(x)\nexport { x as handler }', null],
  ['export const handler = wrap((a, b, c) => 1)', null],
  ['export { handler } from "./x"', null],
  ['export const handler = ((a, b, c) => 1)', null],
  [
    'const x = (a, b, c) => 1\nx[Symbol.for("aws.lambda.runtime.handler.streaming")] = "response"\nexport { x as handler }',
    null,
  ],
  ['exports.handler = void 0\nexports.handler = function (a, b, c) {}', 3],
  ['exports.handler = function (a, b, c) {}.bind(null, 1)', null],
  ['exports.handler = (a, b, c) => 1\nif (x) exports.handler = wrap(exports.handler)', null],
  ['module.exports = { handler }\nfunction handler(a, b, c) {}', 3],
  ['module.exports = { ...x, handler: (a, b, c) => 1 }', null],
  ['var n=(a,b)=>d(a,"name",{value:b,configurable:!0});var x=n(async(a,b,c)=>1,"handler");export{x as handler};', 3],
  ['var n=(a,b)=>trace(a,b);var x=n(async(a,b,c)=>1,"handler");export{x as handler};', null],
  ['var r=w((e,m)=>{m.exports={handler:(a,b,c)=>1}});var h=r().handler;export{h as handler};', 3],
  ['var r=w({"a.js"(exports){exports.handler=function(a,b,c){}}});var h=r()["handler"];export{h as handler};', 3],
  ['var x={};e(x,{handler:()=>h});module.exports=t(x);var h=(a,b,c)=>1;0&&(module.exports={handler});', 3],
]

describe('formats/js-module', it => {
  for (const [text, expected] of LINKS) {
    it(`reads the links of ${JSON.stringify(text)}`, () => {
      assert.equal(readModule(text)?.links.map(({ specifier }) => specifier) ?? null, expected)
    })
  }

  for (const [text, expected] of PARAMETERS) {
    it(`counts the parameters of ${JSON.stringify(text)}`, () => {
      const read = readModule(text)
      assert.is(read === null ? null : parametersOfExport(text, read.tokens, 'handler'), expected)
    })
  }

  it('reads the exports of an ES module', () => {
    const names = (text: string) => {
      const { names, isOpen } = exportsOfTokens(readModule(text)?.tokens ?? [])
      return [...names, ...(isOpen ? ['…'] : [])]
    }
    assert.equal(names('export const a = f(1, 2), b = { c, d }\nconst e = 1, f = 2'), ['a', 'b'])
    assert.equal(names('export async function a() {} function b() {}\nexport class C {}'), ['C', 'a'])
    assert.equal(names('export { a, b as c, d as "e" }; export default 1; export { g } from "x"'), [
      'a',
      'c',
      'default',
      'e',
      'g',
    ])
    assert.equal(names('export * from "x"; export * as y from "y"'), ['y', '…'])
    assert.equal(names('export const { a } = b'), ['…'])
  })

  it('tells ES modules, awaiting ones, and what an ES module does not have', () => {
    const facts = (text: string) => {
      const read = readModule(text)
      return [read?.esmOffset, read?.awaitOffset, read?.cjs?.name]
    }
    assert.equal(facts(' export default 1'), [1, null, undefined])
    assert.equal(facts('f = () => { import.meta }'), [12, null, undefined])
    assert.equal(facts('await a; async () => { await b }'), [null, 0, undefined])
    assert.equal(facts('for await (const a of b);'), [null, 4, undefined])
    assert.equal(facts('const f = async () => await b, await = 1'), [null, null, undefined])
    assert.equal(facts('exports.a = 1'), [null, null, 'exports'])
    assert.equal(facts('const exports = {}; exports.a = 1'), [null, null, undefined])
    assert.equal(facts('typeof module === "object" && (module.exports = 1)'), [null, null, undefined])
    assert.equal(facts('f(__dirname)'), [null, null, '__dirname'])
  })

  it('survives random text, and takes its time in proportion', () => {
    const parts = [
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      '`',
      '${',
      '/',
      '*',
      '//',
      "'",
      '"',
      '\\',
      '\n',
      ' ',
      '=>',
      '=',
      '?',
      ':',
      ',',
      ';',
      '.',
      'import',
      'export',
      'from',
      'require',
      "('x')",
      'function',
      'class',
      'async',
      'await',
      'if',
      'a',
      '1',
      '\u2028',
      'handler',
      'module.exports',
      'exports',
      'return',
    ]
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    for (let run = 0; run < 3000; run++) {
      let text = ''
      for (let left = random(60); left > 0; left--) text += parts[random(parts.length)] ?? ''
      const read = readModule(text)
      if (read !== null) parametersOfExport(text, read.tokens, 'handler')
    }
    for (const part of [
      '{',
      '(',
      '`${',
      'a=>',
      '/',
      '/*',
      'export{',
      '((a,b,c)=>{',
      'var a=b(),',
      'exports.handler=a;',
      'export{};',
      'export const {}=1;',
      'import ',
      'module.exports={};',
      'const exports=',
      'f(__dirname);',
    ]) {
      const text = part.repeat(30_000)
      const started = Date.now()
      const read = readModule(text)
      if (read !== null) parametersOfExport(text, read.tokens, 'handler')
      if (read !== null) exportsOfTokens(read.tokens)
      cjsExports(text)
      assert.ok(Date.now() - started < 4000, part)
    }
  })
})
