import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, REPOSITORY } from '../helpers.ts'
import { runAlone, unpacked } from './node-functions.ts'
import { output, ran } from './programs.ts'

const GENERATED = /lpack\.out|node_modules|package-lock\.json|words\.json/

/** The example as a user has it: of its own sources, with lpack from a package as it is published. */
async function installExample(dir: string): Promise<string> {
  const packed = join(dir, 'packed')
  await mkdir(packed)
  await output('npm', ['pack', '--pack-destination', packed], { cwd: REPOSITORY })
  const [name = ''] = await readdir(packed)
  const greeter = join(dir, 'greeter')
  const from = join(REPOSITORY, 'examples/greeter')
  await cp(from, greeter, { recursive: true, filter: path => !GENERATED.test(path.slice(from.length)) })
  await changeFile(join(greeter, 'package.json'), '"file:../.."', JSON.stringify(`file:${join(packed, name)}`))
  await output('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: greeter })
  return greeter
}

async function changeFile(path: string, before: string, after: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  assert.is(text.split(before).length, 2, `${path} has ${before} once`)
  await writeFile(path, text.replace(before, after))
}

/** What `npm run build` ends with, and the lines that are lpack's: npm and the example's own step print the others. */
async function build(greeter: string) {
  const { code, out } = await ran('npm', ['run', 'build', '--loglevel=error'], { cwd: greeter })
  const lines = out.split('\n').filter(line => line !== '' && !line.startsWith('>'))
  return { code, lines, zip: join(greeter, 'lpack.out/greeter.zip') }
}

describe('lpack as postbuild of npm', it => {
  it('writes the zip after the build, says unchanged in one line, and fails the build over a budget', () =>
    inTemporaryFolder(async dir => {
      const greeter = await installExample(dir)
      assert.not(existsSync(join(greeter, 'lpack.out')))
      const first = await build(greeter)
      assert.is(first.code, 0, first.lines.join('\n'))
      assert.match(first.lines.join('\n'), 'lpack.out/greeter.zip  written, 1 file')
      const event = { name: 'Ada', language: 'de' }
      const answer = await unpacked(first.zip, to => runAlone(to, { major: 24, event }))
      assert.equal(answer, { message: 'Guten Tag, Ada!' })

      const bytes = await readFile(first.zip)
      const second = await build(greeter)
      assert.is(second.code, 0)
      assert.is(second.lines.length, 1, second.lines.join('\n'))
      assert.match(second.lines[0] ?? '', /^greeter {2}unchanged {2}\d+ B zipped/)
      assert.ok(bytes.equals(await readFile(first.zip)))

      await changeFile(join(greeter, 'lpack.config.ts'), "'10 KB'", '100')
      const third = await build(greeter)
      assert.is(third.code, 1)
      assert.match(third.lines.join('\n'), /Over your budget by \d+ B: /)
    }))

  it('packs what the build before it made', () =>
    inTemporaryFolder(async dir => {
      const greeter = await installExample(dir)
      const { zip } = await build(greeter)
      await changeFile(join(greeter, 'words.csv'), 'Guten Tag', 'Moin')
      assert.is((await build(greeter)).code, 0)
      const event = { name: 'Ada', language: 'de' }
      assert.equal(await unpacked(zip, to => runAlone(to, { major: 24, event })), { message: 'Moin, Ada!' })
    }))
})
