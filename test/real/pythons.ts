import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The Pythons of this machine by minor version, from PATH and pyenv. */
export function findPythons(minors: readonly string[]): ReadonlyMap<string, string> {
  const found = minors.flatMap(minor => {
    const path = candidatesOf(minor).find(candidate => minorOf(candidate) === minor)
    return path === undefined ? [] : [[minor, path] as const]
  })
  return new Map(found)
}

function candidatesOf(minor: string): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(dir => dir !== '')
  const pyenv = answerOf('pyenv', ['root'])
  const versions = pyenv === null ? null : join(pyenv, 'versions')
  const installed = versions !== null && existsSync(versions) ? readdirSync(versions).sort() : []
  return [
    ...installed.filter(name => name.startsWith(`${minor}.`)).map(name => join(versions ?? '', name, 'bin', 'python3')),
    ...folders.flatMap(dir => [join(dir, `python${minor}`), join(dir, 'python3')]),
  ].filter(path => existsSync(path))
}

/** pyenv's shims stand for Pythons that may not be there, so each is asked. */
function minorOf(python: string): string | null {
  return answerOf(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
}

function answerOf(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim()
  } catch {
    // It isn't there, or stands for nothing.
    return null
  }
}
