import * as assert from 'uvu/assert'
import { check } from '../../src/check/check.ts'
import type { FileEntry, Plan } from '../../src/model.ts'
import { type ElfRecipe, elfFile } from '../elf-files.ts'
import { damagedBytes, damagedData, damagedText } from '../full/damage.ts'
import { type Random, survive } from '../full/survive.ts'
import { describe } from '../helpers.ts'
import { NODE_PROJECTS } from '../node-projects.ts'
import { PYTHON_PROJECTS } from '../python-projects.ts'
import { testFile, testFileSet, testNodePlan, testPlan, testSystem } from '../worlds.ts'

const CASES = 12_000

const PYTHON = testPlan('/root')

/** Whatever an artifact holds, checking answers; some of the damage must be such that there is something to tell of. */
type Fuzzed = (random: Random) => readonly [Plan, readonly FileEntry[]]

const RECIPES: readonly ElfRecipe[] = [
  { strings: ['PyInit__core'], needed: ['libc.so.6', 'libm.so.6'], versions: { 'libc.so.6': ['GLIBC_2.34'] } },
  { strings: ['PyInit__core'], needed: ['liba.so.1'], runpath: '$ORIGIN/../fast.libs:$ORIGIN', soname: '_core.so' },
  { strings: ['PyInit__core'], needed: ['libstdc++.so.6'], versions: { 'libstdc++.so.6': ['GLIBCXX_3.4.30'] } },
  { strings: ['PyInit__core'], rpath: '/opt/lib:${ORIGIN}', interpreter: '/lib64/ld-linux-x86-64.so.2' },
]

const owned = (path: string, content: string | Uint8Array): FileEntry => testFile(path, content, { owner: 'fast' })

const HANDLER = testFile('lambda_function.py', 'import fast\ndef lambda_handler(event, context): ...\n')
const INIT = owned('fast/__init__.py', 'from fast._core import run\n')

const libraries: Fuzzed = random => {
  const whole = (recipe: ElfRecipe) => damagedLibrary(elfFile(recipe), random)
  const files = [
    owned('fast/_core.cpython-313-x86_64-linux-gnu.so', whole(random.pick(RECIPES))),
    owned('fast.libs/liba.so.1', whole(random.pick(RECIPES))),
    testFile('bin/tool', whole(random.pick(RECIPES)), { executable: true }),
  ]
  return [PYTHON, [HANDLER, INIT, ...files]]
}

/** Counts, sizes and offsets are what a reader trusts, so wide numbers go among them. */
function damagedLibrary(bytes: Buffer, random: Random): Uint8Array {
  if (random.onceIn(20)) return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)))
  if (random.onceIn(3)) return damagedBytes(bytes, random, [0, bytes.length])
  for (let times = random.below(3); times >= 0; times--) {
    const at = random.below(bytes.length / 8 - 1) * 8
    const wide = random.pick([0n, 1n, 0xffffn, 0x7fff_ffffn, 0xffff_ffffn, 1n << 62n, ~0n & 0xffff_ffff_ffff_ffffn])
    bytes.writeBigUInt64LE(wide, at)
  }
  return random.onceIn(4) ? bytes.subarray(0, random.below(bytes.length)) : bytes
}

const METADATA =
  'Metadata-Version: 2.1\nName: fast\nVersion: 1.0\nRequires-Python: >=3.9,<4\nRequires-Dist: numpy>=1\n\nText.\n'
const WHEEL = 'Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp313-cp313-manylinux_2_17_x86_64\nTag: py3-none-any\n'
const RECORD = 'fast/__init__.py,sha256=AA,27\nfast-1.0.dist-info/METADATA,,\n"fast/a,b.py",sha256=AA,1\n../x,,\n'

const distributions: Fuzzed = random => {
  const damaged = (text: string) =>
    random.onceIn(3) ? damagedBytes(Buffer.from(text), random, [0, text.length]) : damagedText(text, random)
  const owner = random.onceIn(2) ? 'fast' : null
  const files = Object.entries({ METADATA, WHEEL, RECORD }).map(([name, text]) =>
    testFile(`fast-1.0.dist-info/${name}`, damaged(text), { owner }),
  )
  return [PYTHON, [HANDLER, testFile('fast/__init__.py', '', { owner }), ...files]]
}

const MANIFEST = {
  name: 'dep',
  version: '1.0.0',
  type: 'module',
  main: './index.js',
  exports: {
    '.': { import: './index.js', require: ['./index.cjs', './other.cjs'] },
    './*': './sub/*.js',
    './private/*': null,
  },
  imports: { '#a': './a.js', '#b/*': { node: './b/*.js' } },
}

const manifests: Fuzzed = random => {
  const whole = JSON.stringify(MANIFEST, null, 1)
  const damaged = random.onceIn(3) ? damagedText(whole, random) : JSON.stringify(damagedData(MANIFEST, random))
  const own = random.onceIn(2) ? '{}' : damagedText('{"type": "module", "imports": {"#x": "./x.js"}}', random)
  const source = "import a from 'dep'\nimport 'dep/x'\nimport '#x'\nexport const handler = async () => a\n"
  const index = random.pick(['index.mjs', 'index.js'])
  const files = {
    [index]: source,
    'package.json': own,
    'node_modules/dep/package.json': damaged,
    'node_modules/dep/index.js': "import '#a'\nimport '#b/c'\nexport default 1\n",
    'node_modules/dep/index.cjs': 'module.exports = 1\n',
    'node_modules/dep/a.js': '',
    'node_modules/dep/sub/x.js': '',
  }
  return [nodePlan('index.handler'), entries(files)]
}

const pythons: Fuzzed = random => {
  const { files, handler } = random.pick(PYTHON_PROJECTS)
  return [{ ...PYTHON, config: { ...PYTHON.config, handler } }, entries(damagedFiles(files, random))]
}

const scripts: Fuzzed = random => {
  const { files, handler = 'index.handler' } = random.pick(NODE_PROJECTS)
  return [nodePlan(handler), entries(damagedFiles(files, random))]
}

function damagedFiles(files: Readonly<Record<string, string>>, random: Random): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, random.onceIn(4) ? text : damagedText(text, random)]),
  )
}

function entries(files: Readonly<Record<string, string>>): readonly FileEntry[] {
  return Object.entries(files).map(([path, text]) => testFile(path, text))
}

function nodePlan(handler: string): Plan {
  return testNodePlan('/root', { handler, bundle: { kind: 'files' } })
}

const TARGETS: readonly (readonly [what: string, fuzzed: Fuzzed])[] = [
  ['libraries', libraries],
  ['METADATA, WHEEL and RECORD', distributions],
  ['package.json', manifests],
  ['sources of Python', pythons],
  ['sources of JavaScript', scripts],
]

describe('damaged files in an artifact', it => {
  for (const [what, fuzzed] of TARGETS) {
    it(`are checked to the end: ${CASES} times ${what}`, async () => {
      const system = testSystem()
      let found = 0
      const outcomes = await survive(what, CASES, async (random, note) => {
        const [plan, files] = fuzzed(random)
        for (const { path, content } of files) if (content.kind === 'bytes') note(`${path}: ${shown(content.bytes)}`)
        const findings = await check(plan, testFileSet(files), system)
        if (findings.length > 0) found++
      })
      assert.equal([...outcomes.keys()], ['results'])
      if (outcomes.get('results') === CASES) assert.ok(found > CASES / 50 && found < CASES, `${found} had findings`)
    })
  }
})

function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1', 0, 500)
}
