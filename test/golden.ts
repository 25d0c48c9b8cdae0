import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { REPOSITORY } from './helpers.ts'

/** Compares with a file of `fixtures/`. With UPDATE=1 it is written anew, for somebody to look at the difference. */
export function isGolden(actual: string, name: string): void {
  const path = join(REPOSITORY, 'fixtures', name)
  if (process.env['UPDATE'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, actual)
  }
  assert.ok(existsSync(path), `${name} is missing: UPDATE=1 writes it`)
  assert.is(actual, readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), name)
}
