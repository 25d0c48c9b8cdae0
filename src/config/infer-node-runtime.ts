import { join } from 'node:path'
import { NODE_RUNTIMES, type NodeRuntime, RUNTIMES_CHECKED_ON } from '../aws/runtimes.ts'
import { isMajorInRange } from '../formats/node-range.ts'
import type { Disk } from '../system/system.ts'
import { parseJson } from './find.ts'
import type { InferredRuntime } from './infer-python-runtime.ts'
import { placed, signFolders } from './sign-folders.ts'
import { textOf } from './text-of.ts'
import { valueAt } from './toml-file.ts'

/** Something in a folder that says which Node.js is meant. */
interface NodeSign {
  /** How the sign is called in sentences. */
  readonly source: string
  readonly wanted:
    | { readonly kind: 'major'; readonly major: number }
    | { readonly kind: 'range'; readonly range: string }
    | { readonly kind: 'newest' }
}

/**
 * The Node.js runtime that the nearest sign asks for: .nvmrc, .node-version, engines of package.json, in the function's
 * folder or above; else the newest stable runtime.
 */
export async function inferNodeRuntime(root: string, configDir: string, disk: Disk): Promise<InferredRuntime> {
  for (const dir of await signFolders(root, configDir, disk)) {
    const sign = await signIn(dir, disk)
    if (sign !== null) return runtimeFor({ ...sign, source: placed(sign.source, root, dir) })
  }
  const why = 'the newest that is not a preview, as nothing here says which'
  return { kind: 'found', id: newestOf(NODE_RUNTIMES.filter(isRecommended)).id, why }
}

async function signIn(dir: string, disk: Disk): Promise<NodeSign | null> {
  return (
    (await versionFileSign(dir, '.nvmrc', disk)) ??
    (await versionFileSign(dir, '.node-version', disk)) ??
    (await enginesSign(dir, disk))
  )
}

/** https://nodejs.org/en/about/previous-releases */
const CODE_NAMES: Readonly<Record<string, number>> = { hydrogen: 18, iron: 20, jod: 22, krypton: 24 }

async function versionFileSign(dir: string, source: string, disk: Disk): Promise<NodeSign | null> {
  const lines = (await textOf(join(dir, source), disk))?.split(/\r?\n/) ?? []
  const line = lines.map(one => one.replace(/#.*/, '').trim()).find(one => one !== '') ?? ''
  const major = /^(?:node[@-]?)?v?(\d+)(?:\.(?:\d+|x|\*))*$/i.exec(line)?.[1]
  if (major !== undefined) return { source, wanted: { kind: 'major', major: Number(major) } }
  const codeName = CODE_NAMES[/^lts\/(\w+)$/i.exec(line)?.[1]?.toLowerCase() ?? '']
  if (codeName !== undefined) return { source, wanted: { kind: 'major', major: codeName } }
  // `node` and `stable` would be versions that Lambda mostly doesn't have yet, so they say nothing.
  return /^lts(\/\*)?$|^--lts$/i.test(line) ? { source, wanted: { kind: 'newest' } } : null
}

async function enginesSign(dir: string, disk: Disk): Promise<NodeSign | null> {
  const file = join(dir, 'package.json')
  const text = await textOf(file, disk)
  if (text === null || !text.includes('engines')) return null
  const range = valueAt(await parseJson(file, text), ['engines', 'node'])
  if (typeof range !== 'string' || isMajorInRange(range, 0) === null) return null
  return { source: `engines.node ${range} of package.json`, wanted: { kind: 'range', range } }
}

function runtimeFor({ source, wanted }: NodeSign): InferredRuntime {
  const why = `from ${source}`
  if (wanted.kind === 'major') {
    const same = NODE_RUNTIMES.find(({ major }) => major === wanted.major)
    return same === undefined
      ? { kind: 'none', why: `${source} says Node.js ${wanted.major}, which no runtime has` }
      : { kind: 'found', id: same.id, why }
  }
  // Lambda moves the minor version without notice, so any version of the major may satisfy.
  const fitting = NODE_RUNTIMES.filter(
    ({ major, preview }) => !preview && (wanted.kind === 'newest' || isMajorInRange(wanted.range, major) === true),
  )
  if (fitting.length === 0) return { kind: 'none', why: `no runtime but a preview could satisfy ${source}` }
  const recommended = fitting.filter(isRecommended)
  return { kind: 'found', id: newestOf(recommended.length > 0 ? recommended : fitting).id, why }
}

function isRecommended({ preview, deprecated }: NodeRuntime): boolean {
  return !preview && (deprecated === null || deprecated > RUNTIMES_CHECKED_ON)
}

function newestOf(runtimes: readonly NodeRuntime[]): NodeRuntime {
  const newest = runtimes[runtimes.length - 1]
  if (newest === undefined) throw new Error('The table of runtimes has one that is recommended')
  return newest
}
