import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UserError } from '../../src/errors.ts'
import { PYPI } from '../../src/files/python/pypi.ts'
import { readRequirements } from '../../src/files/python/requirements.ts'
import type { Selection } from '../../src/files/python/types.ts'
import type { LockFormat } from '../../src/model.ts'
import { namesOf, type Reading, selectIn } from '../files/python/locks/fixture-locks.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem, testTarget } from '../worlds.ts'
import { installLockTools, type LockTool, type RunTool } from './lock-tools.ts'

const RUNTIMES = ['python3.10', 'python3.11', 'python3.12', 'python3.13']
const LIBRARY = {
  'libs/shared/pyproject.toml':
    '[project]\nname = "shared"\nversion = "0.1"\ndependencies = ["six>=1.16"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
  'libs/shared/src/shared/__init__.py': '',
}

/** Edits of a manifest with what follows: the same question goes to lpack and to the tool that locked. */
type Edits = readonly (readonly [from: string, to: string])[]

/** What the tool prints; it must succeed. */
async function runOrThrow(run: RunTool, tool: LockTool, args: readonly string[], dir: string): Promise<string> {
  const { ok, stdout, stderr } = await run(tool, args, dir)
  assert.ok(ok, `${tool} ${args.join(' ')}: ${stdout}\n${stderr}`)
  return stdout
}

async function isStale(format: LockFormat, dir: string, reading: Reading): Promise<boolean> {
  try {
    await selectIn(format, dir, reading)
    return false
  } catch (error) {
    if (error instanceof UserError && error.code === 'LOCK_STALE') return true
    throw error
  }
}

/** lpack and the tool agree on every edited manifest whether the lock is stale. */
async function agreeOnStaleness(at: {
  format: LockFormat
  dir: string
  manifest: string
  edits: Edits
  reading?: Reading
  isFresh: () => Promise<boolean>
}): Promise<void> {
  const path = join(at.dir, at.manifest)
  await copyFile(path, `${path}.kept`)
  const original = await readFile(path, 'utf8')
  let stale = 0
  for (const [from, to] of [['', ''], ...at.edits] as const) {
    assert.ok(original.includes(from), `${at.manifest} holds ${from}`)
    await writeFile(
      path,
      original.replace(from, () => to),
    )
    const isFresh = await at.isFresh()
    assert.is(
      await isStale(at.format, at.dir, at.reading ?? {}),
      !isFresh,
      `after ${from} → ${to}, the tool says ${isFresh ? 'fresh' : 'stale'}`,
    )
    if (!isFresh) stale++
  }
  await copyFile(`${path}.kept`, path)
  assert.ok(stale > 0 && stale <= at.edits.length, `${stale} of ${at.edits.length} edits make the lock stale`)
}

/** The packages that a tool's requirements output names for a runtime. */
async function exported(text: string, dir: string, runtime: string): Promise<Selection> {
  const { selection, why } = await readRequirements(join(dir, 'exported.txt'), testTarget(runtime), testSystem(), text)
  if (selection === null) throw new Error(why)
  return selection
}

/** Versions of folders and URLs are in locks and not in exports. */
function comparable(selection: Selection): string {
  return namesOf({
    ...selection,
    packages: selection.packages.map(item => (item.origin.kind === 'index' ? item : { ...item, version: null })),
  })
}

const UV_MANIFEST = `[project]
name = "My.Function"
version = "0.1"
requires-python = ">=3.10,<4"
dependencies = [
    "Requests[socks]>=2.30 , <3",
    "numpy",
    "redis>=5; python_version >= '3.8' and platform_system != 'Windows'",
    "importlib-metadata; python_version < '3.12' or sys_platform == 'win32'",
    "tomli>=2; python_version < '3.11'",
    "shared",
    "click>=8.0.0-alpha",
]

[project.optional-dependencies]
old = ["attrs==23.1.0"]
new = ["attrs==23.2.0", "wrapt"]

[dependency-groups]
dev = ["pytest", { include-group = "docs" }]
docs = ["mistune"]

[tool.uv]
dev-dependencies = ["ruff"]
conflicts = [[{ extra = "old" }, { extra = "new" }]]

[tool.uv.sources]
shared = { path = "libs/shared", editable = true }
`

