import { resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { explain, FINDING_CODES } from '../findings.ts'
import { nearest } from '../formats/nearest.ts'
import type { CheckReport, Config } from '../model.ts'
import type { System } from '../system/system.ts'
import type { Invocation } from './arguments.ts'
import type { Console } from './main.ts'
import { sortNames } from './names.ts'

type CheckInvocation = Extract<Invocation, { kind: 'check' }>

/** `lpack check`. Returns the exit code: 0 fine, 1 an error found or a limit exceeded. */
export async function checkCommand(
  invocation: CheckInvocation,
  console: Console,
  system: System,
  tellInferred: (config: Config) => void,
): Promise<number> {
  const { zips, functions } = await sortNames(invocation, system)
  const { checkFunctions, checkZip } = await import('../inspect.ts')
  const reports: CheckReport[] = []
  if (functions.length > 0 || zips.length === 0) {
    const { loadConfig } = await import('../config/load.ts')
    const config = await loadConfig(system, { configFile: invocation.configFile, outDir: invocation.outDir })
    tellInferred(config)
    const cacheDir = invocation.useCache ? system.cacheDir : null
    reports.push(...(await checkFunctions(config, { functions, cacheDir }, system)))
  }
  for (const path of zips) {
    const report = await checkZip(resolve(system.cwd, path), invocation.target, system)
    reports.push(report)
  }
  system.progress.clear()
  await tell(reports, invocation, console, system)
  return reports.every(({ ok }) => ok) ? 0 : 1
}

async function tell(
  reports: readonly CheckReport[],
  { output }: CheckInvocation,
  console: Console,
  system: System,
): Promise<void> {
  if (output === 'json') {
    const { checksAsJson } = await import('../report/json.ts')
    console.out(checksAsJson(reports, console.version))
    return
  }
  const { checkAsText } = await import('../report/check-text.ts')
  const style = { color: console.color, verbose: output === 'verbose', cwd: system.cwd, width: console.width }
  const asText = (some: readonly CheckReport[]) => some.map(report => checkAsText(report, style)).join('\n')
  const bad = reports.filter(({ ok }) => !ok)
  if (output !== 'quiet') console.out(asText(reports))
  else if (bad.length > 0) console.err(asText(bad))
}

/** `lpack check --list [code…]`: what the codes mean. */
export async function listCommand(
  { codes, output }: Extract<Invocation, { kind: 'list' }>,
  console: Console,
): Promise<number> {
  const wanted = codes.map(code => {
    const known = FINDING_CODES.find(one => one === code.toUpperCase())
    if (known === undefined) throw new UserError('CODE_UNKNOWN', code, nearest(code.toUpperCase(), FINDING_CODES))
    return known
  })
  const explanations = (wanted.length === 0 ? FINDING_CODES : wanted).map(explain)
  if (output === 'json') {
    console.out(`${JSON.stringify({ version: console.version, codes: explanations }, null, 2)}\n`)
    return 0
  }
  const { explanationsAsText } = await import('../report/check-text.ts')
  console.out(explanationsAsText(explanations, console))
  return 0
}
