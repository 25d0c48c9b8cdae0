import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { WhyAnswer } from '../../src/report/why.ts'
import { elfFile } from '../elf-files.ts'
import { makeEnvironment } from '../environments.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { makeWheel, type WheelRecipe } from '../wheels.ts'
import { lpack } from './run.ts'

const GREETINGS: WheelRecipe = {
  name: 'greetings',
  version: '2.1.0',
  requires: ["polite-words>=1; python_version >= '3.9'", "colours; sys_platform == 'win32'", "pytest; extra == 'test'"],
  providesExtra: ['test'],
  files: {
    'greetings/__init__.py': '',
    'greetings/__init__.pyi': '',
    'greetings/fast.c': 'int main;',
    'greetings/data.json': '{}',
  },
  dataFiles: { 'scripts/greet': '#!python\n', 'headers/greet.h': '', 'data/share/man/greet.1': '' },
  distInfoFiles: { INSTALLER: 'pip\n' },
}
const WORDS: WheelRecipe = { name: 'polite-words', version: '1.4', files: { 'polite_words/__init__.py': '' } }
const PYTEST: WheelRecipe = { name: 'pytest', version: '9.0' }
const STUBS: WheelRecipe = { name: 'mypy', version: '1.0', files: { 'mypy/typeshed/builtins.pyi': '' } }

