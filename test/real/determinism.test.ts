import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { builtLpack, nodeOfMajor, output } from './programs.ts'

const HANDLER = 'def lambda_handler(event, context):\n    return event\n'
const CONFIG = JSON.stringify({ name: 'app', runtime: 'python3.13', architecture: 'arm64', root: 'function' })

interface App {
  readonly files: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
}

/** What is packed, from many places: exact and complete requirements, so nothing but the bytes of PyPI decides. */
const APPS: Readonly<Record<string, App>> = {
  'a pure app': {
    files: {
      'lpack.config.json': CONFIG,
      'function/lambda_function.py': HANDLER,
      'function/größe/ñ.txt': 'names that locales sort otherwise',
      'function/zz/aa.txt': 'x',
      'function/aa/zz.txt': 'x',
      'function/B.txt': 'x',
      'function/a.txt': 'x',
      'function/requirements.txt':
        'requests==2.32.5\ncertifi==2025.8.3\nidna==3.10\nurllib3==2.5.0\ncharset-normalizer==3.4.3\njinja2==3.1.6\nmarkupsafe==3.0.2\n',
    },
  },
  'a scientific tree': {
    files: {
      'lpack.config.json': CONFIG,
      'function/lambda_function.py': HANDLER,
      'function/requirements.txt': 'numpy==2.3.2\n',
    },
  },
  'one with links': {
    files: {
      'lpack.config.json': CONFIG,
      'function/lambda_function.py': HANDLER,
      'shared/common/util.py': 'x = 1\n',
      'shared/run.sh': '#!/bin/sh\n',
    },
    links: { 'function/common': '../shared/common', 'function/run.sh': '../shared/run.sh' },
  },
}

/** One machine, so to speak: where the checkout lies, when its files were written, and how the process is set up. */
interface Machine {
  readonly folder: string
  readonly umask: string
  readonly env: Readonly<Record<string, string>>
  readonly mtime: Date
  readonly order: 'forwards' | 'backwards'
  readonly node: number | null
}

const MACHINES: Readonly<Record<string, Machine>> = {
  'a shallow checkout': {
    folder: 'a',
    umask: '022',
    env: {},
    mtime: new Date('2024-02-29T12:00:00Z'),
    order: 'forwards',
    node: null,
  },
  'a deep one, umask 077, Tokyo, Danish': {
    folder: 'home/someone else/projects/très/deep/checkout',
    umask: '077',
    env: { TZ: 'Asia/Tokyo', LC_ALL: 'da_DK.UTF-8', LANG: 'da_DK.UTF-8' },
    mtime: new Date('1999-12-31T23:59:59Z'),
    order: 'backwards',
    node: null,
  },
  'umask 002, New York, Node 22': {
    folder: 'b/c',
    umask: '002',
    env: { TZ: 'America/New_York', LC_ALL: 'C' },
    mtime: new Date('2037-01-01T00:00:00Z'),
    order: 'backwards',
    node: 22,
  },
  'Node 24': {
    folder: 'd',
    umask: '022',
    env: { LC_ALL: 'tr_TR.UTF-8' },
    mtime: new Date(0),
    order: 'forwards',
    node: 24,
  },
}

describe('the same bytes everywhere', it => {
  for (const [app, { files, links }] of Object.entries(APPS)) {
    it(`come from ${app} on ${Object.keys(MACHINES).length} machines, each with a cache of its own`, () =>
      inTemporaryFolder(async dir => {
        const digests: Record<string, string> = {}
        for (const [name, machine] of Object.entries(MACHINES)) {
          const checkout = join(dir, machine.folder)
          await checkOut(checkout, { files, links: links ?? {} }, machine)
          digests[name] = await packed(checkout, machine)
        }
        assert.is(new Set(Object.values(digests)).size, 1, JSON.stringify(digests, null, 2))
        assert.match(Object.values(digests)[0] ?? '', /^[0-9a-f]{64}$/)
        console.log(`    ${app}: ${Object.values(digests)[0]}`)
      }))
  }
})

async function checkOut(dir: string, app: Required<App>, { mtime, order }: Machine): Promise<void> {
  const files = Object.entries(app.files)
  for (const [path, content] of order === 'forwards' ? files : files.reverse()) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
    await utimes(join(dir, path), mtime, mtime)
  }
  for (const [path, target] of Object.entries(app.links)) await symlink(target, join(dir, path))
  // What makes it a checkout, so that links may lead to its other folders.
  await mkdir(join(dir, '.git'))
}

async function packed(checkout: string, { umask, env, node }: Machine): Promise<string> {
  const lpack = await builtLpack()
  const program = node === null ? process.execPath : await nodeOfMajor(node)
  const json = await output('sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', program, lpack, 'zip', '--json'], {
    cwd: checkout,
    env: { ...process.env, ...env, LPACK_CACHE_DIR: join(checkout, '.cache') },
  })
  const report = JSON.parse(json) as { functions: { artifact: { sha256: string; unchanged: boolean } }[] }
  assert.is(report.functions[0]?.artifact.unchanged, false)
  return report.functions[0]?.artifact.sha256 ?? 'none'
}
