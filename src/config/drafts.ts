import type { RawConfig, RawFunction } from './define.ts'
import { tagOf } from './image.ts'
import { type KeyPath, type Problem, quote } from './problem.ts'

/** A function as the config has it: its own keys over the defaults, without those that are already known to be wrong. */
export interface Draft {
  /** null: the config doesn't say. */
  readonly name: string | null
  readonly raw: RawFunction
  /** Keys that are wrong, and told. */
  readonly broken: ReadonlySet<string>
  /** Where a key of this function stands in the config. */
  readonly keysOf: (key: keyof RawFunction) => KeyPath
  /** Names the function in sentences about it; empty when it is the only one. */
  readonly label: string
}

/** The functions of a config that was compared with the schema. */
export function draftsOf(config: unknown, problems: readonly Problem[]): readonly Draft[] {
  if (problems.some(({ keys }) => keys.length === 0 || (keys.length === 1 && keys[0] === 'functions'))) return []
  const raw = config as RawConfig
  const defaults = keysAt([], problems)
  if (raw.functions === undefined) return [onlyDraft(raw, defaults)]
  return Object.entries(raw.functions)
    .filter(([name]) => !problems.some(({ keys }) => keys.length === 2 && keys[0] === 'functions' && keys[1] === name))
    .map(([name, own]) => namedDraft(name, own, raw, problems))
}

/** What the schema can't say about the keys `name` and `functions` together, and of what functions are called. */
export function namingProblems(config: unknown, drafts: readonly Draft[]): readonly Problem[] {
  const { name, functions } = (config ?? {}) as RawConfig
  const problems: Problem[] = []
  if (name !== undefined && functions !== undefined) {
    problems.push({
      keys: ['name'],
      text: `is ${quote(name)}, but functions are named by their keys in functions. Remove it.`,
    })
  }
  problems.push(...tagProblems(drafts))
  const seen = new Map<string, string>()
  for (const draft of drafts) {
    const other = draft.name === null ? undefined : seen.get(draft.name.toLowerCase())
    if (other !== undefined && draft.name !== null) {
      problems.push({
        keys: ['functions', draft.name],
        text: `and ${quote(other)} would be one file on a disk that ignores case. Rename one.`,
      })
    }
    if (draft.name !== null) seen.set(draft.name.toLowerCase(), draft.name)
  }
  return problems
}

/** Images that are called the same would replace each other. */
function tagProblems(drafts: readonly Draft[]): readonly Problem[] {
  const seen = new Map<string, string>()
  return drafts.flatMap(({ name, raw, keysOf }) => {
    if (name === null) return []
    const tag = tagOf(raw.image ?? {}, name)
    const other = seen.get(tag)
    seen.set(tag, other ?? name)
    if (other === undefined || raw.image?.tag === undefined) return []
    const text = `calls the images of ${quote(other)} and ${quote(name)} both ${quote(tag)}. Write {name} where they differ.`
    return [{ keys: [...keysOf('image'), 'tag'], text }]
  })
}

function onlyDraft(raw: RawConfig, broken: ReadonlySet<string>): Draft {
  const { name, $schema, outDir, functions, ...own } = raw
  const isNamed = name !== undefined && !broken.has('name')
  return { name: isNamed ? name : null, raw: without(own, broken), broken, keysOf: key => [key], label: '' }
}

function namedDraft(name: string, own: RawFunction, config: RawConfig, problems: readonly Problem[]): Draft {
  const { name: _, $schema, outDir, functions, ...defaults } = config
  const broken = keysAt(['functions', name], problems)
  const brokenDefaults = [...keysAt([], problems)].filter(key => !Object.hasOwn(own, key))
  return {
    name,
    raw: { ...without(defaults, keysAt([], problems)), ...without(own, broken) },
    broken: new Set([...broken, ...brokenDefaults]),
    keysOf: key => (own[key] === undefined && config[key] !== undefined ? [key] : ['functions', name, key]),
    label: `${name}: `,
  }
}

/** Keys right under `keys` at or below which something is wrong. */
function keysAt(keys: KeyPath, problems: readonly Problem[]): ReadonlySet<string> {
  const below = problems.filter(problem => keys.every((key, position) => problem.keys[position] === key))
  return new Set(below.map(problem => String(problem.keys[keys.length])))
}

/** undefined is as good as absent: a TypeScript config may compute it. */
function without(raw: RawFunction, broken: ReadonlySet<string>): RawFunction {
  return Object.fromEntries(Object.entries(raw).filter(([key, value]) => value !== undefined && !broken.has(key)))
}