describe('lpack why, of Python functions', it => {
  it('tells the chain of requirements that leads to a package', () =>
    inPython(async dir => {
      const { code, out, err } = await lpack(dir, ['why', 'hello', 'Polite_Words'])
      assert.is(code, 0, err)
      assert.is(
        out,
        [
          'polite-words 1.4: packed, 4 files, 272 B',
          '  hello asks for greetings (requirements.txt)',
          "  greetings requires polite-words>=1; python_version >= '3.9'",
          '',
        ].join('\n'),
      )
    }))

  it('tells what of a package stays out, rule by rule', () =>
    inPython(async dir => {
      const [answer] = await answers(dir, 'greetings')
      assert.equal(answer?.chain, [{ kind: 'asks', from: 'hello', to: 'greetings', text: 'requirements.txt' }])
      assert.equal(answer?.leftOut, [
        { rule: 'C and C++ sources', files: 2 },
        { rule: 'traces of one installation', files: 1 },
        { rule: 'type stubs', files: 1 },
      ])
    }))

  const rules: readonly (readonly [asked: string, state: string, rule: RegExp, owner: string | null])[] = [
    ['greetings/data.json', 'packed', /`slim` "safe" leaves out what no import can reach/, 'greetings'],
    ['greetings/fast.c', 'left-out', /^C and C\+\+ sources$/, 'greetings'],
    ['greetings-2.1.0.dist-info/RECORD', 'packed', /importlib\.metadata/, 'greetings'],
    ['mypy/typeshed/builtins.pyi', 'packed', /mypy reads stubs while it runs, so that type stubs stay/, 'mypy'],
    ['app.py', 'packed', /own files are packed/, null],
    ['./app.py', 'packed', /own files are packed/, null],
    ['notes.txt', 'left-out', /^`exclude` "\*\.txt"$/, null],
    ['requirements.txt', 'left-out', /^`exclude` "\*\.txt"$/, null],
    ['cdk.out/template.json', 'left-out', /^cdk\.out: default exclusion "cdk\.out"$/, null],
    ['.venv/pyvenv.cfg', 'left-out', /^\.venv: virtual environment$/, null],
  ]
  it('names the rule that keeps a file or leaves it out', () =>
    inPython(async dir => {
      for (const [asked, state, rule, owner] of rules) {
        const [answer, ...others] = await answers(dir, asked)
        assert.equal(others, [], asked)
        assert.is(answer?.state, state, asked)
        assert.match(answer?.rules.join('\n') ?? '', rule, asked)
        assert.is(answer?.package?.name ?? null, owner, asked)
      }
    }))

  it('takes a path from the current folder, too', () =>
    inPython(async dir => {
      const config = join(dir, 'lpack.config.json')
      const { code, out } = await lpack(join(dir, 'cdk.out'), ['why', 'hello', '../app.py', '--config', config])
      assert.is(code, 0)
      assert.match(out, /^app\.py: packed/)
    }))

  it('answers for a folder by owner and rule, what is packed first', () =>
    inPython(async dir => {
      const told = await answers(dir, 'greetings/')
      assert.equal(
        told.map(({ name, kind, state, paths }) => [name, kind, state, paths.length]),
        [
          ['greetings/', 'files', 'packed', 2],
          ['greetings/__init__.pyi', 'file', 'left-out', 1],
          ['greetings/fast.c', 'file', 'left-out', 1],
        ],
      )
    }))

  it('answers for a glob', () =>
    inPython(async dir => {
      const told = await answers(dir, '**/*.pyi')
      assert.equal(
        told.map(({ state, paths }) => [state, paths]),
        [
          ['packed', ['mypy/typeshed/builtins.pyi']],
          ['left-out', ['greetings/__init__.pyi']],
        ],
      )
    }))

  it('says which requirement would bring a package elsewhere', () =>
    inPython(async dir => {
      const [answer] = await answers(dir, 'colours')
      assert.is(answer?.state, 'unneeded')
      assert.equal(answer?.rules, [
        "greetings asks for colours; sys_platform == 'win32', which is not so on python3.13 on x86_64 (glibc 2.34)",
      ])
    }))

  it('says that what is installed besides is not needed', () =>
    inPython(async dir => {
      const [answer] = await answers(dir, 'pytest')
      assert.is(answer?.state, 'left-out')
      assert.match(
        answer?.rules[0] ?? '',
        /installed in .*\.venv, and nothing that .*requirements\.txt asks for needs it/,
      )
    }))

  it('names the extra that would bring a package', () =>
    inTemporaryFolder(async dir => {
      await inWheels(dir, { runtimeSdk: 'bundle' })
      const [answer] = await answers(dir, 'pytest')
      assert.equal(answer?.rules, [
        "greetings asks for pytest; extra == 'test', only with its extra test, which nothing asks for",
      ])
    }))

  it('finds what of a wheel no artifact holds', () =>
    inTemporaryFolder(async dir => {
      await inWheels(dir, {})
      const found = {
        'bin/greet': 'programs of packages',
        'include/greet.h': 'headers',
        'share/man/greet.1': 'manual pages and desktop data',
        'greetings-2.1.0.dist-info/INSTALLER': 'traces of one installation',
      }
      for (const [path, rule] of Object.entries(found)) {
        const [answer] = await answers(dir, path)
        assert.equal([answer?.state, answer?.rules], ['left-out', [rule]], path)
      }
    }))

  it('names the pattern of include that keeps a file, and that none does', () =>
    inTemporaryFolder(async dir => {
      await inWheels(dir, { include: ['app.py', 'cdk.out/**'] })
      const told = [
        await answers(dir, 'app.py'),
        await answers(dir, 'cdk.out/template.json'),
        await answers(dir, 'notes.txt'),
      ]
      assert.equal(
        told.map(([answer]) => [answer?.state, answer?.rules]),
        [
          ['packed', ['`include` "app.py"']],
          ['packed', ['`include` "cdk.out/**"']],
          ['left-out', ['no pattern of `include` names it']],
        ],
      )
    }))

  it('tells which parts of the SDK the runtime has', () =>
    inTemporaryFolder(async dir => {
      const six: WheelRecipe = { name: 'six', version: '1.17.0', files: { 'six.py': '' } }
      await inWheels(dir, { runtimeSdk: 'omit' }, [six])
      const [package_, module] = [await answers(dir, 'six'), await answers(dir, 'six.py')]
      assert.equal(
        [...package_, ...module].map(({ state, rules }) => [state, rules]),
        [
          ['left-out', ['runtime SDK']],
          ['left-out', ['runtime SDK']],
        ],
      )
    }))

  it('says that the lock names what nothing leads to', () =>
    inPython(async dir => {
      await writeTree(dir, { 'requirements.txt': 'greetings\nmypy\n# pluggy==1.0 by pytest\n' })
      const [answer] = await answers(dir, 'pluggy')
      assert.match(
        answer?.rules[0] ?? '',
        /^requirements\.txt names it, and nothing that the function needs on python3\.13/,
      )
    }))

  it('says that nothing brings the rest, with the nearest name', () =>
    inPython(async dir => {
      const { code, out, err } = await lpack(dir, ['why', 'hello', 'greeting'])
      assert.is(code, 2)
      assert.is(out, '')
      assert.is(
        err,
        'Nothing brings "greeting" into function "hello", and requirements.txt doesn\'t name it; did you mean "greetings"?\n',
      )
    }))

  it('refuses a function that is not there', () =>
    inPython(async dir => {
      const { code, err } = await lpack(dir, ['why', 'helo', 'greetings'])
      assert.is(code, 2)
      assert.match(err, 'no function "helo"; did you mean "hello"?')
    }))

  it('wants a function and what is asked', () =>
    inPython(async dir => {
      const { code, err } = await lpack(dir, ['why', 'hello'])
      assert.is(code, 2)
      assert.match(err, '`lpack why` takes a function, and a path or the name of a package')
    }))

  it('writes nothing beside the cache', () =>
    inPython(async dir => {
      const { out } = await lpack(dir, ['why', 'hello', 'lpack.out', '--quiet'])
      assert.is(out, '')
      const { code } = await lpack(dir, ['report', 'hello'])
      assert.is(code, 2)
    }))
})

