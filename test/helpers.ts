import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite, type Test } from 'uvu'
import * as assert from 'uvu/assert'
import { type ErrorCode, UserError } from '../src/errors.ts'

// uvu sets it for its own output, and the programs that tests start would heed it.
delete process.env['FORCE_COLOR']

/** The root of this repository. */
export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))

/** A suite that cannot forget to run: uvu passes silently when `.run()` is missing. */
export function describe(name: string, define: (it: Test) => void): void {
  const it = suite(name)
  define(it)
  it.run()
}

/** `assert.throws` does not await; this does, and matches the code rather than the prose. Returns the error. */
export async function rejects(action: () => unknown, code: ErrorCode): Promise<UserError> {
  let reason: unknown
  try {
    await action()
  } catch (error) {
    reason = error
  }
  if (!(reason instanceof UserError)) {
    const stack = reason instanceof Error ? reason.stack : String(reason)
    throw new assert.Assertion({
      message: `expected UserError ${code}, got ${stack}`,
      operator: 'rejects',
      generated: false,
      details: '',
      expects: code,
      actual: String(reason),
    } as never)
  }
  assert.is(reason.code, code, reason.message)
  return reason
}

/** A new temporary folder (real path), removed when the action ends. */
export async function inTemporaryFolder<T>(action: (dir: string) => Promise<T>): Promise<T> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'lpack-test-')))
  try {
    return await action(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Writes files (relative path → content) under a folder, making folders on the way. */
export async function writeTree(dir: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
}

/** Copies `fixtures/<name>` to a folder. */
export async function copyFixture(name: string, to: string): Promise<void> {
  await cp(join(REPOSITORY, 'fixtures', name), to, { recursive: true })
}

/** The absolute path of a program of this machine, or null. */
export function findTool(name: string): string | null {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(dir => join(dir, name))
    .find(path => existsSync(path))
  return found ?? null
}

/** `it`, or where one of the programs is missing `it.skip`, which says so loudly. */
export function needing(it: Test, ...tools: readonly string[]): Test | Test['skip'] {
  const missing = tools.filter(tool => findTool(tool) === null)
  if (missing.length === 0) return it
  console.error(`SKIPPED for want of ${missing.join(', ')}`)
  return it.skip
}
