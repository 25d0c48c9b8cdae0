/** A handler as Lambda's Python runtimes read it. */
export interface PythonHandler {
  /** As Lambda quotes it, perhaps with slashes. */
  readonly written: string
  /** Dotted. */
  readonly module: string
  /** The one attribute that is taken from the module. */
  readonly name: string
}

/**
 * Reads a handler by Lambda's rule: the part before the last dot is the module, in which `/` is a dot. A string is the
 * error of Lambda's Python.
 * https://github.com/aws/aws-lambda-python-runtime-interface-client/blob/main/awslambdaric/bootstrap.py
 */
export function readPythonHandler(handler: string): PythonHandler | string {
  const dot = handler.lastIndexOf('.')
  if (dot === -1) return `Bad handler '${handler}': not enough values to unpack (expected 2, got 1)`
  const written = handler.slice(0, dot)
  if (written === '') return 'ValueError: Empty module name'
  const module = written.replaceAll('/', '.')
  if (module.startsWith('.')) {
    return `TypeError: the 'package' argument is required to perform a relative import for '${module}'`
  }
  return { written, module, name: handler.slice(dot + 1) }
}
