import type { Config, ImageReport } from '../model.ts'
import type { System } from '../system/system.ts'
import type { ImageInvocation } from './arguments.ts'
import type { Console } from './main.ts'

/** `lpack image`. Returns the exit code. */
export async function imageCommand(
  invocation: ImageInvocation,
  console: Console,
  system: System,
  tellInferred: (config: Config) => void,
): Promise<number> {
  const { loadConfig } = await import('../config/load.ts')
  const { image } = await import('../pack.ts')
  const { configFile, outDir, output, useCache, functions, check, jobs, build, oci, push, offline } = invocation
  const config = await loadConfig(system, { configFile, outDir })
  tellInferred(config)
  // What an engine says is conversation, and part of its error where nobody follows.
  const onOutput = output === 'json' || output === 'quiet' ? null : console.err
  const cacheDir = useCache ? system.cacheDir : null
  const options = { functions, check, jobs, cacheDir, build, oci, push, offline, onOutput }
  const reports = await image(config, options, system)
  system.progress.clear()
  await tell(reports, invocation, console, system)
  return reports.every(({ ok }) => ok) ? 0 : 1
}

async function tell(
  reports: readonly ImageReport[],
  { output }: ImageInvocation,
  console: Console,
  system: System,
): Promise<void> {
  if (output === 'json') {
    const { imagesAsJson } = await import('../report/json.ts')
    console.out(imagesAsJson(reports, console.version))
    return
  }
  const { imageAsText } = await import('../report/image-text.ts')
  const style = { color: console.color, verbose: output === 'verbose', cwd: system.cwd, width: console.width }
  const asText = (some: readonly ImageReport[]) => some.map(report => imageAsText(report, style)).join('\n')
  const bad = reports.filter(({ ok }) => !ok)
  if (output !== 'quiet') console.out(asText(reports))
  else if (bad.length > 0) console.err(asText(bad))
}