const PACKAGES = {
  ...pkg(
    'shout',
    '2.1.0',
    { 'index.js': "exports.shout = require('loud').loud\n" },
    { dependencies: { loud: '^1.0.0' } },
  ),
  ...pkg('loud', '1.2.0', { 'index.js': 'exports.loud = text => text.toUpperCase()\n', 'spare.js': '1\n' }),
  ...pkg(
    'barrel',
    '3.0.0',
    {
      'index.js': "export * from './a.js'\nexport * from './b.js'\n",
      'a.js': 'export const a = 1\n',
      'b.js': 'export const b = 2\n',
    },
    { type: 'module', sideEffects: false },
  ),
  ...pkg('unused', '1.0.0', { 'index.js': '1\n' }),
  ...pkg(
    'addon',
    '1.0.0',
    {
      'index.js': "require('helper'); module.exports = require('./build/Release/addon.node')\n",
      'index.d.ts': '',
      LICENSE: 'MIT',
      'lib/index.js': '',
    },
    {
      main: 'index.js',
      gypfile: true,
      dependencies: { helper: '1' },
      optionalDependencies: { 'addon-darwin-arm64': '1' },
    },
  ),
  'node_modules/addon/build/Release/addon.node': elfFile({ machine: 62 }),
  ...pkg('helper', '1.0.0', { 'index.js': '' }),
}

describe('lpack why, of Node.js functions', it => {
  it('tells the chain of imports that leads to a package in the bundle', () =>
    inNode(async dir => {
      const { code, out, err } = await lpack(dir, ['why', 'f', 'loud'])
      assert.is(code, 0, err)
      assert.is(
        out.replace(/\d+ B$/m, 'N B'),
        [
          'loud 1.2.0: in the bundle, 1 module, N B',
          '  f has its handler in src/index.ts',
          '  which imports src/words.ts',
          '  which imports node_modules/shout/index.js',
          '  which imports node_modules/loud/index.js',
          '  esbuild bundles what the handler imports, and keeps what is used',
          '',
        ].join('\n'),
      )
    }))

  it('tells why a package stays outside, and how the code comes to it', () =>
    inNode(async dir => {
      const [answer] = await answers(dir, 'addon', 'f')
      assert.is(answer?.state, 'packed')
      assert.equal(answer?.rules, ['not in the bundle: its package.json has `gypfile`'])
      assert.equal(
        answer?.chain.map(({ kind, to }) => [kind, to]),
        [
          ['starts', 'src/index.ts'],
          ['imports', 'addon@1.0.0'],
        ],
      )
    }))

  it('follows requirements beyond the bundle', () =>
    inNode(async dir => {
      const [answer] = await answers(dir, 'helper', 'f')
      assert.equal(answer?.chain.at(-1), {
        kind: 'requires',
        from: 'addon@1.0.0',
        to: 'helper@1.0.0',
        text: 'helper@1',
      })
    }))

  const cases: readonly (readonly [asked: string, state: string, rule: RegExp])[] = [
    ['src/index.mjs', 'packed', /^the bundle that esbuild makes of \d+ modules$/],
    ['src/words.ts', 'inlined', /^esbuild bundles what the handler imports/],
    ['node_modules/barrel/b.js', 'left-out', /^esbuild reads it, and nothing that is used needs its code$/],
    ['node_modules/loud/spare.js', 'left-out', /only what the handler imports is bundled/],
    ['README.md', 'left-out', /only what the handler imports is bundled/],
    ['node_modules/addon/index.d.ts', 'left-out', /^type declarations$/],
    ['node_modules/addon/LICENSE', 'packed', /licences want to be passed on/],
    ['node_modules/addon/package.json', 'packed', /Node\.js reads it/],
    ['addon-darwin-arm64', 'unneeded', /^addon@1\.0\.0 asks for addon-darwin-arm64@1, which is for another platform$/],
    ['unused', 'unneeded', /^unused@1 is in `dependencies` of package\.json, and nothing that is packed imports it$/],
    ['node_modules/unused/index.js', 'unneeded', /^unused@1 is in `dependencies`/],
    ['typescript', 'unneeded', /^typescript@5 is in `devDependencies` of package\.json/],
  ]
  it('names the rule that keeps a file or package or leaves it out', () =>
    inNode(async dir => {
      for (const [asked, state, rule] of cases) {
        const [answer, ...others] = await answers(dir, asked, 'f')
        assert.equal(others, [], asked)
        assert.is(answer?.state, state, asked)
        assert.match(answer?.rules.join('\n') ?? '', rule, asked)
      }
    }))

  it('names what of the config keeps a package outside', () =>
    inNode(
      async dir => {
        const [answer] = await answers(dir, 'loud', 'f')
        assert.equal(answer?.rules, ['not in the bundle: `external` "lou*" of the config names it'])
      },
      { esbuild: { external: ['lou*'] } },
    ))

  it('tells who requires what without a bundle', () =>
    inNode(
      async dir => {
        const [answer] = await answers(dir, 'loud', 'f')
        assert.equal(
          answer?.chain.map(({ kind, text }) => [kind, text]),
          [
            ['asks', ''],
            ['requires', 'loud@^1.0.0'],
          ],
        )
        const [own] = await answers(dir, 'src/plain.js', 'f')
        assert.equal([own?.state, own?.chain], ['packed', []])
      },
      { esbuild: false, handler: 'src/plain.handler' },
    ))
})