const POETRY_MANIFEST = `[tool.poetry]
name = "my-function"
version = "0.1"
description = "Grüße ☃ 𝄞"
authors = []

[tool.poetry.dependencies]
python = "^3.10"
requests = { version = "^2.30", extras = ["socks"] }
redis = "*"
tomli = { version = "^2", python = "<3.11" }
colorama = { version = "^0.4", platform = "win32" }
wrapt = { version = ">=1.10", optional = true }
attrs = [{ version = "23.1.0", python = "<3.12" }, { version = "^23.2", python = ">=3.12" }]
shared = { path = "libs/shared", develop = true }

[tool.poetry.extras]
deco = ["wrapt"]

[tool.poetry.group.dev.dependencies]
pytest = "^8"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
mistune = "*"

[[tool.poetry.source]]
name = "größer-☃"
url = "${PYPI}/"
priority = "primary"
`

const POETRY_PROJECT = `[project]
name = "my-function"
version = "0.1"
requires-python = ">=3.10,<4"
dependencies = ["requests[socks]>=2.30", "tomli>=2; python_version < '3.11'", "colorama; sys_platform == 'win32'"]

[project.optional-dependencies]
deco = ["wrapt>=1.10"]

[dependency-groups]
docs = ["mistune"]

[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "simple"
url = "${PYPI}/"
priority = "primary"
`

const PDM_MANIFEST = `[project]
name = "my-function"
version = "0.1"
description = "Grüße ☃"
requires-python = ">=3.10,<4"
dependencies = [
    "requests[socks]>=2.30",
    "redis",
    "tomli>=2; python_version < '3.11'",
    "colorama; sys_platform == 'win32'",
    "shared @ file:///\${PROJECT_ROOT}/libs/shared",
]

[project.optional-dependencies]
deco = ["wrapt>=1.10"]

[tool.pdm.dev-dependencies]
docs = ["mistune"]
`

const PIPFILE = `[[source]]
url = "${PYPI}"
verify_ssl = true
name = "größer"

[packages]
requests = { version = "*", extras = ["socks"] }
Redis = "*"
colorama = { version = "0.4.6", markers = "sys_platform == 'win32'" }

[dev-packages]
iniconfig = "*"
`

