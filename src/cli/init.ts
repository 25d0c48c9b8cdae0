import { dirname, join } from 'node:path'
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
  if (found !== null) throw new UserError('CONFIG_THERE', found.file, dirname(found.file) !== cwd)
  const { functions, seen } = await survey(cwd, system)
  for (const sentence of seen) console.err(`${wrapTalk(`seen: ${sentence}`, console.talkWidth)}\n`)
  const ask = asks && console.ask !== null ? asker(console.ask, console) : null
  const architecture = await architectureOf(functions, ask)
  const settled: Settled[] = []
  for (const one of functions) settled.push(await settle(one, { architecture, ask }))
  const schema = (await disk.stat(join(cwd, 'node_modules/lpack/schema.json'))) === null ? null : SCHEMA
  // Another one may have come while questions were open.
  if ((await disk.lstat(path)) !== null) throw new UserError('CONFIG_THERE', path, false)
  await disk.writeBytes(path, configText(settled, schema))
  if (output !== 'quiet') console.out(told(settled))
  return 0
}

const SCHEMA = './node_modules/lpack/schema.json'

export type Ask = (question: string, fallback: string) => Promise<string>

/** Asks until the answer is fine, and says what would be. */
type AskUntil = (question: string, fallback: string, fine: Fine) => Promise<string>

interface Fine {
  readonly is: (answer: string) => boolean
  readonly words: string
}

function asker(ask: Ask, console: Console): AskUntil {
  return async (question, fallback, fine) => {
    for (;;) {
      const answer = (await ask(question, fallback)).trim() || fallback
      if (fine.is(answer)) return answer
      console.err(`${wrapTalk(`It is ${fine.words}.`, console.talkWidth)}\n`)
    }
  }
}

const ARCHITECTURES = ['x86_64', 'arm64']
const RUNTIMES = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id)

const FINE = {
  architecture: { is: answer => ARCHITECTURES.includes(answer), words: 'x86_64 or arm64' },
  name: { is: answer => /^[\w-]{1,64}$/.test(answer), words: '1 to 64 letters, digits, hyphens and underscores' },
  handler: { is: answer => /^[^\s]{1,126}[.][^\s.]+$/.test(answer), words: 'module.function, such as app.handler' },
  runtime: { is: answer => RUNTIMES.includes(answer), words: `one of ${RUNTIMES.join(', ')}` },
} as const satisfies Readonly<Record<string, Fine>>

/** The same for all of which nothing says it. */
async function architectureOf(functions: readonly Surveyed[], ask: AskUntil | null): Promise<string> {
  if (ask === null || functions.every(({ architecture }) => architecture !== null)) return 'x86_64'
  return ask('Architecture (x86_64 or arm64)', 'x86_64', FINE.architecture)
}

async function settle(
  one: Surveyed,
  { architecture, ask }: { readonly architecture: string; readonly ask: AskUntil | null },
): Promise<Settled> {
  const label = one.root === '.' ? '' : `${one.root}: `
  const open = async (key: 'handler' | 'runtime' | 'name', example: string) => {
    if (ask === null) throw new UserError('INIT_UNSURE', label, key, key === 'name' ? '' : one.why[key])
    return ask(`${label}${key} (such as ${example})`, '', FINE[key])
  }
  const name = one.name === '' ? await open('name', 'hello') : one.name
  const handler = one.handler ?? (await open('handler', 'app.handler'))
  const runtime = one.runtime ?? (await open('runtime', 'python3.13'))
  return { ...one, name, handler, runtime, architecture: one.architecture ?? architecture }
}

function told(functions: readonly Settled[]): string {
  const lines = functions.map(
    ({ name, runtime, architecture, handler }) => `  ${name}  ${runtime} ${architecture}  ${handler}`,
  )
  return [`${NEW_CONFIG} written:`, ...lines, '', 'Pack it:  lpack zip', ''].join('\n')
}
