import { posix } from 'node:path'

/** A handler as Lambda's Node.js runtimes read it. */
export interface NodeHandler {
  /** The module without its extension, from the artifact's root, such as `src/index`. */
  readonly module: string
  /** What is looked up in the module, property by property, such as `handler` or `api.get`. */
  readonly exportPath: string
}

/**
 * What Lambda appends to a handler's module, in its order; the first file that exists is loaded.
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/function/module-loader.ts
 */
export const LAMBDA_EXTENSIONS = ['', '.js', '.mjs', '.cjs'] as const

/** Extensions of sources that a bundle is made of, but that Lambda doesn't look for. */
export const SOURCE_EXTENSIONS = ['.ts', '.mts', '.cts', '.tsx', '.jsx'] as const

/** From this version on the runtime loads all modules by import(), and also looks into a default export. */
export const FIRST_IMPORTING_MAJOR = 24

/** Reads a handler by Lambda's rule: the module ends at the first dot of the last part of the path. A string is Lambda's own error. */
export function readNodeHandler(handler: string): NodeHandler | string {
  if (handler.includes('..')) {
    return `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`
  }
  const slash = handler.lastIndexOf('/')
  const [, module = '', exportPath = ''] = /^([^.]*)\.(.*)$/.exec(handler.slice(slash + 1)) ?? []
  if (module === '' || exportPath === '') return 'Bad handler'
  return { module: posix.normalize(`${handler.slice(0, slash + 1)}${module}`), exportPath }
}
