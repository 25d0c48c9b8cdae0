import { OWN } from './packages.ts'

/** A file, and what is known of it. */
export interface ReasonSubject {
  readonly path: string
  /** Of its package; `(function)` for the function's own. */
  readonly name: string
  readonly isBundle: boolean
  /** Where it leads if it is a link; else null. */
  readonly target: string | null
  /** What the rules of slimming have said; null: nothing. */
  readonly said: string | null
}

/** Texts that licences want to be passed on. */
const LEGAL = /(?:^|\/)(?:un)?(?:licen[cs]e|notice|copying|copyright|patents|authors|third[-_ ]?party|legal)[^/]*$/i
const METADATA = /(?:^|\/)[^/]+\.(?:dist-info|egg-info)\//
const MODULE = /\.(?:py|pyc|[cm]?js|mts|cts|tsx?|jsx)$/
/** A module of CPython that is compiled, or an add-on of Node.js. */
const EXTENSION = /\.(?:(?:cpython-[^./]+|abi3)\.so|node)$/
const LIBRARY = /\.so(?:\.[\d.]+)?$/

/** Why a file is in the artifact, in a few words. */
export function reasonOf({ path, name, isBundle, target, said }: ReasonSubject): string {
  if (said !== null) return said
  if (target !== null) return `link to ${target}`
  if (isBundle) return 'bundle of the handler'
  if (name === OWN) return path.endsWith('.map') ? 'source map' : 'own file'
  return `${kindOf(path)} of ${name}`
}

function kindOf(path: string): string {
  const isMetadata = METADATA.test(path)
  if (LEGAL.test(path) && !MODULE.test(path)) return 'licence'
  if (isMetadata) return /\.dist-info\/licenses\//.test(path) ? 'licence' : 'metadata'
  if (/(?:^|\/)package\.json$/.test(path)) return 'package.json'
  if (MODULE.test(path)) return 'module'
  if (EXTENSION.test(path)) return 'compiled module'
  return LIBRARY.test(path) ? 'library' : 'data'
}
