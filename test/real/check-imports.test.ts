import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { isBuiltIn, runtimeModule } from '../../src/aws/python-modules.ts'
import { checkPythonHandler } from '../../src/check/python/handler.ts'
import { checkPythonImports } from '../../src/check/python/imports.ts'
import { makeSubject, type Subject } from '../../src/check/subject.ts'
import type { FileEntry, FileSet, Finding } from '../../src/model.ts'
import { describe, inTemporaryFolder, REPOSITORY, writeTree } from '../helpers.ts'
import { PYTHON_PROJECTS } from '../python-projects.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../worlds.ts'
import { collect, modulesOf, sharedFolder, throughZip } from './packed.ts'
import { pin } from './pip.ts'
import { findPythons } from './pythons.ts'

const PYTHONS = findPythons(['3.9', '3.10', '3.11', '3.12', '3.13'])

/** The last version of AWS's client for all these Pythons. */
const CLIENT = ['awslambdaric==4.0.1', 'simplejson==3.20.1', 'snapshot-restore-py==1.0.0']

const SDK = { 'boto3/__init__.py': '', 'botocore/__init__.py': '', 'botocore/config.py': 'Config = object\n' }

/** Imported one by one from an artifact that holds them all. Written down before the first run. */
const DISTRIBUTIONS = [
  ...['aiohttp', 'attrs', 'aws-lambda-powertools', 'aws-xray-sdk', 'beautifulsoup4', 'boto3', 'cryptography', 'django'],
  ...[
    'fastapi',
    'flask',
    'google-cloud-storage',
    'grpcio',
    'httpx',
    'jinja2',
    'joblib',
    'jsonschema',
    'lxml',
    'mangum',
  ],
  ...['matplotlib', 'networkx', 'numpy', 'openpyxl', 'opentelemetry-sdk', 'orjson', 'pandas', 'paramiko', 'pillow'],
  ...['protobuf', 'psycopg2-binary', 'pydantic', 'pyjwt', 'pymongo', 'pytest', 'python-dateutil', 'pyyaml', 'redis'],
  ...['requests', 'rich', 'scikit-learn', 'scipy', 'setuptools', 'six', 'sqlalchemy', 'sympy', 'tenacity', 'werkzeug'],
]
const DAY = '2026-11-01'

async function findingsOf(fileSet: FileSet, runtime: string, handler: string): Promise<Finding[]> {
  return findingsIn(makeSubject(testPlan('/root', { runtime, handler }), fileSet, testSystem()))
}

async function findingsIn(subject: Subject): Promise<Finding[]> {
  return [...(await checkPythonHandler(subject)), ...(await checkPythonImports(subject))]
}

/** What Lambda's own client says of each handler; null: nothing. */
async function answers(
  python: string,
  cases: readonly (readonly [string, string])[],
): Promise<readonly (string | null)[]> {
  const dir = join(await sharedFolder(), `client-${python.replace(/\W/g, '-')}`)
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
  execFileSync(python, [...install, '--target', join(dir, 'client'), ...CLIENT], { stdio: 'ignore' })
  await writeTree(join(dir, 'sdk'), SDK)
  const program = join(REPOSITORY, 'test/real/lambda-handler.py')
  const answer = execFileSync(python, ['-S', '-I', program, join(dir, 'client'), join(dir, 'sdk')], {
    input: JSON.stringify(cases),
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: dir },
    maxBuffer: 1 << 28,
  })
  return JSON.parse(answer) as readonly (string | null)[]
}

describe("what Lambda's own client says", it => {
  it('finds Pythons to ask', () => {
    assert.ok(PYTHONS.size > 0)
  })

  for (const [version, python] of PYTHONS) {
    it(`is what the findings say, of ${PYTHON_PROJECTS.length} small functions on Python ${version}`, () =>
      inTemporaryFolder(async dir => {
        const folders = PYTHON_PROJECTS.map((_, index) => join(dir, String(index)))
        for (const [index, { files }] of PYTHON_PROJECTS.entries()) await writeTree(folders[index] ?? dir, files)
        const said = await answers(
          python,
          PYTHON_PROJECTS.map(({ handler }, index) => [folders[index] ?? dir, handler]),
        )
        const different: string[] = []
        for (const [index, { title, files, handler }] of PYTHON_PROJECTS.entries()) {
          const entries = Object.entries(files).map(([path, content]) => testFile(path, content))
          const errors = (await findingsOf(testFileSet(entries), `python${version}`, handler)).filter(
            ({ severity }) => severity === 'error',
          )
          const words = said[index]?.replaceAll(folders[index] ?? dir, '/var/task') ?? null
          const isSame = words === null ? errors.length === 0 : errors.some(({ message }) => message.includes(words))
          if (!isSame) different.push(`${title}: ${words} / ${errors.map(({ message }) => message).join(' ')}`)
        }
        assert.equal(different, [])
        console.log(`  Python ${version}: ${said.filter(words => words !== null).length} of ${said.length} fail`)
      }))
  }
})

