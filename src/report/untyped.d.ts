// spdx-expression-parse ships no types.

declare module 'spdx-expression-parse' {
  /** Throws an Error for what is no SPDX licence expression. */
  function parse(expression: string): unknown
  export = parse
}
