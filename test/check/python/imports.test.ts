import * as assert from 'uvu/assert'
import { checkPythonHandler } from '../../../src/check/python/handler.ts'
import { checkPythonImports } from '../../../src/check/python/imports.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import type { FileEntry, Finding, FunctionConfig } from '../../../src/model.ts'
import { describe } from '../../helpers.ts'
import { PYTHON_PROJECTS } from '../../python-projects.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../../worlds.ts'

async function findingsOf(files: readonly FileEntry[], changes: Partial<FunctionConfig> = {}): Promise<Finding[]> {
  const plan = testPlan('/root', { handler: 'app.handler', ...changes })
  const subject = makeSubject(plan, testFileSet(files), testSystem())
  return [...(await checkPythonHandler(subject)), ...(await checkPythonImports(subject))]
}

function entries(files: Readonly<Record<string, string>>, owner: string | null = null): FileEntry[] {
  return Object.entries(files).map(([path, content]) => testFile(path, content, { owner }))
}

const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code)

describe('check/python-imports', it => {
  for (const { title, files, handler, codes: expected } of PYTHON_PROJECTS) {
    it(`says ${expected.join(' and ') || 'nothing'} where a function ${title}`, async () => {
      assert.equal(codes(await findingsOf(entries(files), { handler })), expected)
    })
  }
})