function pkg(name: string, version: string, files: Readonly<Record<string, string>>, manifest: object = {}) {
  const all = { 'package.json': JSON.stringify({ name, version, ...manifest }), ...files }
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [`node_modules/${name}/${path}`, text]))
}

async function answers(dir: string, asked: string, name = 'hello'): Promise<readonly WhyAnswer[]> {
  const { code, out, err } = await lpack(dir, ['why', name, asked, '--json'])
  assert.is(code, 0, err)
  const document = JSON.parse(out) as { version: string; function: string; asked: string; answers: WhyAnswer[] }
  assert.equal([document.version, document.function, document.asked], ['1.2.3', name, asked])
  return document.answers
}

const HANDLER = 'def handler(event, context):\n    return event\n'

const FILES = { 'app.py': HANDLER, 'notes.txt': 'notes', 'cdk.out/template.json': '{}' }

function inPython(action: (dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    const config = { name: 'hello', runtime: 'python3.13', handler: 'app.handler', exclude: ['*.txt'] }
    await writeTree(dir, {
      ...FILES,
      'lpack.config.json': JSON.stringify(config),
      'requirements.txt': 'greetings\nmypy\n',
    })
    await makeEnvironment(join(dir, '.venv'), '3.13', [GREETINGS, WORDS, PYTEST, STUBS])
    await action(dir)
  })
}

async function inWheels(dir: string, changes: object, more: readonly WheelRecipe[] = []): Promise<void> {
  const config = { name: 'hello', runtime: 'python3.13', handler: 'app.handler', dependencies: 'wheels', ...changes }
  const wheels = [GREETINGS, WORDS, ...more].map(makeWheel)
  await writeTree(dir, { ...FILES, 'lpack.config.json': JSON.stringify(config) })
  await writeTree(dir, Object.fromEntries(wheels.map(({ filename, bytes }) => [`wheels/${filename}`, bytes])))
}

function inNode(action: (dir: string) => Promise<void>, changes: object = {}): Promise<void> {
  return inTemporaryFolder(async dir => {
    const dependencies = { shout: '2', barrel: '3', addon: '1', unused: '1' }
    await writeTree(dir, {
      ...PACKAGES,
      'lpack.config.json': JSON.stringify({
        name: 'f',
        runtime: 'nodejs22.x',
        handler: 'src/index.handler',
        ...changes,
      }),
      'package.json': JSON.stringify({ name: 'f', dependencies, devDependencies: { typescript: '5' } }),
      'README.md': '# f',
      'src/index.ts':
        "import addon from 'addon'\nimport { a } from 'barrel'\nimport { words } from './words'\nexport const handler = async () => [addon, a, words]\n",
      'src/words.ts': "import { shout } from 'shout'\nexport const words = shout('hi')\n",
      'src/plain.js': "const { shout } = require('shout')\nexports.handler = async () => shout('hi')\n",
    })
    await action(dir)
  })
}
