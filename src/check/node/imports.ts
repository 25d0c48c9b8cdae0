import { type NodeFlags, nodeFlags } from '../../aws/node-modules.ts'
import type { ModuleText } from '../../formats/js-module.ts'
import type { Finding } from '../../model.ts'
import type { Subject } from '../subject.ts'
import { findNodeEntry } from './entry.ts'
import { type ImportFault, tellImports } from './import-faults.ts'
import { isOfWholeModule, kindFault } from './kind.ts'
import { isInPackage, type ModuleKind, type NodePackages, nodePackagesOf } from './packages.ts'
import { makeResolver } from './resolution.ts'

/** A module that is surely loaded when the function starts. */
interface Loaded {
  readonly path: string
  readonly by: 'require' | 'import'
  readonly isEntry: boolean
}

interface Walk {
  readonly subject: Subject
  readonly packages: NodePackages
  readonly resolve: ReturnType<typeof makeResolver>['resolve']
  readonly major: number
  readonly flags: NodeFlags
}

/**
 * Whether all that is surely loaded when the function starts is in the artifact, from the handler's module on. What is loaded in
 * functions, conditions or `try`, and by names that are put together, is left alone.
 */
export async function checkNodeImports(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'node') return []
  const flags = nodeFlags(plan.config.settings.environment)
  const packages = nodePackagesOf(subject)
  const entry = await findNodeEntry(subject, packages)
  if (entry?.kind !== 'file' || flags.findsOthers) return []
  const { resolve } = makeResolver(subject, packages)
  const walk: Walk = { subject, packages, resolve, major: plan.target.major, flags }
  const faults = await faultsFrom({ path: entry.file.path, by: entry.by, isEntry: true }, walk)
  return tellImports(faults, subject, plan.target.major)
}

/** Breadth first, in the order of the texts. Nothing, where the code changes how modules are found. */
async function faultsFrom(entry: Loaded, walk: Walk): Promise<readonly ImportFault[]> {
  const faults: ImportFault[] = []
  const queue: Loaded[] = [entry]
  const seen = new Set<string>([entry.path])
  // The queue grows while it is walked.
  for (const loaded of queue) {
    const step = await stepFrom(loaded, walk)
    if (step === 'unclear') return []
    faults.push(...step.faults)
    for (const next of step.next) {
      if (seen.has(next.path)) continue
      seen.add(next.path)
      queue.push(next)
    }
  }
  return faults
}

interface Step {
  readonly faults: readonly ImportFault[]
  readonly next: readonly Loaded[]
}

const NO_STEP: Step = { faults: [], next: [] }

async function stepFrom(loaded: Loaded, walk: Walk): Promise<Step | 'unclear'> {
  const file = walk.subject.files.get(loaded.path)
  const kind = await walk.packages.kind(loaded.path)
  if (file === undefined || kind === 'other') return NO_STEP
  const { text, read } = await walk.packages.module(file)
  if (read === null) return NO_STEP
  if (read.changesResolution) return 'unclear'
  const isOwn = file.owner === null && !isInPackage(loaded.path)
  const fault = isOwn ? kindFault(text, read, { kind, by: loaded.by, ...kindFlags(walk) }) : null
  if (fault !== null) {
    // Of the handler's own module the handler's check tells the rest.
    const isTold = loaded.isEntry && isOfWholeModule(fault)
    return isTold ? NO_STEP : { faults: [{ kind: 'kind', isOwn, path: loaded.path, text, fault }], next: [] }
  }
  return follow({ ...loaded, kind, text, read, isOwn }, walk)
}

interface Module extends Loaded {
  readonly kind: ModuleKind
  readonly text: string
  readonly read: ModuleText
  readonly isOwn: boolean
}

async function follow({ path, kind, text, read, isOwn }: Module, walk: Walk): Promise<Step> {
  const faults: ImportFault[] = []
  const next: Loaded[] = []
  const isEsm = kind === 'esm' || (kind === 'undeclared' && read.esmOffset !== null)
  for (const link of read.links) {
    // `require` of an ES module is there only where the module makes it.
    if (link.kind === 'require' && isEsm && read.cjs?.name === 'require') continue
    const { kind: by, specifier } = link
    const site = { path, text, offset: link.offset, specifier, by, isOwn }
    const found = await walk.resolve({ specifier, from: path, by })
    if (found.kind === 'missing') faults.push({ kind: 'missing', ...site, missing: found })
    else if (found.kind === 'builtin-missing') faults.push({ kind: 'builtin', ...site })
    else if (found.kind === 'file') {
      const target = await walk.packages.kind(found.path)
      if (by === 'require' && target === 'esm') {
        if (!walk.flags.requiresModules) faults.push({ kind: 'esm', ...site, target: found.path })
      } else if (by === 'import' && found.path.endsWith('.json') && !link.hasAttributes) {
        faults.push({ kind: 'json', ...site, target: found.path })
      } else next.push({ path: found.path, by, isEntry: false })
    }
  }
  return { faults, next }
}

function kindFlags({ major, flags }: Walk) {
  return { major, isDetecting: flags.detectsModules }
}
