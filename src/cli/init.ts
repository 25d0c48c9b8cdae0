import { join } from 'node:path'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../aws/runtimes.ts'
import { findConfig } from '../config/find.ts'
import { type Surveyed, survey } from '../config/init/survey.ts'
import { configText, NEW_CONFIG, type Settled } from '../config/init/write-config.ts'
import { UserError } from '../errors.ts'
import { wrapTalk } from '../report/wrap.ts'
import type { System } from '../system/system.ts'
import type { Invocation } from './arguments.ts'
import type { Console } from './main.ts'

/** `lpack init`: writes a config from what is found in this folder, and asks a person for what can't be seen. Returns the exit code. */
export async function initCommand(
  { asks, output }: Extract<Invocation, { kind: 'init' }>,
  console: Console,
  system: System,
): Promise<number> {
  const { cwd, disk } = system
  const path = join(cwd, NEW_CONFIG)
  const found = await findConfig({ ...system }, null)
  if (found !== null) throw new UserError('CONFIG_THERE', found.file)
  const { functions, seen } = await survey(cwd, system)
  for (const sentence of seen) console.err(`${wrapTalk(`seen: ${sentence}`, console.talkWidth)}\n`)
  const ask = asks ? console.ask : null
  const architecture = await architectureOf(functions, ask)
  const settled: Settled[] = []
  for (const one of functions) settled.push(await settle(one, { architecture, ask }))
  const schema = (await disk.stat(join(cwd, 'node_modules/lpack/schema.json'))) === null ? null : SCHEMA
  // Another one may have come while questions were open.
  if ((await disk.lstat(path)) !== null) throw new UserError('CONFIG_THERE', path)
  await disk.writeBytes(path, configText(settled, schema))
  if (output !== 'quiet') console.out(told(settled))
  return 0
}

const SCHEMA = './node_modules/lpack/schema.json'

export type Ask = (question: string, fallback: string) => Promise<string>

const ARCHITECTURES = ['x86_64', 'arm64']
const RUNTIMES = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id)

/** The same for all of which nothing says it. */
async function architectureOf(functions: readonly Surveyed[], ask: Ask | null): Promise<string> {
  if (ask === null || functions.every(({ architecture }) => architecture !== null)) return 'x86_64'
  return asked(ask, 'Architecture (x86_64 or arm64)', 'x86_64', answer => ARCHITECTURES.includes(answer))
}

async function settle(
  one: Surveyed,
  { architecture, ask }: { readonly architecture: string; readonly ask: Ask | null },
): Promise<Settled> {
  const label = one.root === '.' ? '' : `${one.root}: `
  const open = async (key: 'handler' | 'runtime' | 'name', example: string, isFine: (answer: string) => boolean) => {
    if (ask === null) throw new UserError('INIT_UNSURE', label, key, key === 'name' ? '' : one.why[key])
    return asked(ask, `${label}${key} (such as ${example})`, '', isFine)
  }
  const name = one.name === '' ? await open('name', 'hello', answer => /^[\w-]{1,64}$/.test(answer)) : one.name
  const handler = one.handler ?? (await open('handler', 'app.handler', answer => /^[^\s]+[.][^\s.]+$/.test(answer)))
  const runtime = one.runtime ?? (await open('runtime', 'python3.13', answer => RUNTIMES.includes(answer)))
  return { ...one, name, handler, runtime, architecture: one.architecture ?? architecture }
}

async function asked(ask: Ask, question: string, fallback: string, isFine: (answer: string) => boolean) {
  for (;;) {
    const answer = (await ask(question, fallback)).trim() || fallback
    if (isFine(answer)) return answer
  }
}

function told(functions: readonly Settled[]): string {
  const lines = functions.map(
    ({ name, runtime, architecture, handler }) => `  ${name}  ${runtime} ${architecture}  ${handler}`,
  )
  return [`${NEW_CONFIG} written:`, ...lines, '', 'Pack it:  lpack zip', ''].join('\n')
}