describe('check/python-imports, what it says and to whom', it => {
  const app = (source: string) => ({ 'app.py': `${source}\ndef handler(event, context): ...\n` })
  const messageOf = async (files: readonly FileEntry[], changes: Partial<FunctionConfig> = {}) => {
    const [found] = await findingsOf(files, changes)
    return found === undefined ? '' : `${found.severity} ${found.code} ${found.message}`
  }

  it('names file, line, module, the words of Lambda and the distribution', async () => {
    assert.is(
      await messageOf(entries(app('import os\nimport yaml'))),
      'error PYTHON_IMPORT_MISSING app.py, line 2, imports "yaml", which is neither in the artifact nor in the runtime. ' +
        "Lambda would say: Unable to import module 'app': No module named 'yaml'. Add PyYAML to the dependencies.",
    )
  })

  const HINTS: [string, string][] = [
    ['import requests', 'Add requests to the dependencies.'],
    ['from google.cloud import storage', 'Add google-cloud-storage to the dependencies.'],
    ['import google.protobuf.message', 'Add protobuf to the dependencies.'],
    ['import cgi', 'Python has it no longer from 3.13 on: legacy-cgi on PyPI brings it back.'],
    ['import imp', 'Python has it no longer from 3.12 on: importlib takes its place.'],
    ['import winreg', 'Python has it on Windows alone'],
    ['import annotationlib', 'Python has it from 3.14 on'],
    ['import helpers', 'Pack it if it is yours'],
  ]
  for (const [source, hint] of HINTS) {
    it(`knows what to do about "${source}"`, async () => {
      assert.match(await messageOf(entries(app(source))), hint)
    })
  }

  it('knows the distribution that a namespace lacks', async () => {
    const auth = entries({ 'google/auth/__init__.py': '' }, 'google-auth')
    assert.match(await messageOf([...entries(app('from google import protobuf')), ...auth]), 'Add protobuf to')
    assert.match(
      await messageOf([...entries(app('from google.cloud import storage')), ...auth]),
      'Add google-cloud-storage',
    )
  })

  it('warns where a package lacks a module, and says so of the function first', async () => {
    const pkg = entries({ 'pkg/__init__.py': 'import requests' }, 'pkg')
    assert.equal(codes(await findingsOf([...entries(app('import pkg')), ...pkg])), ['PYTHON_IMPORT_MISSING_IN_PACKAGE'])
    const both = await findingsOf([...entries(app('import pkg\nimport requests')), ...pkg])
    assert.equal(codes(both), ['PYTHON_IMPORT_MISSING'])
  })

  it('says nothing of what a package of modules makes by itself', async () => {
    const six = entries({ 'vendored.py': "import sys\nsys.modules[__name__ + '.moves'] = sys" }, 'vendored')
    assert.equal(await findingsOf([...entries(app('from vendored.moves import urllib')), ...six]), [])
    const tools = { 'tools/__init__.py': "import sys\nsys.path.append(__file__ + '_vendor')\nimport more" }
    const vendored = entries({ ...tools, 'tools/_vendor/more.py': '' }, 'tools')
    assert.equal(await findingsOf([...entries(app('import tools')), ...vendored]), [])
    const extern = entries({ 'pkg/__init__.py': '', 'pkg/extern.py': 'import sys\nsys.meta_path.append(1)' }, 'pkg')
    assert.equal(await findingsOf([...entries(app('import pkg.extern.packaging')), ...extern]), [])
  })

  it('leaves a module for another Python or CPU to other checks', async () => {
    const other = entries(
      { 'pkg/__init__.py': 'from . import _core', 'pkg/_core.cpython-311-aarch64-linux-gnu.so': '' },
      'pkg',
    )
    assert.equal(await findingsOf([...entries(app('import pkg._core')), ...other]), [])
  })

  it('only notes what a layer, the path or code at the start may bring', async () => {
    const layers = [{ arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:1', unzippedBytes: null }]
    const files = entries(app('import requests\nfrom pkg import missing'))
    const withPackage = [...files, ...entries({ 'pkg/__init__.py': '' })]
    assert.equal(codes(await findingsOf(withPackage, { layers })), ['PYTHON_IMPORT_BEYOND', 'PYTHON_NAME_MISSING'])
    const changed = entries(app("import sys\nsys.path.insert(0, '/mnt/efs')\nimport requests"))
    assert.equal(codes(await findingsOf(changed)), ['PYTHON_IMPORT_BEYOND'])
    const unzipping = entries({
      ...app('try:\n    import unzip\nexcept ImportError:\n    pass\nimport requests'),
      'unzip.py': "import sys\nsys.path.append('/tmp/requirements')",
    })
    assert.equal(codes(await findingsOf(unzipping)), ['PYTHON_IMPORT_BEYOND'])
    const hook = entries({ ...app('import requests'), 'hook.pth': 'import finder; finder.install()\n' })
    assert.equal(codes(await findingsOf(hook)), ['PYTHON_IMPORT_BEYOND'])
    assert.equal(codes(await findingsOf(entries({}), { layers })), ['HANDLER_MODULE_BEYOND'])
  })

  it('looks where .pth files and PYTHONPATH say', async () => {
    const files = { ...app('import requests'), 'vendor/requests/__init__.py': '' }
    assert.equal(codes(await findingsOf(entries(files))), ['PYTHON_IMPORT_OFF_PATH'])
    assert.equal(await findingsOf(entries({ ...files, 'vendor.pth': '# here\nvendor\n' })), [])
    const settings = {
      ...testPlan('/root').config.settings,
      environment: { PYTHONPATH: '/var/task/vendor:/var/runtime' },
    }
    assert.equal(await findingsOf(entries(files), { settings }), [])
  })

  it('warns of an own module in the place of one of Python that others need', async () => {
    assert.equal(codes(await findingsOf(entries({ ...app(''), 'random.py': '' }))), ['PYTHON_MODULE_LIKE_STANDARD'])
    assert.equal(codes(await findingsOf(entries({ ...app(''), 'cmd.py': '' }))), [])
    const user = entries({ 'pkg/__init__.py': 'import cmd' }, 'pkg')
    assert.equal(codes(await findingsOf([...entries({ ...app('import pkg'), 'cmd.py': '' }), ...user])), [
      'PYTHON_MODULE_LIKE_STANDARD',
    ])
    assert.equal(codes(await findingsOf(entries({ ...app('import types'), 'types.py': '' }))), [
      'PYTHON_MODULE_NEVER_LOADED',
    ])
    assert.equal(codes(await findingsOf(entries({ ...app('import src.random'), 'src/random.py': '' }))), [])
  })

  it('warns of an own module in the place of a package, or the other way round', async () => {
    const yaml = entries({ 'yaml/__init__.py': 'load = 1' }, 'pyyaml')
    assert.equal(codes(await findingsOf([...entries({ ...app('import yaml'), 'yaml.py': '' }), ...yaml])), [
      'PYTHON_MODULE_TWICE',
    ])
    assert.equal(await findingsOf([...entries(app('import yaml')), ...yaml]), [])
  })

  it('takes the project itself, packed as a distribution, for the own code', async () => {
    const project = entries({ 'shop/app.py': 'import requests\ndef handler(event, context): ...\n' }, 'shop')
    assert.equal(codes(await findingsOf(project, { handler: 'shop.app.handler' })), ['PYTHON_IMPORT_MISSING'])
  })

  it('reads modules that import each other by the thousand', async () => {
    const files: Record<string, string> = app('import m0')
    for (let index = 0; index < 3000; index++) files[`m${index}.py`] = `import m${index + 1}\n`
    assert.match(await messageOf(entries(files)), "No module named 'm3000'")
  })

  it('survives whatever a source holds', async () => {
    const words = [
      'import ',
      'from ',
      '.',
      'a',
      'b',
      ' as ',
      ', ',
      '(',
      ')',
      '*',
      '\n',
      '\\\n',
      ';',
      '"""',
      "'",
      '#',
      'def ',
      ':',
      '    ',
      'async ',
      '@',
      'f"{',
      '}',
      '\u0000',
      'ﬁ',
      '\r',
      '=',
      'handler',
    ]
    let seed = 7
    const next = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return Math.floor((seed / 2147483648) * below)
    }
    for (let round = 0; round < 3000; round++) {
      const source = () => Array.from({ length: next(30) }, () => words[next(words.length)] ?? '').join('')
      const files = {
        'app.py': source(),
        'a/__init__.py': source(),
        'a/b.py': source(),
        'b.py': source(),
        'x.pth': source(),
      }
      const found = await findingsOf(entries(files), {
        handler: ['app.handler', 'a.b.handler', source().replaceAll('\n', '')][next(3)] ?? '',
      })
      assert.ok(Array.isArray(found))
    }
  })
})