describe('the standard library', it => {
  for (const [version, python] of PYTHONS) {
    it(`is what Python ${version} says`, () => {
      const program =
        'import json, sys; print(json.dumps([sorted(getattr(sys, "stdlib_module_names", [])), sys.builtin_module_names]))'
      const answer = execFileSync(python, ['-S', '-I', '-c', program], { encoding: 'utf8' })
      const [names, builtIn] = JSON.parse(answer) as readonly [readonly string[], readonly string[]]
      const wrong = names.filter(
        name =>
          !name.startsWith('_') &&
          (runtimeModule(name, version) === 'standard') === /^(?:msilib|msvcrt|nt|win.*)$/.test(name),
      )
      assert.equal(wrong, [])
      const gone = ['tomllib', 'imp', 'cgi', 'distutils', 'binhex'].filter(
        name => names.length > 0 && (runtimeModule(name, version) === 'standard') !== names.includes(name),
      )
      assert.equal(gone, [])
      assert.ok(['sys', 'time', 'itertools'].every(name => builtIn.includes(name) && isBuiltIn(name)))
      // Further ones of a Python of this machine need not be Lambda's.
      assert.equal(
        builtIn.filter(name => !isBuiltIn(name) && !/^(?:_|xxsubtype$)/.test(name)),
        [],
      )
    })
  }
})

describe('the imports of popular distributions', it => {
  for (const [version, owned] of [
    ['3.9', true],
    ['3.11', true],
    ['3.11', false],
    ['3.12', true],
    ['3.13', true],
  ] as const) {
    const python = PYTHONS.get(version)
    if (python === undefined) continue
    const platform = { python: version, architecture: 'x86_64' } as const
    it(`raise no false alarm on Python ${version}${owned ? '' : ' where nobody knows whose a file is'}`, () =>
      inTemporaryFolder(async dir => {
        const pinned = await pin(DISTRIBUTIONS, { day: DAY, platform, dir: join(dir, 'pins') })
        const packed = (await collect(pinned, platform, 'safe', dir)).files.filter(
          ({ path }) => path !== 'lambda_function.py',
        )
        const owners = new Set(packed.flatMap(({ owner }) => owner ?? []))
        const modules = [...new Set([...owners].flatMap(owner => modulesOf(owner, packed, platform)))].filter(isTopmost)
        const handlers = modules.map((module, index) => ({
          module,
          file: testFile(`lpack_handler_${index}.py`, `import ${module}\ndef handler(event, context): ...\n`),
        }))
        const root = await throughZip([...packed, ...handlers.map(({ file }) => file)], dir)
        const said = await answers(
          python,
          handlers.map(({ file }) => [root, file.path.replace('.py', '.handler')]),
        )
        const different: string[] = []
        let milliseconds = 0
        const files: FileEntry[] = packed.map(one => (owned ? one : { ...one, owner: null }))
        const subject = makeSubject(
          testPlan('/root'),
          testFileSet([...files, ...handlers.map(({ file }) => file)]),
          testSystem(),
        )
        for (const [index, { module, file }] of handlers.entries()) {
          const plan = testPlan('/root', { runtime: `python${version}`, handler: file.path.replace('.py', '.handler') })
          const start = performance.now()
          const found = await findingsIn({ ...subject, plan })
          milliseconds += performance.now() - start
          const loud = found.filter(({ severity }) => severity !== 'note')
          if (loud.length > 0 && said[index] === null)
            different.push(`${module}: ${loud.map(({ message }) => message).join(' ')}`)
          if (said[index] !== null)
            console.log(`  ${module} fails: ${said[index]} / ${loud.map(({ message }) => message).join(' ')}`)
        }
        console.log(
          `  Python ${version}: ${modules.length} modules of ${owners.size} distributions, ${packed.length} files, ${milliseconds.toFixed(0)} ms`,
        )
        assert.equal(different, [])
      }))
  }
})

/** What is below a package is reached by importing the package, or not at all. */
function isTopmost(module: string): boolean {
  return !module.includes('._')
}