describe('locks of the real tools', it => {
  it('selects from uv.lock what uv exports, and agrees on staleness', async () => {
    await inTemporaryFolder(async dir => {
      const run = await installLockTools(join(dir, 'tools'), ['uv'])
      const project = join(dir, 'project')
      await writeTree(project, { 'pyproject.toml': UV_MANIFEST, ...LIBRARY })
      await runOrThrow(run, 'uv', ['lock'], project)
      const readings: readonly Reading[] = [{}, { extras: ['old'] }, { extras: ['new'] }, { groups: ['dev'] }]
      for (const reading of readings) {
        const options = [
          ...(reading.extras ?? []).flatMap(extra => ['--extra', extra]),
          ...(reading.groups ?? []).flatMap(group => ['--group', group]),
        ]
        const stdout = await runOrThrow(
          run,
          'uv',
          ['export', '--quiet', '--frozen', '--no-default-groups', '--no-emit-project', ...options],
          project,
        )
        for (const runtime of RUNTIMES) {
          assert.is(
            comparable(await selectIn('uv', project, { ...reading, runtime })),
            comparable(await exported(stdout, project, runtime)),
            `${runtime} ${options.join(' ')}`,
          )
        }
      }
      await runOrThrow(
        run,
        'uv',
        ['export', '--quiet', '--frozen', '--no-default-groups', '--format', 'pylock.toml', '-o', 'pylock.toml'],
        project,
      )
      for (const runtime of RUNTIMES) {
        assert.is(
          comparable(await selectIn('pylock', project, { runtime })),
          comparable(await selectIn('uv', project, { runtime })),
        )
      }
      await agreeOnStaleness({
        format: 'uv',
        dir: project,
        manifest: 'pyproject.toml',
        isFresh: async () => (await run('uv', ['lock', '--check'], project)).ok,
        edits: [
          ['version = "0.1"', 'version = "0.1"\ndescription = "new"'],
          ['>=2.30 , <3', '<3,>=2.30'],
          ['>=2.30 , <3', '>=2.29,<3'],
          ['Requests[socks]', 'requests[Socks]'],
          ['Requests[socks]', 'requests'],
          ["platform_system != 'Windows'", "sys_platform != 'win32'"],
          ["python_version >= '3.8' and ", ''],
          ["python_version < '3.12'", "python_version < '3.13'"],
          ['8.0.0-alpha', '8.0.0a0'],
          ['"numpy",', ''],
          ['"numpy",', '"numpy", "idna",'],
          ['docs = ["mistune"]', 'docs = ["mistune>2"]'],
          ['{ include-group = "docs" }', '"mistune"'],
          ['dev-dependencies = ["ruff"]', 'dev-dependencies = []'],
          ['new = ["attrs==23.2.0", "wrapt"]', 'new = ["attrs==23.2.0"]'],
          ['[tool.uv]\n', '[tool.uv]\nconstraint-dependencies = ["certifi>2020"]\n'],
          ['>=3.10,<4', '>=3.10'],
        ],
      })
    })
  })

  for (const tool of ['poetry-1', 'poetry-2'] as const) {
    it(`selects from the lock of ${tool}, and agrees on staleness`, async () => {
      await inTemporaryFolder(async dir => {
        const run = await installLockTools(join(dir, 'tools'), [tool])
        const project = join(dir, 'project')
        await writeTree(project, { 'pyproject.toml': POETRY_MANIFEST, ...LIBRARY })
        await runOrThrow(run, tool, ['lock', '--no-interaction'], project)
        const locked = async (reading: Reading) =>
          (await selectIn('poetry', project, reading)).packages.map(item => item.name).join(' ')
        const main = 'certifi charset-normalizer idna pysocks redis requests shared six'
        assert.is(await locked({ runtime: 'python3.13' }), `attrs ${main} urllib3`)
        assert.is(await locked({ runtime: 'python3.10' }), `async-timeout attrs ${main} tomli urllib3`)
        assert.is(
          await locked({ runtime: 'python3.13', extras: ['deco'], groups: ['docs'] }),
          `attrs ${main.replace('idna', 'idna mistune')} urllib3 wrapt`,
        )
        const attrs = async (runtime: string) =>
          (await selectIn('poetry', project, { runtime })).packages.find(item => item.name === 'attrs')?.version
        assert.is(await attrs('python3.11'), '23.1.0')
        assert.is(await attrs('python3.12'), '23.2.0')
        await agreeOnStaleness({
          format: 'poetry',
          dir: project,
          manifest: 'pyproject.toml',
          isFresh: async () =>
            !/(not up to date|changed significantly|out of date)/i.test(
              Object.values(await run(tool, ['check', '--lock'], project)).join(' '),
            ),
          edits: [
            ['☃ 𝄞', 'new'],
            ['"^2.30"', '"^2.31"'],
            ['pytest = "^8"', 'pytest = "^7"'],
            ['deco = ["wrapt"]', 'deco = []'],
            ['größer-☃', 'größer-𝄞'],
            ['optional = true\n', 'optional = false\n'],
          ],
        })
      })
    })
  }

  it('selects from the lock of a Poetry 2 project with [project], and agrees on staleness', async () => {
    await inTemporaryFolder(async dir => {
      const run = await installLockTools(join(dir, 'tools'), ['poetry-2'])
      const project = join(dir, 'project')
      await writeTree(project, { 'pyproject.toml': POETRY_PROJECT })
      await runOrThrow(run, 'poetry-2', ['lock', '--no-interaction'], project)
      const selection = await selectIn('poetry', project, { runtime: 'python3.10', extras: ['deco'], groups: ['docs'] })
      assert.is(
        selection.packages.map(item => item.name).join(' '),
        'certifi charset-normalizer idna mistune pysocks requests tomli typing-extensions urllib3 wrapt',
      )
      await agreeOnStaleness({
        format: 'poetry',
        dir: project,
        manifest: 'pyproject.toml',
        isFresh: async () =>
          !/(not up to date|changed significantly|out of date)/i.test(
            Object.values(await run('poetry-2', ['check', '--lock'], project)).join(' '),
          ),
        edits: [
          ['version = "0.1"', 'version = "0.2"'],
          ['>=3.10,<4', '>=3.11,<4'],
          ['wrapt>=1.10', 'wrapt>=1.11'],
          ['"mistune"', '"mistune>2"'],
          ['>=2.30', '>=2.31'],
        ],
      })
    })
  })

  for (const [tool, runtimes] of [
    // Without markers in its lock, this one exports for the Python that it runs on.
    ['pdm-2.8', ['python3.11']],
    ['pdm-2.22', RUNTIMES],
  ] as const) {
    it(`selects from the lock of ${tool} what PDM exports, and agrees on staleness`, async () => {
      await inTemporaryFolder(async dir => {
        const run = await installLockTools(join(dir, 'tools'), [tool])
        const project = join(dir, 'project')
        await writeTree(project, { 'pyproject.toml': PDM_MANIFEST, ...LIBRARY })
        await runOrThrow(run, tool, ['lock', '-G', ':all'], project)
        const readings: readonly (readonly [Reading, readonly string[]])[] = [
          [{}, ['--prod']],
          [{ extras: ['deco'] }, ['--prod', '-G', 'deco']],
          [{ groups: ['docs'] }, ['-G', 'docs']],
        ]
        for (const [reading, options] of readings) {
          const text = await runOrThrow(
            run,
            tool,
            ['export', '--without-hashes', '-f', 'requirements', ...options],
            project,
          )
          for (const runtime of runtimes) {
            const expected = await exported(text.replace(/^.*libs\/shared.*$/m, './libs/shared'), project, runtime)
            assert.is(
              comparable(await selectIn('pdm', project, { ...reading, runtime })),
              comparable(expected),
              `${runtime} ${options.join(' ')}\n${text}`,
            )
          }
        }
        await agreeOnStaleness({
          format: 'pdm',
          dir: project,
          manifest: 'pyproject.toml',
          isFresh: async () => (await run(tool, ['lock', '--check'], project)).ok,
          edits: [
            ['☃', 'new'],
            ['>=2.30', '>=2.31'],
            ['wrapt>=1.10', 'wrapt'],
            ['"mistune"', '"mistune>2"'],
            ['>=3.10,<4', '>=3.10'],
          ],
        })
        if (tool !== 'pdm-2.22') return
        const marked = await Promise.all(
          RUNTIMES.map(runtime => selectIn('pdm', project, { runtime, extras: ['deco'] })),
        )
        await rm(join(project, 'pdm.lock'))
        await runOrThrow(run, tool, ['lock', '-G', ':all', '-S', 'no_inherit_metadata,static_urls'], project)
        const walked = await Promise.all(
          RUNTIMES.map(runtime => selectIn('pdm', project, { runtime, extras: ['deco'] })),
        )
        assert.equal(walked.map(comparable), marked.map(comparable))
      })
    })
  }

  it('selects from Pipfile.lock what Pipenv lists, and agrees on staleness', async () => {
    await inTemporaryFolder(async dir => {
      const run = await installLockTools(join(dir, 'tools'), ['pipenv'])
      const project = join(dir, 'project')
      await writeTree(project, { Pipfile: PIPFILE })
      await runOrThrow(run, 'pipenv', ['lock'], project)
      const stdout = await runOrThrow(run, 'pipenv', ['requirements'], project)
      for (const runtime of ['python3.11', 'python3.13']) {
        assert.is(
          comparable(await selectIn('pipfile', project, { runtime })),
          comparable(await exported(stdout, project, runtime)),
        )
      }
      await agreeOnStaleness({
        format: 'pipfile',
        dir: project,
        manifest: 'Pipfile',
        isFresh: async () => (await run('pipenv', ['verify'], project)).ok,
        edits: [
          ['Redis = "*"', 'redis = "*"'],
          ['Redis = "*"', 'redis = ">=5"'],
          ['iniconfig', 'pytest'],
          ['größer', 'groesser'],
          ['[dev-packages]', '[scripts]\nrun = "x"\n\n[dev-packages]'],
        ],
      })
    })
  })
})
