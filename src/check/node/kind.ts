import type { ModuleText } from '../../formats/js-module.ts'
import type { ModuleKind } from './packages.ts'

/** What Node.js takes a file for, and what it would say of it, and what mends it. */
export interface KindFault {
  readonly taken: 'a CommonJS module' | 'an ES module'
  readonly offset: number
  readonly words: string
  readonly remedy: string
}

/** How a file comes to be loaded. */
export interface Loading {
  readonly kind: ModuleKind
  readonly by: 'require' | 'import'
  readonly major: number
  /** NODE_OPTIONS allows Node.js to look at the syntax. */
  readonly isDetecting: boolean
}

const TO_ESM = 'Name it .mjs, or write "type": "module" into its package.json and pack that.'
const REMEDIES: Readonly<Record<string, string>> = {
  require: 'Write `import` instead, or make it: `const require = createRequire(import.meta.url)`, of node:module.',
  __dirname: 'Write `import.meta.dirname` instead.',
  __filename: 'Write `import.meta.filename` instead.',
}
const TO_CJS = 'Name it .cjs, or take "type": "module" out of its package.json.'

/**
 * A module of one kind in a file that is surely loaded as the other. Where no package.json tells, Node.js may look at the syntax, which
 * Lambda forbids it on 22 (https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-experimental-features, 2026-11-23);
 * what is so found to be an ES module can't be required on 20 and 22 either.
 */
export function kindFault(text: string, read: ModuleText, loading: Loading): KindFault | null {
  if (loading.kind === 'esm') return faultOfEsm(read)
  if (loading.kind === 'other') return null
  const { kind, by, major, isDetecting } = loading
  const isDecided = kind === 'cjs' || (!isDetecting && (major === 22 || (by === 'require' && major < 22)))
  return isDecided ? faultOfCommonJs(text, read) : null
}

/** True if the whole module is of the other kind; false if a name is used that its own kind doesn't have. */
export function isOfWholeModule({ remedy }: KindFault): boolean {
  return remedy === TO_ESM || remedy === TO_CJS
}

function faultOfEsm({ cjs }: ModuleText): KindFault | null {
  if (cjs === null) return null
  const { name, offset } = cjs
  return {
    taken: 'an ES module',
    offset,
    words: `ReferenceError: ${name} is not defined in ES module scope`,
    remedy: REMEDIES[name] ?? TO_CJS,
  }
}

function faultOfCommonJs(text: string, { esmOffset, awaitOffset }: ModuleText): KindFault | null {
  const offset = esmOffset ?? awaitOffset
  if (offset === null) return null
  return { taken: 'a CommonJS module', offset, words: `SyntaxError: ${syntaxWords(text, offset)}`, remedy: TO_ESM }
}

function syntaxWords(text: string, offset: number): string {
  if (text.startsWith('export', offset)) return "Unexpected token 'export'"
  if (text.startsWith('await', offset))
    return 'await is only valid in async functions and the top level bodies of modules'
  return /^import\s*\./.test(text.slice(offset, offset + 20))
    ? "Cannot use 'import.meta' outside a module"
    : 'Cannot use import statement outside a module'
}
