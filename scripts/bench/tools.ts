import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './measure.ts'
import type { Bench } from './types.ts'

/** Programs from a registry, each at its version, and what of them has to be on PATH. */
export interface Tool {
  readonly name: string
  readonly from: 'PyPI' | 'npm'
  readonly packages: readonly string[]
}

export const UV: Tool = { name: 'uv', from: 'PyPI', packages: ['uv==0.13.9'] }

/** Installs a tool in the work folder, and returns the folder of its programs. */
export function installTool(bench: Bench, { name, from, packages }: Tool): string {
  const install = {
    PyPI: `python3 -m venv . && bin/python -m pip install --quiet ${packages.join(' ')}`,
    npm: `npm install --silent --prefix . ${packages.join(' ')}`,
  }
  const files = from === 'npm' ? { 'package.json': '{"private":true}' } : {}
  const dir = made(bench, join('tools', name), files, install[from])
  return join(dir, from === 'npm' ? 'node_modules/.bin' : 'bin')
}

/** A folder with these files, in which the command has been run; made anew only when one of them is another than last time. */
export function made(bench: Bench, path: string, files: Readonly<Record<string, string>>, command: string): string {
  const dir = join(bench.work, path)
  const stamp = join(`${dir}.made`)
  const wanted = createHash('sha256')
    .update(JSON.stringify([files, command]))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return dir
  bench.tell(`making ${path}`)
  rmSync(stamp, { force: true })
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  writeFiles(dir, files)
  run(bench, command, dir)
  writeFileSync(stamp, wanted)
  return dir
}

export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
}
