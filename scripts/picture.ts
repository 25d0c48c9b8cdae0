// Draws docs/terminal.svg, what a terminal shows of `lpack zip` in examples/science: `npm run picture`.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { svgOf } from './picture/svg.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'lpack-picture-'))
try {
  cpSync(join(root, 'examples/science'), work, { recursive: true })
  const env = { ...process.env, FORCE_COLOR: '1', COLUMNS: '80' }
  const shown = execFileSync(process.execPath, [join(root, 'bin/lpack.js'), 'zip'], {
    cwd: work,
    env,
    encoding: 'utf8',
  })
  writeFileSync(join(root, 'docs/terminal.svg'), svgOf(`$ lpack zip\n${shown.trimEnd()}`))
} finally {
  rmSync(work, { recursive: true })
}
