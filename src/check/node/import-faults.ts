import { posix } from 'node:path'
import { LAST_WITHOUT_REQUIRE_MODULE, TASK_ROOT } from '../../aws/node-modules.ts'
import { finding } from '../../findings.ts'
import { lineAt } from '../../formats/js-module.ts'
import type { Finding } from '../../model.ts'
import type { Subject } from '../subject.ts'
import type { KindFault } from './kind.ts'
import type { Resolution } from './resolution.ts'

interface Site {
  /** The module that asks, in the artifact, and its text. */
  readonly path: string
  readonly text: string
  readonly offset: number
  readonly specifier: string
  readonly by: 'require' | 'import'
  /** Whether it is the function's own, not a package's. */
  readonly isOwn: boolean
}

export type ImportFault =
  | (Site & { readonly kind: 'missing'; readonly missing: Extract<Resolution, { kind: 'missing' }> })
  | (Site & { readonly kind: 'builtin' })
  /** An ES module is required; JSON is imported without saying so. */
  | (Site & { readonly kind: 'esm' | 'json'; readonly target: string })
  | {
      readonly kind: 'kind'
      readonly isOwn: boolean
      readonly path: string
      readonly text: string
      readonly fault: KindFault
    }

/** One finding a package that is missing, or a file. */
export function tellImports(faults: readonly ImportFault[], subject: Subject, major: number): Finding[] {
  const told = new Map<string, Finding>()
  // What the function's own code says is told before what packages do.
  for (const fault of [...faults.filter(({ isOwn }) => isOwn), ...faults.filter(({ isOwn }) => !isOwn)]) {
    const key = keyOf(fault)
    if (!told.has(key)) told.set(key, tell(fault, subject, major))
  }
  // Packing may have told of built-in modules in the same words.
  const before = new Set(subject.fileSet.findings.map(({ code, message }) => `${code} ${message}`))
  return [...told.values()].filter(({ code, message }) => !before.has(`${code} ${message}`))
}

/** A package that several modules want is one to add, or to bundle. */
function keyOf(fault: ImportFault): string {
  if (fault.kind === 'kind') return `kind ${fault.path}`
  if (fault.kind === 'missing' && fault.missing.package !== null) return `missing ${fault.missing.package}`
  const [name] = /^(?:@[^/]+\/)?[^./#][^/]*/.exec(fault.specifier) ?? []
  return fault.kind === 'esm' && name !== undefined ? `esm ${name}` : `${fault.kind} ${fault.path} ${fault.specifier}`
}

function tell(fault: ImportFault, subject: Subject, major: number): Finding {
  const { path, text } = fault
  if (fault.kind === 'kind') {
    const place = `${path}:${lineAt(text, fault.fault.offset)}`
    return finding('NODE_MODULE_KIND', path, place, fault.fault.taken, fault.fault.words, fault.fault.remedy)
  }
  const place = `${path}:${lineAt(text, fault.offset)}`
  switch (fault.kind) {
    case 'missing':
      return tellMissing(fault, place, subject)
    case 'builtin':
      return finding('NODE_BUILTIN_UNKNOWN', '', fault.specifier, major)
    case 'json': {
      const words = `TypeError [ERR_IMPORT_ATTRIBUTE_MISSING]: Module "file://${TASK_ROOT}/${fault.target}" needs an import attribute of "type: json"`
      return finding('NODE_IMPORT_JSON', path, place, fault.specifier, words)
    }
    case 'esm': {
      const words = `Error [ERR_REQUIRE_ESM]: require() of ES Module ${TASK_ROOT}/${fault.target} from ${TASK_ROOT}/${path} not supported`
      if (major > LAST_WITHOUT_REQUIRE_MODULE) {
        return finding('NODE_REQUIRE_ESM_MAYBE', path, place, fault.specifier, words)
      }
      const code = fault.isOwn ? 'NODE_REQUIRE_ESM' : 'NODE_REQUIRE_ESM_IN_PACKAGE'
      return finding(code, path, place, fault.specifier, words)
    }
  }
}

function tellMissing(fault: Extract<ImportFault, { kind: 'missing' }>, place: string, subject: Subject): Finding {
  const { missing, specifier, path, isOwn } = fault
  if (missing.package !== null && subject.plan.config.layers.length > 0) {
    return finding('NODE_IMPORT_BEYOND', path, place, specifier, 'a layer')
  }
  const code = isOwn ? 'NODE_IMPORT_MISSING' : 'NODE_IMPORT_MISSING_IN_PACKAGE'
  return finding(code, path, place, specifier, missing.words, remedyOf(fault, subject))
}

function remedyOf(
  { missing, by, isOwn, specifier }: Extract<ImportFault, { kind: 'missing' }>,
  subject: Subject,
): string {
  const name = missing.package
  if (name === 'aws-sdk')
    return 'The runtime brings the AWS SDK v3 alone: move to @aws-sdk/client-…, or add aws-sdk to `dependencies` of package.json.'
  if (name !== null) {
    const whose = isOwn ? '' : ', which the package leaves to you'
    return `Add "${name}" to \`dependencies\` of package.json (not \`devDependencies\`)${whose}, and install it.`
  }
  if (missing.wanted === '') return 'Correct the name, or install a version of the package that has it.'
  const near = nearPath(missing.wanted, by, subject)
  if (near === null) return 'Correct the path, or pack the file with `include`.'
  if (/\.[cm]?tsx?$/.test(near))
    return `${near} is there, which Lambda doesn't load: compile it, or let lpack bundle the function.`
  return `It is there as ${near}: write the specifier so${specifier.toLowerCase() === specifier ? '' : ', in the same case'}.`
}

/** What was meant: the same in another case, with the extension that `import` wants, or the TypeScript that it is compiled from. */
function nearPath(wanted: string, by: 'require' | 'import', { files }: Subject): string | null {
  const stem = wanted.replace(/\.[cm]?js$/, '')
  const endings = ['', '.js', '.mjs', '.cjs', '.json', '/index.js', '/index.mjs', '.ts', '.mts', '.cts', '.tsx']
  const candidates = [
    ...(by === 'import' ? endings.map(end => wanted + end) : [wanted]),
    ...endings.map(end => stem + end),
  ]
  const exact = candidates.find(path => files.has(path))
  if (exact !== undefined) return exact
  const folded = new Set(candidates.map(path => path.toLowerCase()))
  const dir = posix.dirname(wanted).toLowerCase()
  for (const path of files.keys()) {
    if (path.toLowerCase().startsWith(dir === '.' ? '' : dir) && folded.has(path.toLowerCase())) return path
  }
  return null
}
