import { relative, sep } from 'node:path'
import type { BundledModule, Decisions, Need, Plan } from '../../model.ts'

/** One link of the chain from the function to a file or package. */
export interface WhyStep {
  /** starts: the handler is in a module. asks: the function's project asks for a package. */
  readonly kind: 'starts' | 'imports' | 'asks' | 'requires'
  /** The function, a module's path from the function's root, or a package's id. */
  readonly from: string
  /** A module's path, a package's id, or of an import that leaves the bundle what it is written as. */
  readonly to: string
  /** asks: where it is asked. requires: the requirement as it is written. Else empty. */
  readonly text: string
}

/** Stands for the function itself among those that require a package. */
export const DIRECT = '(direct)'

/** What chains are looked for in. */
export interface Chains {
  readonly plan: Plan
  readonly decisions: Decisions
}

/** From the handler to a module of the bundle; empty if esbuild read it for something else. */
export function chainToModule({ plan, decisions }: Chains, isWanted: (module: BundledModule) => boolean): WhyStep[] {
  const modules = new Map(decisions.modules.map(one => [one.path, one]))
  const used = new Map([...modules].filter(([, { bytes, isEntry }]) => bytes > 0 || isEntry))
  // What is left in the bundle tells more than imports that nothing uses.
  const way = wayTo(used, isWanted) ?? wayTo(modules, isWanted) ?? []
  return way.flatMap((to, at): WhyStep[] => {
    const from = way[at - 1]
    if (from === undefined) return [{ kind: 'starts', from: plan.config.name, to, text: '' }]
    return [{ kind: 'imports', from, to, text: '' }]
  })
}

/** The shortest way from the entry, its ends included; modules that lpack makes on the way are left out. */
function wayTo(
  modules: ReadonlyMap<string, BundledModule>,
  isWanted: (module: BundledModule) => boolean,
): readonly string[] | null {
  const entries = [...modules.values()].filter(({ isEntry }) => isEntry)
  const before = new Map<string, string | null>(entries.map(({ path }) => [path, null]))
  // The map grows while it is read.
  for (const path of before.keys()) {
    const module = modules.get(path)
    if (module === undefined) continue
    if (isWanted(module)) return wayBack(path, before).filter(one => !isMade(one))
    for (const to of module.imports) if (modules.has(to.path) && !before.has(to.path)) before.set(to.path, path)
  }
  return null
}

function wayBack(path: string, before: ReadonlyMap<string, string | null>): readonly string[] {
  const way: string[] = []
  for (let at: string | null = path; at !== null; at = before.get(at) ?? null) way.unshift(at)
  return way
}

/** True for modules that are on no disk, such as `lpack-require:sharp`. */
export function isMade(path: string): boolean {
  return /^[\w-]{2,}:|^</.test(path)
}

/** From the function to a package that is packed as files; empty if nothing tells. */
export function chainToPackage(chains: Chains, id: string): WhyStep[] {
  const needs = needsTo(chains.decisions.needs, id)
  const [first, ...others] = needs
  if (first === undefined) return []
  const requires = others.map(
    ({ from, text }, at): WhyStep => ({ kind: 'requires', from, to: others[at]?.id ?? id, text }),
  )
  if (first.from !== DIRECT)
    return [{ kind: 'requires', from: first.from, to: first.id ?? id, text: first.text }, ...requires]
  return [...stepsToRoot(chains, first), ...requires]
}

/** A bundle imports it somewhere; without one the project asks for it. */
function stepsToRoot(chains: Chains, { name, id }: Need): readonly WhyStep[] {
  const { plan } = chains
  const isOfPackage = (specifier: string) => specifier === name || specifier.startsWith(`${name}/`)
  const imports = chainToModule(chains, module => module.imports.some(one => one.isExternal && isOfPackage(one.path)))
  const last = imports.at(-1)
  if (last !== undefined) return [...imports, { kind: 'imports', from: last.to, to: id ?? name, text: '' }]
  return [{ kind: 'asks', from: plan.config.name, to: id ?? name, text: sourceOf(plan) }]
}

/** The file or folder that says what the function needs, from its root; empty: there is none. */
export function sourceOf(plan: Plan): string {
  const path = sourcePath(plan)
  return path === null ? '' : relative(plan.config.root, path).split(sep).join('/')
}

/** The same, absolute. */
export function sourcePath(plan: Plan): string | null {
  if (plan.language === 'python') return plan.source.kind === 'none' ? null : plan.source.path
  return plan.project.lock?.path ?? null
}

/** The shortest way over what holds, as the needs along it; of what the function doesn't reach, who requires it. */
function needsTo(needs: readonly Need[], id: string): readonly Need[] {
  const active = needs.filter(one => one.inactive === null && one.id !== null)
  const by = new Map<string, Need | null>([[DIRECT, null]])
  // The map grows while it is read.
  for (const from of by.keys()) {
    for (const need of active) if (need.from === from && need.id !== null && !by.has(need.id)) by.set(need.id, need)
  }
  const way: Need[] = []
  for (let at = by.get(id) ?? null; at !== null; at = by.get(at.from) ?? null) way.unshift(at)
  return way.length > 0 ? way : active.filter(one => one.id === id).slice(0, 1)
}
