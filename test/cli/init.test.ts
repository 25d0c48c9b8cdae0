import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Ask } from '../../src/cli/init.ts'
import { loadConfig } from '../../src/config/load.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { testSystem } from '../worlds.ts'
import { lpack } from './run.ts'

const PYTHON = 'def lambda_handler(event, context):\n    return event\n'
const NODE = 'export const handler = async event => event\n'

const FILE = 'lpack.config.yaml'

async function written(dir: string) {
  const config = await loadConfig(testSystem({ cwd: dir }), { configFile: join(dir, FILE), outDir: null })
  return config.functions.map(({ name, runtime, architecture, handler, root, settings }) => {
    const where = root === dir ? '.' : root.slice(dir.length + 1)
    return [name, runtime, architecture, handler, where, settings.memorySize, settings.timeout]
  })
}

describe('lpack init', test => {
  test('writes a config that lpack reads, for a folder with one function', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app.py': PYTHON, '.python-version': '3.12\n' })
      const { code, out } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 0)
      assert.match(out, /lpack zip/)
      const [[name, ...rest] = []] = await written(dir)
      assert.type(name, 'string')
      assert.equal(rest, ['python3.12', 'x86_64', 'app.lambda_handler', '.', null, null])
      assert.match(readFileSync(join(dir, FILE), 'utf8'), /python3\.12 # from \.python-version/)
    }))

  test('writes the same text each time', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'a/app.py': PYTHON, 'b/app.py': PYTHON })
      await lpack(join(dir, 'a'), ['init', '--yes'])
      await lpack(join(dir, 'b'), ['init', '--yes'])
      const [a, b] = ['a', 'b'].map(name => readFileSync(join(dir, name, FILE), 'utf8'))
      assert.is(a?.replace('name: a', 'name: b'), b)
    }))

  test('finds the functions of a folder of functions, and says once what they share', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'functions/one/app.py': PYTHON,
        'functions/two/index.mjs': NODE,
        'functions/notes/README.md': 'no function',
      })
      assert.is((await lpack(dir, ['init', '--yes'])).code, 0)
      assert.equal(
        (await written(dir)).map(([name, runtime, , handler, root]) => [
          name,
          String(runtime).slice(0, 4),
          handler,
          root,
        ]),
        [
          ['one', 'pyth', 'app.lambda_handler', 'functions/one'],
          ['two', 'node', 'index.handler', 'functions/two'],
        ],
      )
      assert.is(readFileSync(join(dir, FILE), 'utf8').match(/architecture:/g)?.length, 1)
    }))

  test('takes over what a SAM template says, its Globals and its tags too', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'hello-world/app.mjs': NODE,
        'template.yaml': [
          'Transform: AWS::Serverless-2016-10-31',
          'Globals: { Function: { Timeout: 3, MemorySize: 128 } }',
          'Resources:',
          '  Hello:',
          '    Type: AWS::Serverless::Function',
          '    Properties: { CodeUri: hello-world/, Handler: app.handler, Runtime: nodejs22.x, Architectures: [arm64], MemorySize: 256, Role: !GetAtt R.Arn }',
          '  Boxed:',
          '    Type: AWS::Serverless::Function',
          '    Properties: { PackageType: Image, FunctionName: !Sub "${X}-y" }',
        ].join('\n'),
      })
      assert.is((await lpack(dir, ['init', '--yes'])).code, 0)
      assert.equal(await written(dir), [['Hello', 'nodejs22.x', 'arm64', 'app.handler', 'hello-world', 256, 3]])
    }))

  test('takes over what serverless.yml says, and tells what it leaves out', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'src/hello.mjs': NODE,
        'serverless.yml': [
          'provider: { name: aws, runtime: nodejs22.x, timeout: 9, stage: "${opt:stage}" }',
          'functions:',
          '  hello: { handler: src/hello.handler, memorySize: 512 }',
          '  gopher: { handler: bootstrap, runtime: provided.al2023 }',
        ].join('\n'),
      })
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 0)
      assert.match(err, /gopher/)
      assert.equal(await written(dir), [['hello', 'nodejs22.x', 'x86_64', 'src/hello.handler', '.', 512, 9]])
    }))

  test('takes over what Terraform says literally', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'code/app.py': PYTHON,
        'main.tf': [
          '# resource "aws_lambda_function" "gone" { handler = "no.no" }',
          'data "archive_file" "zip" { source_dir = "${path.module}/code" }',
          'resource "aws_lambda_function" "mine" {',
          '  function_name = "my-fn"',
          '  handler       = "app.lambda_handler"',
          '  runtime       = "python3.13"',
          '  architectures = ["arm64"]',
          '  memory_size   = 512',
          '  environment { variables = { handler = "not.this" } }',
          '  timeout       = var.timeout',
          '}',
        ].join('\n'),
      })
      assert.is((await lpack(dir, ['init', '--yes'])).code, 0)
      assert.equal(await written(dir), [['my-fn', 'python3.13', 'arm64', 'app.lambda_handler', 'code', 512, null]])
    }))

  test('says what another file gives by a reference, and what is not where it says', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'app.py': PYTHON,
        'template.yaml': [
          'Resources:',
          '  One:',
          '    Type: AWS::Serverless::Function',
          '    Properties: { Handler: app.lambda_handler, Runtime: !Ref Rt, Architectures: [!Ref Cpu] }',
          '  Two:',
          '    Type: AWS::Serverless::Function',
          '    Properties: { Handler: gone.handler, Runtime: python3.13, MemorySize: 64, Timeout: 1000 }',
          '  Three:',
          '    Type: AWS::Serverless::Function',
          '    Properties: { CodeUri: nosuch, Handler: gone.handler, Runtime: python3.13 }',
        ].join('\n'),
      })
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 0)
      assert.match(err, 'left out: Three (nosuch is no folder here)')
      assert.match(err, 'template.yaml gives the runtime of One by a reference: compare it')
      assert.match(err, 'template.yaml gives the architecture of One by a reference: compare it')
      assert.match(err, 'gone.handler of Two is not in .: correct `root` or `handler`')
      const [, two] = await written(dir)
      assert.equal(two, ['Two', 'python3.13', 'x86_64', 'gone.handler', '.', null, null])
    }))

  test('gives functions of one name names of their own', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'functions/a b/app.py': PYTHON,
        'functions/a-b/app.py': PYTHON,
        'functions/A-B/app.py': PYTHON,
      })
      assert.is((await lpack(dir, ['init', '--yes'])).code, 0)
      assert.equal((await written(dir)).map(([name]) => String(name).toLowerCase()).sort(), ['a-b', 'a-b-2', 'a-b-3'])
    }))

  test('says that a file is there of which it can make nothing', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app.py': PYTHON, 'serverless.yml': 'functions: ${file(functions.yml)}' })
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 0)
      assert.match(err, 'serverless.yml is there, but declares no function that can be read from it')
    }))

  test('says which folders of functions it leaves out', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, {
        'functions/a/app.py': PYTHON,
        'functions/b/one.py': 'def handler(e, c): pass\n',
        'functions/b/two.py': 'def handler(e, c): pass\n',
      })
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 0)
      assert.match(err, 'left out: b (one.handler and two.handler could each be the handler)')
    }))

  test('names the config of a folder above that is this one, too', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { '.git/HEAD': '', 'lpack.config.json': '{ "name": "mine" }', 'sub/app.py': PYTHON })
      const { code, err } = await lpack(join(dir, 'sub'), ['init', '--yes'])
      assert.is(code, 2)
      assert.match(err, 'is the config of this folder, too')
    }))

  test('overwrites no config, whatever its form', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app.py': PYTHON, 'lpack.config.json': '{ "name": "mine" }' })
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 2)
      assert.match(err, /lpack\.config\.json is there already/)
      assert.is(readFileSync(join(dir, 'lpack.config.json'), 'utf8'), '{ "name": "mine" }')
    }))

  test('writes nothing where nothing is seen and nobody is asked', () =>
    inTemporaryFolder(async dir => {
      const { code, err } = await lpack(dir, ['init', '--yes'])
      assert.is(code, 2)
      assert.match(err, /no file here says the handler/)
      assert.throws(() => readFileSync(join(dir, FILE)), /ENOENT/)
    }))

  test('asks for what can not be seen alone, and again after an answer that can not be', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'worker.py': 'def go(event, context): pass\n', '.python-version': '3.13' })
      const questions: string[] = []
      const answers = ['sparc', 'arm64', 'worker', 'worker.go']
      const ask: Ask = async question => {
        questions.push(question)
        return answers.shift() ?? ''
      }
      assert.is((await lpack(dir, ['init'], {}, ask)).code, 0)
      assert.is(questions.length, 4)
      assert.ok(questions.every(question => /^(Architecture|handler)/.test(question)))
      const [[, runtime, architecture, handler] = []] = await written(dir)
      assert.equal([runtime, architecture, handler], ['python3.13', 'arm64', 'worker.go'])
    }))

  test('takes the default for an empty answer', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app.py': PYTHON })
      assert.is((await lpack(dir, ['init'], {}, async () => '')).code, 0)
      assert.is((await written(dir))[0]?.[2], 'x86_64')
    }))

  test('has no options of other commands', () =>
    inTemporaryFolder(async dir => {
      assert.is((await lpack(dir, ['init', '--jobs', '2'])).code, 2)
      assert.is((await lpack(dir, ['init', 'hello'])).code, 2)
      assert.is((await lpack(dir, ['zip', '--yes'])).code, 2)
    }))
})
