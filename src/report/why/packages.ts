import { normaliseName } from '../../formats/package-name.ts'
import type { Decisions, PackedPackage, Plan } from '../../model.ts'
import { BUNDLE_RULE, type Known, NOTHING, sumBytes, type WhyAnswer } from './answer.ts'
import { chainToModule, chainToPackage, DIRECT, type WhyStep } from './chain.ts'

/** The packages of a name or id that are packed, or that a rule leaves out as a whole. */
export function packageAnswers(text: string, known: Known): WhyAnswer[] {
  const wanted = spelled(text, known)
  const isMeant = ({ id, name }: { readonly id: string; readonly name: string }) => name === wanted || id === wanted
  const packed = known.fileSet.packages.filter(isMeant).flatMap(one => answersOfPacked(one, known))
  const omitted = known.decisions.omitted.filter(isMeant).map(
    ({ id, name, version, rule }): WhyAnswer => ({
      ...NOTHING,
      kind: 'package',
      name,
      package: { id, name, version },
      state: 'left-out',
      rules: [rule],
      alsoRequiredBy: requirersOf(name, known),
    }),
  )
  return [...packed, ...omitted]
}

/** Of a package that is not there: who would bring it, and why that isn't so. */
export function unneededAnswer(text: string, known: Known): WhyAnswer | null {
  const name = spelled(text, known)
  const needs = known.decisions.needs.filter(one => one.name === name && one.inactive !== null)
  if (needs.length === 0) return null
  const rules = needs.map(({ from, text: asked, inactive }) =>
    from === DIRECT ? `${asked} is ${inactive}` : `${from} asks for ${asked}, ${inactive}`,
  )
  // Sorted for determinism
  return { ...NOTHING, kind: 'package', name, package: null, state: 'unneeded', rules: [...new Set(rules)].sort() }
}

function spelled(text: string, { plan }: Known): string {
  return plan.language === 'python' ? normaliseName(text) : text
}

/** One answer as files and one in the bundle, if it is there both ways. */
function answersOfPacked(one: PackedPackage, known: Known): WhyAnswer[] {
  const { fileSet, decisions, plan } = known
  const { id, name, version } = one
  const isOfIt = ({ owner }: { readonly owner: string | null }) => owner === id
  const files = fileSet.files.filter(isOfIt)
  const modules = decisions.modules.filter(module => isOfIt(module) && module.bytes > 0)
  const base = { ...NOTHING, kind: 'package' as const, name, package: { id, name, version } }
  const chain = chainToPackage(known, id)
  const asFiles: WhyAnswer = {
    ...base,
    state: 'packed',
    paths: files.map(({ path }) => path),
    bytes: sumBytes(files),
    chain,
    rules: decisions.outside.filter(outside => outside.id === id).map(({ reason }) => `not in the bundle: ${reason}`),
    alsoRequiredBy: others(one.requiredBy, chain, plan),
    leftOut: leftOutOf(id, decisions),
  }
  if (modules.length === 0) return [asFiles]
  const inlined: WhyAnswer = {
    ...base,
    state: 'inlined',
    paths: modules.map(({ path }) => path),
    bytes: sumBytes(modules),
    chain: chainToModule(known, module => isOfIt(module) && module.bytes > 0),
    rules: [BUNDLE_RULE],
  }
  return files.length === 0 ? [inlined] : [asFiles, inlined]
}

/** Those that the chain doesn't show. */
function others(requiredBy: readonly string[], chain: readonly WhyStep[], plan: Plan): readonly string[] {
  const last = chain.at(-1)
  const shown = last?.kind === 'requires' ? nameOf(last.from) : DIRECT
  return requiredBy.filter(name => name !== shown).map(name => (name === DIRECT ? plan.config.name : name))
}

function nameOf(id: string): string {
  const at = id.lastIndexOf('@')
  return at > 0 ? id.slice(0, at) : id
}

function requirersOf(name: string, { decisions }: Known): readonly string[] {
  const needs = decisions.needs.filter(one => one.name === name && one.inactive === null && one.from !== DIRECT)
  return [...new Set(needs.map(({ from }) => nameOf(from)))].sort() // Sorted for determinism
}

function leftOutOf(id: string, { leftOut }: Decisions): WhyAnswer['leftOut'] {
  const of = leftOut.filter(({ owner }) => owner === id)
  // Sorted for determinism
  const rules = [...new Set(of.map(({ rule }) => rule))].sort()
  return rules.map(rule => ({ rule, files: of.filter(one => one.rule === rule).length }))
}
