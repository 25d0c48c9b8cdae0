import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './measure.ts'
import { made } from './tools.ts'
import type { Bench } from './types.ts'

/** A function made of public packages. What these need is of the day; a lock in the work folder pins it. */
export interface Input {
  readonly id: string
  readonly title: string
  readonly command: string
  readonly files: Readonly<Record<string, string>>
}

const LOCK = 'uv lock --quiet --no-python-downloads --python python3'
const INSTALL = 'npm install --silent --ignore-scripts'

const PYTHON_HANDLER = 'def lambda_handler(event, context):\n    return {"statusCode": 200}\n'

const SCIENTIFIC_PROJECT = pyproject(['numpy==2.4.6', 'pandas==3.1.1', 'scipy==1.17.1', 'scikit-learn==1.9.1'])

export const SCIENTIFIC: Input = {
  id: 'scientific',
  title: 'Scientific Python: numpy, pandas, scipy, scikit-learn',
  command: LOCK,
  files: {
    'pyproject.toml': SCIENTIFIC_PROJECT,
    'lambda_function.py': PYTHON_HANDLER,
    'lpack.config.json': JSON.stringify({ name: 'function', runtime: 'python3.13' }),
  },
}

export const BOTO3_REQUIREMENTS = ['boto3==1.44.5', 'requests==2.34.2', 'pydantic==2.14.3', 'cryptography==50.0.2']

/** Its runtime is that of this machine's python3, which SAM and Chalice need. */
export const BOTO3: Input = {
  id: 'boto3',
  title: 'Python API: boto3, requests, pydantic, cryptography',
  command: LOCK,
  files: {
    'pyproject.toml': pyproject(BOTO3_REQUIREMENTS),
    'lambda_function.py': `import boto3, cryptography, pydantic, requests\n\n\n${PYTHON_HANDLER}`,
    'lpack.config.json': '{"name":"function"}',
    '.python-version': '3',
  },
}

export const NODE_APP: Input = {
  id: 'node-app',
  title: 'Node.js app with node_modules: client-s3, client-dynamodb, sharp, express',
  command: INSTALL,
  files: {
    'package.json': manifest({
      '@aws-sdk/client-s3': '3.1169.0',
      '@aws-sdk/client-dynamodb': '3.1164.0',
      sharp: '0.35.5',
      express: '5.3.0',
    }),
    'index.mjs': 'export const handler = async () => ({ statusCode: 200 })\n',
    'lpack.config.json': JSON.stringify({ name: 'function', runtime: 'nodejs22.x', esbuild: false }),
  },
}

export const NODE_BUNDLE: Input = {
  id: 'node-bundle',
  title: 'Node.js bundle: client-s3, express, zod',
  command: INSTALL,
  files: {
    'package.json': manifest({ '@aws-sdk/client-s3': '3.1169.0', express: '5.3.0', zod: '4.6.7' }),
    'src/index.ts': [
      "import { S3Client, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'",
      "import express from 'express'",
      "import { z } from 'zod'",
      'const shape = z.object({ key: z.string() })',
      'export const handler = async (event: unknown) => ({',
      '  body: [express(), new S3Client(), GetObjectCommand, PutObjectCommand, shape.parse(event)].length,',
      '})',
      '',
    ].join('\n'),
    'lpack.config.json': JSON.stringify({ name: 'function', runtime: 'nodejs22.x', handler: 'src/index.handler' }),
  },
}

const TEN = Array.from({ length: 10 }, (_, index) => `function${index}`)

/** Ten functions of a project, each with all of the scientific tree. */
export const TEN_FUNCTIONS: Input = {
  id: 'ten-functions',
  title: 'Ten functions that share the scientific tree',
  command: LOCK,
  files: {
    'pyproject.toml': SCIENTIFIC_PROJECT,
    'lpack.config.json': JSON.stringify({
      runtime: 'python3.13',
      dependencies: 'uv.lock',
      functions: Object.fromEntries(TEN.map(name => [name, { root: `functions/${name}` }])),
    }),
    ...Object.fromEntries(
      TEN.map(name => [`functions/${name}/lambda_function.py`, `NAME = "${name}"\n\n\n${PYTHON_HANDLER}`]),
    ),
  },
}

export const TREES = [SCIENTIFIC, BOTO3, NODE_APP, NODE_BUNDLE] as const

/** Makes an input where it isn't yet, and returns its folder. */
export function folderOf(bench: Bench, { id, files, command }: Input): string {
  const version = run(bench, 'python3 -c \'import sys; print("%d.%d" % sys.version_info[:2])\'', bench.work)
  const own = { ...files, ...('.python-version' in files ? { '.python-version': `${version}\n` } : {}) }
  return made(bench, join('inputs', id), own, command)
}

/** lpack's zip of an input, unpacked: the very files for its peers. */
export function unpacked(bench: Bench, input: Input): string {
  const zip = join(folderOf(bench, input), 'lpack.out', 'function.zip')
  run(bench, 'lpack zip --quiet', folderOf(bench, input))
  const sha256 = createHash('sha256').update(readFileSync(zip)).digest('hex')
  return made(bench, join('unpacked', input.id), {}, `unzip -q '${zip}' # ${sha256}`)
}

/** A function with this many parts of about 20 MB, no file of which has another's content, and no dependencies. */
export function grown(bench: Bench, parts: number): string {
  const from = unpacked(bench, SCIENTIFIC)
  const config = JSON.stringify({ name: 'function', runtime: 'python3.13', dependencies: false })
  const files = { 'lambda_function.py': PYTHON_HANDLER, 'lpack.config.json': config }
  const dir = made(bench, join('inputs', `grown-${parts}`), files, 'true')
  rmSync(join(dir, 'parts'), { recursive: true, force: true })
  for (const path of sources(from, 20_000_000)) {
    const text = readFileSync(join(from, path))
    for (let part = 0; part < parts; part++) {
      const copy = join(dir, 'parts', `part${part}`, path)
      mkdirSync(dirname(copy), { recursive: true })
      writeFileSync(copy, Buffer.concat([text, Buffer.from(`\n# ${part}\n`)]))
    }
  }
  return dir
}

/** Python files of a tree, until they are this large together. */
function sources(dir: string, bytes: number): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.py'))
    .sort()
  let left = bytes
  return files.filter(file => {
    if (left <= 0) return false
    left -= statSync(join(dir, file)).size
    return true
  })
}

function pyproject(dependencies: readonly string[]): string {
  return [
    '[project]',
    'name = "function"',
    'version = "1.0.0"',
    'requires-python = ">=3.11"',
    `dependencies = ${JSON.stringify(dependencies)}`,
    '',
    '[tool.uv]',
    'package = false',
    '',
  ].join('\n')
}

function manifest(dependencies: Readonly<Record<string, string>>): string {
  return JSON.stringify({ name: 'function', version: '1.0.0', private: true, dependencies })
}
