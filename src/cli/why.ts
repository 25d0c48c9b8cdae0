import type { Config } from '../model.ts'
import type { System } from '../system/system.ts'
import type { Invocation } from './arguments.ts'
import type { Console } from './main.ts'

/** `lpack why`. Returns the exit code, which is 0: who asks is answered, and where there is no answer, UserError WHY_UNKNOWN says so. */
export async function whyCommand(
  invocation: Extract<Invocation, { kind: 'why' }>,
  console: Console,
  system: System,
  tellInferred: (config: Config) => void,
): Promise<number> {
  const { loadConfig } = await import('../config/load.ts')
  const { why } = await import('../inspect.ts')
  const { name, asked, output } = invocation
  const config = await loadConfig(system, { configFile: invocation.configFile, outDir: invocation.outDir })
  tellInferred(config)
  const cacheDir = invocation.useCache ? system.cacheDir : null
  const answers = await why(config, { name, asked, cacheDir }, system)
  system.progress.clear()
  const { whyAsJson, whyAsText } = await import('../report/why/text.ts')
  if (output === 'json') console.out(whyAsJson({ name, asked, answers }, console.version))
  else if (output !== 'quiet') {
    console.out(
      whyAsText(answers, {
        color: console.color,
        verbose: output === 'verbose',
        cwd: system.cwd,
        width: console.width,
      }),
    )
  }
  return 0
}
