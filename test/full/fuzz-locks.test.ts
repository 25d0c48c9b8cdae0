import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { readRequirements } from '../../src/files/python/requirements.ts'
import type { LockFormat } from '../../src/model.ts'
import { selectIn } from '../files/python/locks/fixture-locks.ts'
import { copyFixture, describe, inTemporaryFolder, REPOSITORY } from '../helpers.ts'
import { testSystem, testTarget } from '../worlds.ts'
import { damagedData, damagedText } from './damage.ts'
import { type Random, survive } from './survive.ts'

interface Target {
  readonly fixture: string
  readonly format: LockFormat
  readonly lock: string
  readonly manifest: string
  readonly groups: readonly string[]
  readonly extras: readonly string[]
}

const PROJECT = { manifest: 'pyproject.toml', groups: ['dev', 'docs'], extras: ['deco'] }

const TARGETS: readonly Target[] = [
  { ...PROJECT, fixture: 'uv-project', format: 'uv', lock: 'uv.lock' },
  { ...PROJECT, fixture: 'uv-workspace', format: 'uv', lock: 'uv.lock', groups: ['dev'], extras: [] },
  { ...PROJECT, fixture: 'uv-conflicts', format: 'uv', lock: 'uv.lock', groups: ['oldest'], extras: ['old', 'new'] },
  { ...PROJECT, fixture: 'uv-project', format: 'pylock', lock: 'pylock.toml', groups: [], extras: [] },
  { ...PROJECT, fixture: 'poetry-1', format: 'poetry', lock: 'poetry.lock' },
  { ...PROJECT, fixture: 'poetry-2', format: 'poetry', lock: 'poetry.lock' },
  { ...PROJECT, fixture: 'poetry-2-project', format: 'poetry', lock: 'poetry.lock' },
  { ...PROJECT, fixture: 'pdm', format: 'pdm', lock: 'pdm.lock' },
  { ...PROJECT, fixture: 'pdm-plain', format: 'pdm', lock: 'pdm.lock' },
  { fixture: 'pipfile', format: 'pipfile', lock: 'Pipfile.lock', manifest: 'Pipfile', groups: [], extras: [] },
]

describe('a damaged lock file', it => {
  for (const target of TARGETS) {
    it(`of ${target.fixture} (${target.lock}) is refused or read`, () =>
      inTemporaryFolder(async dir => {
        await copyFixture(`locks/${target.fixture}`, dir)
        const lock = await readFile(join(dir, target.lock), 'utf8')
        const manifest = await readFile(join(dir, target.manifest), 'utf8')
        await survive(`${target.fixture}/${target.lock}`, 1500, async (random, note) => {
          const isManifest = random.onceIn(6)
          const damage = random.onceIn(3) ? damaged : damagedInside
          const texts = isManifest ? [lock, damage(manifest, random)] : [damage(lock, random), manifest]
          note(
            texts
              .map(text => text?.slice(0, 20_000))
              .join('\n――――――\n')
              .slice(0, 3000),
          )
          await writeFile(join(dir, target.lock), texts[0] ?? '')
          await writeFile(join(dir, target.manifest), texts[1] ?? '')
          await selectIn(target.format, dir, {
            runtime: target.format === 'pipfile' ? 'python3.11' : random.pick(['python3.11', 'python3.13']),
            groups: target.groups.filter(() => random.onceIn(3)),
            extras: target.extras.filter(() => random.onceIn(3)),
          })
        })
      }))
  }
})

describe('a damaged requirements file', it => {
  it('is refused or read', () =>
    inTemporaryFolder(async dir => {
      await copyFixture('locks/uv-project', dir)
      const exported = await readFile(join(REPOSITORY, 'fixtures/locks/uv-project/requirements.txt'), 'utf8')
      await writeFile(join(dir, 'more.txt'), '-c even-more.txt\nclick==8.1.8\n')
      await writeFile(join(dir, 'even-more.txt'), 'six==1.17.0\n')
      await survive('requirements.txt', 4000, async (random, note) => {
        const text = damaged(random.onceIn(2) ? exported : REQUIREMENTS, random)
        note(text)
        const path = join(dir, 'requirements.txt')
        await writeFile(path, text)
        await readRequirements(path, testTarget(), testSystem({ cwd: dir, env: { TOKEN: 'secret' } }))
      })
    }))
})

// Each kind of line that pip reads.
const REQUIREMENTS = `# comment
--index-url https://user:\${TOKEN}@example.com/simple
--extra-index-url=https://example.com/more --trusted-host example.com
-f ./wheels
--find-links https://example.com/links
--no-binary :all:
--only-binary=numpy
--require-hashes
-r more.txt
-c even-more.txt
-e .
-e ./libs/shared[fast]
six==1.17.0 \\
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \\
    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81
rich[jupyter,more] == 13.9.4 ; python_version >= "3.8" and (sys_platform != 'win32' or extra == "x") # why
click===8.1.8; python_full_version<'4'
near @ https://example.com/near-1.0-py3-none-any.whl#sha256=4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274
gitty @ git+https://example.com/gitty.git@0123456789abcdef0123456789abcdef01234567#subdirectory=python&egg=gitty
./libs/shared
./wheels/acme-1.0-py3-none-any.whl
`

/** Text damage, and now and then something larger. */
function damaged(text: string, random: Random): string {
  if (!random.onceIn(20)) return damagedText(text, random)
  switch (random.below(4)) {
    case 0:
      return `${text}\nx = ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`
    case 1:
      return text.repeat(3)
    case 2:
      return `${text}\n${Array.from({ length: 3000 }, (_, index) => `[a${'.b'.repeat(index % 50)}.c${index}]`).join('\n')}\n`
    default:
      return text.slice(0, random.below(text.length))
  }
}

/** Sound TOML or JSON with other content. */
function damagedInside(text: string, random: Random): string {
  if (text.startsWith('{')) return JSON.stringify(damagedData(JSON.parse(text) as object, random), null, 4)
  try {
    return stringify(damagedData(parse(text), random))
  } catch {
    // TOML has no arrays of tables and other values, as some damage makes.
    return damagedText(text, random)
  }
}
