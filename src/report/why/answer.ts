import type { Decisions, FileSet, LeftOut, Plan } from '../../model.ts'
import type { WhyStep } from './chain.ts'

/** What `lpack why` tells of one file, of several that are alike, or of a package. */
export interface WhyAnswer {
  readonly kind: 'package' | 'file' | 'files'
  /** A package's name, or a path: in the artifact, of a module from the function's root. Of several files what was asked. */
  readonly name: string
  /** The package's, or that which the file is of; null: it is the function's own, or no package is there. */
  readonly package: { readonly id: string; readonly name: string; readonly version: string } | null
  /** packed: as files. inlined: in the bundle. left-out: a rule keeps it out. unneeded: nothing brings it. */
  readonly state: 'packed' | 'inlined' | 'left-out' | 'unneeded'
  /** The files meant; of what is inlined its modules. Sorted. */
  readonly paths: readonly string[]
  /** Unzipped, or in the bundle; null where nothing of it is packed. */
  readonly bytes: number | null
  /** From the function to it; empty: the function's own, or nothing leads there. */
  readonly chain: readonly WhyStep[]
  /** What keeps it in or out, each a phrase or a sentence. */
  readonly rules: readonly string[]
  /** Names of the other packages that require it. Sorted. */
  readonly alsoRequiredBy: readonly string[]
  /** Of a package: what of it stays out. Sorted by rule. */
  readonly leftOut: readonly Omit<LeftOut, 'bytes'>[]
}

/** What an answer is found in. */
export interface Known {
  readonly plan: Plan
  readonly fileSet: FileSet
  readonly decisions: Decisions
}

/** Nothing to tell, to start from. */
export const NOTHING = { paths: [], bytes: null, chain: [], rules: [], alsoRequiredBy: [], leftOut: [] }

export const BUNDLE_RULE = 'esbuild bundles what the handler imports, and keeps what is used'

export function sumBytes(all: readonly { readonly bytes: number | null }[]): number {
  return all.reduce((total, { bytes }) => total + (bytes ?? 0), 0)
}
