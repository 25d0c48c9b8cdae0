import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { collectOwnFiles } from '../../src/files/own.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { testPlan, testSystem } from '../worlds.ts'
import { expected } from './own-oracle.ts'
import { type Random, survive } from './survive.ts'

const NAMES = [
  'a',
  'b.py',
  'lambda_function.py',
  'data.json',
  'models',
  'café',
  'cafe\u0301',
  'ünï çødé.txt',
  'a b',
  ' leading',
  'trailing ',
  '-rf',
  '--include',
  '.hidden',
  '.wh.gone',
  '..data',
  'dots.',
  '...',
  'tab\there',
  'new\nline',
  '\u0001',
  '\u007f',
  '*',
  '[x]',
  '{a,b}',
  '!no',
  '(x)',
  '+(a)',
  '?',
  'x'.repeat(200),
  '日本語',
  '😀',
  '.env',
  '.env.local',
  '.git',
  'node_modules',
  '__pycache__',
  'old.pyc',
  'x.egg-info',
  'uv.lock',
  'requirements.txt',
  'requirements-dev.txt',
  'package.json',
  'Dockerfile',
  'state.tfstate.backup',
  'pylock.dev.toml',
]

/** Names that no artifact may hold. */
const UNSAFE = ['C:x', 'back\\slash', 'c:']

describe('any tree', it => {
  it('is refused, or packed as the slow oracle says', async () => {
    const outcomes = await survive('trees, includes and excludes', 2500, (random, note) =>
      inTemporaryFolder(async dir => {
        const tree = randomTree(random)
        const include = patternsFor(tree, random)
        const exclude = patternsFor(tree, random)
        note(JSON.stringify({ tree: [...tree], include, exclude }))
        await writeAll(dir, tree)
        const plan = testPlan(dir, { include, exclude })
        const { files } = await collectOwnFiles(plan, testSystem())
        assert.equal(files.map(({ path }) => path as string).sort(), expected(tree, include, exclude))
      }),
    )
    assert.ok((outcomes.get('results') ?? 0) > 500)
  })

  it('with links is refused or packed, and none leads out', async () => {
    await survive('links', 1500, (random, note) =>
      inTemporaryFolder(async outer => {
        const dir = join(outer, 'project')
        const tree = randomTree(random)
        await writeAll(dir, tree)
        await writeFile(join(outer, 'secret'), 'secret')
        const folders = ['', ...new Set([...tree.keys()].map(path => dirname(path)).filter(path => path !== '.'))]
        for (let links = 1 + random.below(4); links > 0; links--) {
          const from = join(dir, random.pick(folders), `link${links}`)
          const to = random.pick([
            '.',
            '..',
            '../..',
            'link1',
            'link2',
            '../link3',
            'nowhere',
            '/',
            '/etc/hosts',
            outer,
            join(outer, 'secret'),
            join(dir, random.pick(folders)),
            join(dir, random.pick([...tree.keys()])),
            './././a',
          ])
          note(`${from} -> ${to}`)
          await symlink(to, from)
        }
        const { files } = await collectOwnFiles(testPlan(dir), testSystem())
        const { disk } = testSystem()
        for (const { content } of files) {
          assert.ok(content.kind === 'disk' && (await disk.realPath(content.path)).startsWith(`${dir}/`))
        }
      }),
    )
  })

  it('is walked in time, whatever the globs', () =>
    inTemporaryFolder(async dir => {
      const deep = `${'a/'.repeat(40)}${'a'.repeat(60)}`
      await writeAll(
        dir,
        new Map([
          [deep, ''],
          ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaab', ''],
          ['lambda_function.py', ''],
        ]),
      )
      await survive('hostile globs', 1500, async (random, note) => {
        const pattern = hostileGlob(random)
        note(pattern)
        const key = random.pick(['include', 'exclude', 'executable'])
        await collectOwnFiles(testPlan(dir, { [key]: [pattern] }), testSystem())
      })
    }))
})

/** Files by path; no path is another's folder. */
function randomTree(random: Random): ReadonlyMap<string, string> {
  const tree = new Map<string, string>([['lambda_function.py', '']])
  const folders = new Set<string>()
  for (let files = 2 + random.below(12); files > 0; files--) {
    const parts = Array.from({ length: 1 + random.below(3) }, () =>
      random.onceIn(120) ? random.pick(UNSAFE) : random.pick(NAMES),
    )
    const path = parts.join('/')
    const above = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
    if (folders.has(path) || above.some(folder => tree.has(folder)) || path.length > 600) continue
    for (const folder of above) folders.add(folder)
    tree.set(path, random.pick(['', 'x = 1\n', '#!/bin/sh\n', '\x7fELF']))
  }
  return tree
}

async function writeAll(dir: string, tree: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, content] of tree) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
}

// ── Patterns, which the oracle knows how to read ─────────────────────────────────────────────────

/** Of the simple kind: names of the tree, `*`, `**` and `*.ext`. */
function patternsFor(tree: ReadonlyMap<string, string>, random: Random): string[] {
  if (random.onceIn(3)) return []
  const paths = [...tree.keys()].filter(path => !/[[\]{}()!+*?@\\]/.test(path))
  return Array.from({ length: 1 + random.below(2) }, () => {
    const parts = random.pick(paths).split('/')
    switch (random.below(6)) {
      case 0:
        return parts.join('/')
      case 1:
        return `${parts.slice(0, 1 + random.below(parts.length)).join('/')}${random.pick(['', '/', '/**'])}`
      case 2:
        return `./${parts.join('/')}`
      case 3:
        return `**/*.${random.pick(['py', 'json', 'txt'])}`
      case 4:
        return `**/${parts.at(-1)}`
      default:
        return parts.map(part => (random.onceIn(3) ? '*' : part)).join('/')
    }
  })
}

function hostileGlob(random: Random): string {
  const pieces = [
    '{a,b}',
    '{a,{b,{c,d}}}',
    '{1..99999}',
    '{a..z..0}',
    '+(a)',
    '+(+(+(a)))',
    '*(*(*(a)))',
    '!(!(!(a)))',
    '@(a|b|*(c))',
    '[',
    '[]',
    '[^]',
    '[!a-',
    '[[:alpha:]]',
    '(',
    ')',
    '{',
    '}',
    '|',
    '\\',
    '!',
    '?',
    '*',
    '**',
    '***',
    '**/',
    '/',
    '//',
    '..',
    '.',
    '~',
    '$',
    '^',
    'a',
    'a+',
    '(a+)+$',
    '\u0001',
    '\n',
    ' ',
    '"',
    '<',
    'ü',
    '😀',
    'constructor',
    '__proto__',
  ]
  const glob = Array.from({ length: 1 + random.below(12) }, () => random.pick(pieces)).join('')
  return random.onceIn(10) ? glob.repeat(1 + random.below(40)) : glob
}
