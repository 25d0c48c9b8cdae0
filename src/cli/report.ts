import { dirname, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Config } from '../model.ts'
import type { ReportDiff } from '../report/diff.ts'
import type { ReportDocument } from '../report/json.ts'
import { reasonOfFault } from '../system/fault.ts'
import type { System } from '../system/system.ts'
import type { Invocation } from './arguments.ts'
import type { Console } from './main.ts'
import { sortNames } from './names.ts'
import { appendSummary } from './summary.ts'

type ReportInvocation = Extract<Invocation, { kind: 'report' }>

/** `lpack report`. Returns the exit code: 0 fine, 1 over a limit or budget, or an error found. */
export async function reportCommand(
  invocation: ReportInvocation,
  console: Console,
  system: System,
  tellInferred: (config: Config) => void,
): Promise<number> {
  const { zips, functions } = await sortNames(invocation, system)
  const { compare, measureAll, namesOf, readOlds } = await import('../standing.ts')
  const config = functions.length > 0 || zips.length === 0 ? await configOf(invocation, system) : null
  if (config !== null) tellInferred(config)
  const { check, target } = invocation
  const paths = zips.map(path => resolve(system.cwd, path))
  const cacheDir = invocation.useCache ? system.cacheDir : null
  const olds = await (invocation.diff === null
    ? null
    : readOlds(resolve(system.cwd, invocation.diff), namesOf(config, functions, paths), cacheDir, system))
  const before = new Map([...(olds ?? [])].map(([name, { artifact }]) => [name, artifact.bytes]))
  const options = { functions, zips: paths, target, check, cacheDir, before }
  const { reports, total } = await measureAll(config, options, system)
  const { documentOf } = await import('../report/json.ts')
  const document = documentOf(reports, total, console.version)
  const diffs = olds === null ? null : await compare(document, olds, system)
  await writeFiles({ document, diffs }, invocation, system)
  system.progress.clear()
  await tell({ document, diffs }, invocation, console, system)
  return reports.every(({ ok }) => ok) && total?.ok !== false ? 0 : 1
}

/** What is told: the report, and what has changed since another one; null: nobody has asked. */
interface Told {
  readonly document: ReportDocument
  readonly diffs: readonly ReportDiff[] | null
}

async function configOf({ configFile, outDir }: ReportInvocation, system: System): Promise<Config> {
  const { loadConfig } = await import('../config/load.ts')
  return loadConfig(system, { configFile, outDir })
}

async function writeFiles({ document, diffs }: Told, { html, sbom }: ReportInvocation, system: System): Promise<void> {
  if (html !== null) {
    const { htmlOf } = await import('../report/html/html.ts')
    await writeFile(html, htmlOf(document, diffs, document.version), document, system)
  }
  if (sbom !== null) {
    const { billOfMaterials } = await import('../standing.ts')
    await writeFile(sbom, await billOfMaterials(document, system), document, system)
  }
}

/** Throws UserError OPTION_MISUSED and OUTPUT_UNWRITABLE. */
async function writeFile(
  name: string,
  text: string,
  { functions }: ReportDocument,
  { cwd, disk }: System,
): Promise<void> {
  const path = resolve(cwd, name)
  if (functions.some(({ artifact }) => artifact.path === path)) {
    throw new UserError('OPTION_MISUSED', `${name} is what the report is of, and would be overwritten`)
  }
  try {
    await disk.makeFolder(dirname(path))
    await disk.replace(path, [Buffer.from(text)], dirname(path))
  } catch (error) {
    const reason = reasonOfFault(error)
    if (reason === null) throw error
    throw new UserError('OUTPUT_UNWRITABLE', path, reason)
  }
}

async function tell(
  { document, diffs }: Told,
  invocation: ReportInvocation,
  console: Console,
  system: System,
): Promise<void> {
  const { output, markdown } = invocation
  if (output === 'json') {
    const { documentAsJson } = await import('../report/json.ts')
    console.out(documentAsJson(document, diffs))
    return
  }
  if (markdown) {
    const { documentAsMarkdown, SUMMARY_BYTES } = await import('../report/markdown.ts')
    const { diffAsMarkdown } = await import('../report/diff.ts')
    const changes = new Map((diffs ?? []).map(diff => [diff.name, diffAsMarkdown(diff)]))
    const make = (mostBytes: number) => documentAsMarkdown(document, { changes, mostBytes })
    if (output !== 'quiet') console.out(make(SUMMARY_BYTES))
    await appendSummary(make, system)
    if (output !== 'quiet') return
  }
  const { documentAsText } = await import('../report/measured-text.ts')
  const style = { color: console.color, verbose: output === 'verbose', cwd: system.cwd, width: console.width }
  const bad = document.functions.filter(({ ok }) => !ok)
  const isBad = bad.length > 0 || document.total?.ok === false
  const { diffAsText } = await import('../report/diff.ts')
  const changes = new Map((diffs ?? []).map(diff => [diff.name, diffAsText(diff, style)]))
  if (output !== 'quiet') console.out(documentAsText(document, style, changes))
  else if (isBad) console.err(documentAsText({ ...document, functions: bad }, style))
}
