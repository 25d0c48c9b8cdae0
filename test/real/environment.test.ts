import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { layOutEnvironment } from '../../src/files/python/environment.ts'
import { slim } from '../../src/files/python/slim.ts'
import type { LaidOutDistribution } from '../../src/files/python/types.ts'
import { layOutWheel } from '../../src/files/python/wheel.ts'
import { readContent } from '../../src/formats/content.ts'
import { makeDisk } from '../../src/system/disk.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem, testTarget } from '../worlds.ts'
import { systemWith } from './python-tools.ts'

const disk = makeDisk()
const PYTHON = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
  encoding: 'utf8',
}).trim()
const target = testTarget(`python${PYTHON}`)
const REQUIREMENTS = 'flask==3.1.0\nrequests[socks]==2.32.3\nmarkupsafe==3.0.2\n'
const NEEDED =
  'blinker certifi charset-normalizer click flask idna itsdangerous jinja2 markupsafe pysocks requests urllib3 werkzeug'.split(
    ' ',
  )

/** Paths and sha256 of what is packed. */
async function digests(distributions: readonly LaidOutDistribution[]): Promise<Record<string, string>> {
  const { files } = await slim({ distributions, level: 'none', ownFiles: [] }, disk)
  const entries = files.map(async ({ path, content }) => {
    const sha256 = createHash('sha256').update(await readContent(content, disk))
    return [path, sha256.digest('hex')] as const
  })
  return Object.fromEntries((await Promise.all(entries)).sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function fromEnvironment(dir: string, name: string) {
  const request = {
    path: join(dir, name),
    declaredIn: join(dir, 'requirements.txt'),
    root: dir,
    isLaidOut: true,
    target,
    wanted: { groups: [], extras: [] },
  }
  return layOutEnvironment(request, testSystem())
}

describe('environments of pip and uv', it => {
  it('are packed as the wheels that they were made from, without development tools', async () => {
    const uv = (await (await systemWith('uv')).processes.find('uv')) ?? ''
    await inTemporaryFolder(async dir => {
      await writeTree(dir, { 'requirements.txt': REQUIREMENTS })
      const run = (program: string, ...args: string[]) =>
        execFileSync(program, args, {
          cwd: dir,
          stdio: 'pipe',
          env: { ...process.env, VIRTUAL_ENV: join(dir, 'by-uv') },
        })
      run('python3', '-m', 'venv', 'by-pip')
      run('by-pip/bin/python', '-m', 'pip', 'install', '-q', '-r', 'requirements.txt', 'pytest')
      const versions = execFileSync('by-pip/bin/python', ['-m', 'pip', 'freeze'], { cwd: dir, encoding: 'utf8' })
      await writeTree(dir, { 'frozen.txt': versions })
      run(uv, 'venv', '-q', '--python', join(dir, 'by-pip/bin/python'), 'by-uv')
      run(uv, 'pip', 'install', '-q', '-r', 'frozen.txt')
      run(
        'by-pip/bin/python',
        '-m',
        'pip',
        'download',
        '-q',
        '--only-binary=:all:',
        '--dest',
        'wheels',
        '-r',
        'requirements.txt',
        '-c',
        'frozen.txt',
      )

      const byPip = await fromEnvironment(dir, 'by-pip')
      const byUv = await fromEnvironment(dir, 'by-uv')
      const wheels = (await readdir(join(dir, 'wheels'))).map(filename => ({
        name: '',
        filename,
        path: join(dir, 'wheels', filename),
      }))
      const expected = await digests(await Promise.all(wheels.map(wheel => layOutWheel(wheel, disk))))

      assert.equal(
        byPip.distributions.map(({ name }) => name),
        NEEDED,
      )
      assert.equal(byPip.direct, ['flask', 'markupsafe', 'requests'])
      assert.ok(Object.keys(expected).length > 200)
      assert.equal(await digests(byPip.distributions), expected)
      assert.equal(await digests(byUv.distributions), expected)
    })
  })
})
