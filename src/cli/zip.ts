import type { Config, FunctionReport, TotalReport } from '../model.ts'
import type { System } from '../system/system.ts'
import type { ZipInvocation } from './arguments.ts'
import type { Console } from './main.ts'

/** `lpack zip`. Returns the exit code: 0 fine, 1 over a limit or budget, or an error found. */
export async function zipCommand(
  invocation: ZipInvocation,
  console: Console,
  system: System,
  tellInferred: (config: Config) => void,
): Promise<number> {
  const { loadConfig } = await import('../config/load.ts')
  const { zip } = await import('../pack.ts')
  const { judgeTotal } = await import('../report/limits.ts')
  const { functions, check, jobs, configFile, outDir, useCache } = invocation
  const config = await loadConfig(system, { configFile, outDir })
  tellInferred(config)
  const reports = await zip(config, { functions, check, jobs, cacheDir: useCache ? system.cacheDir : null }, system)
  system.progress.clear()
  const isAll = reports.length === config.functions.length
  const sizes = reports.map(({ artifact }) => artifact)
  const total = isAll ? judgeTotal(config.totalBudget, sizes) : null
  await tell({ reports, total: (total?.limits.length ?? 0) > 0 ? total : null }, invocation, console, system)
  return reports.every(({ ok }) => ok) && total?.ok !== false ? 0 : 1
}

async function tell(
  { reports, total }: { readonly reports: readonly FunctionReport[]; readonly total: TotalReport | null },
  { output }: ZipInvocation,
  console: Console,
  system: System,
): Promise<void> {
  if (output === 'json') {
    const { reportsAsJson } = await import('../report/json.ts')
    console.out(reportsAsJson(reports, console.version, total))
    return
  }
  const { reportAsText, totalAsText } = await import('../report/text.ts')
  const style = { color: console.color, verbose: output === 'verbose', cwd: system.cwd, width: console.width }
  const bad = reports.filter(({ ok }) => !ok)
  const asText = (some: readonly FunctionReport[]) => {
    const totals = total === null ? [] : [totalAsText(total, style)]
    return [...some.map(report => reportAsText(report, style)), ...totals].join('\n')
  }
  if (output !== 'quiet') console.out(asText(reports))
  else if (bad.length > 0 || total?.ok === false) console.err(asText(bad))
}
