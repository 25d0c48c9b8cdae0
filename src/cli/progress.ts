import { wrapTalk } from '../report/wrap.ts'
import type { Progress } from '../system/system.ts'

/** A terminal's error stream, as far as progress needs it. */
export interface Terminal {
  readonly isTTY?: boolean | undefined
}

export const SILENT: Progress = { show: () => undefined, clear: () => undefined, warn: () => undefined }

/** A line that follows the work on a terminal; only warnings elsewhere, and with NO_COLOR or CI set. */
export async function makeProgress(
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Progress> {
  const width = stream.isTTY ? (stream.columns ?? null) : null
  const warn = (sentence: string) => void stream.write(`${wrapTalk(sentence, width)}\n`)
  if (!isLively(stream, env)) return { ...SILENT, warn }
  const { default: makeSpinner } = await import('yocto-spinner')
  const spinner = makeSpinner({ stream, handleSignals: false } as never)
  return {
    show: (activity, done, total) => {
      const text = [
        activity,
        ...(done > 0 || total > 0 ? [megabytes(done)] : []),
        ...(total > 0 ? [`of ${megabytes(total)}`] : []),
      ].join(' ')
      // Each new text is drawn, though it be the old one, and there can be thousands of files.
      if (spinner.text !== text) spinner.text = text
      if (!spinner.isSpinning) spinner.start()
    },
    clear: () => void spinner.stop(),
    warn: sentence => {
      spinner.stop()
      warn(sentence)
    },
  }
}

/** True where colour is welcome: where moving lines are, or where FORCE_COLOR asks for it. https://force-color.org */
export function hasColor(stream: Terminal, env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env['FORCE_COLOR']
  if (forced === undefined || forced === '') return isLively(stream, env)
  return forced !== '0' && forced !== 'false'
}

/** True where moving lines are welcome. https://no-color.org */
export function isLively(stream: Terminal, env: Readonly<Record<string, string | undefined>>): boolean {
  const isSet = (name: string) => (env[name] ?? '') !== ''
  return stream.isTTY === true && !isSet('NO_COLOR') && !isSet('CI') && env['TERM'] !== 'dumb'
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}
