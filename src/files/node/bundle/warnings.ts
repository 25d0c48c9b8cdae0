import { extname, posix, resolve } from 'node:path'
import { finding } from '../../../findings.ts'
import { makePattern, type Pattern } from '../../../formats/glob.ts'
import type { Finding } from '../../../model.ts'
import type { Message, Metafile } from './esbuild.ts'
import { findFileUses, findHiddenRequire } from './file-use.ts'
import { knownPlace } from './known-places.ts'
import { DYNAMIC_REQUIRES } from './options.ts'
import { isInstalled } from './owners.ts'
import { type Place, shownPath } from './places.ts'
import { findTsconfig } from './tsconfig.ts'
import type { Work } from './work.ts'

export interface Outcome {
  readonly warnings: readonly Message[]
  /** Of the bundle alone. */
  readonly output: Metafile['outputs'][string]
  readonly text: string
}

/** What in the bundle's code may not work inside a bundle, one finding a package and kind. Sorted for determinism. */
export async function findRisks({ warnings, output, text }: Outcome, work: Work): Promise<Finding[]> {
  const inputs = Object.entries(output.inputs)
    .filter(([input, { bytesInOutput }]) => bytesInOutput > 0 && !isVirtual(input))
    .map(([input]) => input)
    .sort()
  const scanned = await scan(inputs, hasPlace(output, text), work)
  const told = warnings
    .filter(({ id, location }) => DYNAMIC_REQUIRES.includes(id) && location !== null && inputs.includes(location.file))
    .map(({ location }): Spot => ({ input: location?.file ?? '', line: location?.line ?? 0 }))
  return [
    ...(await tellEach('NODE_DYNAMIC_REQUIRE', [...told, ...scanned.hidden], work)),
    ...(await tellEach('NODE_FILE_BESIDE', scanned.beside, work)),
    ...(await tellDecorators(inputs, work)),
    ...warnings
      .filter(({ id, location }) => !DYNAMIC_REQUIRES.includes(id) && !isInstalled(location?.file ?? ''))
      .map(({ text, location }) => bundleWarning(text, location, work.place)),
  ]
}

interface Spot {
  /** As esbuild names it: relative to the root. */
  readonly input: string
  readonly line: number
}

/** Modules of plugins have a namespace in front of their path. */
export function isVirtual(input: string): boolean {
  return /^[\w-]{2,}:|^</.test(input)
}

/** False if no use of __dirname and the like is left after tree shaking. */
function hasPlace(output: Metafile['outputs'][string], text: string): boolean {
  const isUsed = (output.inputs['lpack:place']?.bytesInOutput ?? 0) > 0
  return isUsed || /__dirname|__filename/.test(text) || text.split('import.meta').length > 2
}

async function scan(inputs: readonly string[], isPlaceUsed: boolean, work: Work) {
  const { place, owners } = work
  const isIncluded = makeIncluded(work)
  const beside: Spot[] = []
  const hidden: Spot[] = []
  if (!isPlaceUsed) return { beside, hidden }
  for (const input of inputs) {
    const file = resolve(place.root, input)
    const text = /^\.[cm]?[jt]sx?$/.test(extname(file)) ? await owners.read(file) : null
    if (text === null) continue
    const use = findFileUses(text).find(({ path }) => path === null || !isIncluded(path))
    const require = findHiddenRequire(text)
    if (use !== undefined) beside.push({ input, line: use.line })
    if (require !== null) hidden.push({ input, line: require })
  }
  return { beside, hidden }
}

/** Tells whether a file is packed by `include` where the code finds it from the bundle. */
function makeIncluded({ plan, place }: Work): (path: string) => boolean {
  const { include, exclude } = plan.config
  const [included, excluded] = [include.map(makePattern), exclude.map(makePattern)]
  return path => {
    const packed = posix.join(posix.dirname(place.path), path).replace(/\/$/, '')
    const matches = (one: Pattern) => one.matches(packed) || one.matches(`${packed}/x`)
    return !packed.startsWith('..') && included.some(matches) && !excluded.some(matches)
  }
}

async function tellEach(
  code: 'NODE_DYNAMIC_REQUIRE' | 'NODE_FILE_BESIDE',
  spots: readonly Spot[],
  { place, owners }: Work,
): Promise<Finding[]> {
  // Sorted for determinism: esbuild works on many files at once.
  const ordered = [...spots].sort((a, b) => (a.input === b.input ? a.line - b.line : a.input < b.input ? -1 : 1))
  const told = new Map<string, Finding>()
  for (const { input, line } of ordered) {
    const file = resolve(place.root, input)
    const owner = isInstalled(file) ? await owners.of(file) : null
    const shown = owner === null ? input : shownPath(owner.dir, file)
    // Each place of the own code is one to mend; of a package one tells enough.
    const key = owner === null ? `${input}:${line}` : owner.name
    const known = owner === null ? null : knownPlace(code, owner.name, shown)
    if (known !== null && owner !== null) {
      if (known.loss !== null)
        told.set(`${key} known`, finding('NODE_LEFT_BEHIND', file, owner.name, `${shown}:${line}`, known.loss))
    } else if (!told.has(key)) told.set(key, finding(code, file, owner?.name ?? null, `${shown}:${line}`))
  }
  return [...told.values()]
}

/** esbuild compiles decorators, but doesn't write the types that some frameworks read when they run. */
async function tellDecorators(
  inputs: readonly string[],
  { plan: { boundary }, place: { root }, disk }: Work,
): Promise<Finding[]> {
  const border = await disk.realPath(boundary)
  for (const input of inputs) {
    const file = resolve(root, input)
    if (isInstalled(file) || !/\.[cm]?tsx?$/.test(file)) continue
    const line = lineOfDecorator(await disk.readText(file))
    const tsconfig = line === null ? null : await findTsconfig(file, border, disk)
    if (line === null || tsconfig === null) continue
    if (!/^[^/\n]*"emitDecoratorMetadata"\s*:\s*true/m.test(await disk.readText(tsconfig))) continue
    return [finding('NODE_DECORATOR_METADATA', file, `${input}:${line}`, shownPath(root, tsconfig))]
  }
  return []
}

function lineOfDecorator(text: string): number | null {
  const lines = text.split('\n')
  const at = lines.findIndex(line => /^\s*@[A-Za-z_$][\w$.]*(\(|\s*$)/.test(line))
  return at === -1 ? null : at + 1
}

function bundleWarning(text: string, location: Message['location'], place: Place): Finding {
  if (location === null) return finding('BUNDLE_WARNING', '', text)
  const shown = `${location.file}:${location.line}:${location.column + 1}: ${text}`
  return finding('BUNDLE_WARNING', resolve(place.root, location.file), shown)
}
