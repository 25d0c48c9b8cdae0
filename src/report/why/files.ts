import { makePattern } from '../../formats/glob.ts'
import type { BundledModule, FileEntry } from '../../model.ts'
import { BUNDLE_RULE, type Known, NOTHING, sumBytes, type WhyAnswer } from './answer.ts'
import { chainToModule, chainToPackage, isMade, type WhyStep } from './chain.ts'

/** A file, a module, or a path that stays out. */
interface Candidate {
  readonly path: string
  /** The id of its package. */
  readonly owner: string | null
  readonly bytes: number | null
  readonly state: WhyAnswer['state']
  readonly rules: readonly string[]
}

/**
 * The files of a path, else of a folder, else of a glob. `paths` are what the text can mean from the function's root; `told` are the
 * packages that have an answer of their own, whose files need none in a folder.
 */
export function fileAnswers(
  text: string,
  paths: readonly string[],
  known: Known,
  told: readonly WhyAnswer[],
): readonly WhyAnswer[] {
  const all = candidatesOf(known)
  const exact = all.filter(({ path }) => paths.includes(path))
  if (exact.length > 0) return exact.map(one => answerOf(one.path, [one], known))
  const ids = new Set(told.map(one => one.package?.id ?? null))
  const inFolder = all.filter(
    ({ path, owner }) => paths.some(dir => path.startsWith(`${dir}/`)) && (owner === null || !ids.has(owner)),
  )
  if (inFolder.length > 0) return grouped(`${paths[0] ?? text}/`, inFolder, known)
  if (!/[*?[\]{}]/.test(text)) return []
  const { matches } = makePattern(text)
  return grouped(
    text,
    all.filter(({ path }) => matches(path)),
    known,
  )
}

function candidatesOf(known: Known): readonly Candidate[] {
  const { fileSet, decisions } = known
  const kept = new Map(decisions.kept.map(({ path, reason }) => [path, reason]))
  const outside = new Map(
    decisions.outside.map(({ id, reason }) => [id, `its package is not in the bundle: ${reason}`]),
  )
  const packed = fileSet.files.map((file): Candidate => {
    const { path, owner, bytes } = file
    const reason = kept.get(path) ?? ruleThatKeeps(file, known)
    const external = owner === null ? undefined : outside.get(owner)
    return { path, owner, bytes, state: 'packed', rules: external === undefined ? [reason] : [external, reason] }
  })
  const leftOut = decisions.leftOut
    .filter(({ path }) => path !== '')
    .map(({ path, owner, rule }): Candidate => ({ path, owner, bytes: null, state: 'left-out', rules: [rule] }))
  return [...packed, ...leftOut, ...decisions.modules.filter(({ path }) => !isMade(path)).map(moduleCandidate)]
}

function moduleCandidate({ path, owner, bytes }: BundledModule): Candidate {
  if (bytes > 0) return { path, owner, bytes, state: 'inlined', rules: [BUNDLE_RULE] }
  const rules = ['esbuild reads it, and nothing that is used needs its code']
  return { path, owner, bytes: null, state: 'left-out', rules }
}

function ruleThatKeeps({ owner, path }: FileEntry, { plan }: Known): string {
  if (owner === null) return 'own files are packed, but for `exclude` and the default exclusions'
  if (path.endsWith('.dist-info/RECORD')) return 'importlib.metadata reads in it which files are there'
  const { slim } = plan.config
  if (slim === 'none') return '`slim` "none" leaves nothing out of packages but what is of one machine'
  const rule = plan.language === 'python' ? 'no import can reach' : 'nothing loads when it runs'
  return `\`slim\` "${slim}" leaves out what ${rule}${slim === 'strong' ? ', and tests' : ''}; this is none of that`
}

/** One answer for all of one owner that are packed or inlined, or that one rule leaves out. */
function grouped(name: string, candidates: readonly Candidate[], known: Known): readonly WhyAnswer[] {
  const groups = new Map<string, Candidate[]>()
  for (const one of candidates) {
    const key = JSON.stringify([one.state, one.owner, one.state === 'left-out' ? one.rules : []])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  // Sorted for determinism: what is packed first.
  const ordered = [...groups.values()].map(group => ({
    group,
    key: `${ORDER[group[0]?.state ?? 'packed']}${firstPath(group)}`,
  }))
  return ordered.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ group }) => answerOf(name, group, known))
}

const ORDER: Readonly<Record<WhyAnswer['state'], number>> = { packed: 0, inlined: 1, 'left-out': 2, unneeded: 3 }

function firstPath(group: readonly Candidate[]): string {
  return group.reduce((first, { path }) => (first === '' || path < first ? path : first), '')
}

function answerOf(name: string, group: readonly Candidate[], known: Known): WhyAnswer {
  const { owner = null, state = 'packed' } = group[0] ?? {}
  const isOwner = ({ id }: { readonly id: string }) => id === owner
  const found = known.fileSet.packages.find(isOwner) ?? known.decisions.omitted.find(isOwner)
  const paths = group.map(({ path }) => path).sort() // Sorted for determinism
  const [only = name, ...more] = paths
  return {
    ...NOTHING,
    kind: more.length === 0 ? 'file' : 'files',
    name: more.length === 0 ? only : name,
    package: owner === null ? null : { id: owner, name: found?.name ?? owner, version: found?.version ?? '' },
    state,
    paths,
    bytes: group.some(({ bytes }) => bytes !== null) ? sumBytes(group) : null,
    chain: chainTo(group, known),
    rules: commonest(group.flatMap(({ rules }) => rules)),
  }
}

/** Each once, the rule of most files first. */
function commonest(rules: readonly string[]): readonly string[] {
  const times = new Map<string, number>()
  for (const rule of rules) times.set(rule, (times.get(rule) ?? 0) + 1)
  // Sorted for determinism
  return [...times].sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1)).map(([rule]) => rule)
}

function chainTo(group: readonly Candidate[], known: Known): readonly WhyStep[] {
  const { owner = null, state } = group[0] ?? {}
  if (state === 'packed') return owner === null ? [] : chainToPackage(known, owner)
  const paths = new Set(group.map(({ path }) => path))
  return chainToModule(known, ({ path }) => paths.has(path))
}
