import { join } from 'node:path'
import { writeTree } from '../../helpers.ts'
import { install } from '../node-functions.ts'
import { type Bases, standInBases } from './bases.ts'

/** A function, and what it answers to an event. */
export interface ImageFunction {
  readonly name: string
  readonly base: keyof Omit<Bases, 'host'>
  readonly config: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, string>>
  readonly event: unknown
  readonly answer: unknown
  /** A file of the code whose change changes the answer: what to replace by what, and the answer then. */
  readonly change: { readonly file: string; readonly from: string; readonly to: string; readonly answer: unknown }
}

const PURE: ImageFunction = {
  name: 'pure',
  base: 'python',
  config: { runtime: 'python3.11', environment: { GREETING: 'say "hi" for $5' } },
  files: {
    'requirements.txt': 'idna==3.11\n',
    'lambda_function.py': `import os

import idna


def lambda_handler(event, context):
    return {"host": idna.encode(event["host"]).decode(), "greeting": os.environ["GREETING"]}
`,
  },
  event: { host: 'bücher.example' },
  answer: { host: 'xn--bcher-kva.example', greeting: 'say "hi" for $5' },
  change: {
    file: 'lambda_function.py',
    from: '"greeting": os.environ["GREETING"]',
    to: '"greeting": 2',
    answer: { host: 'xn--bcher-kva.example', greeting: 2 },
  },
}

const NATIVE: ImageFunction = {
  name: 'native',
  base: 'python',
  config: { runtime: 'python3.11', handler: 'app.handler' },
  files: {
    'requirements.txt': 'numpy==2.2.6\n',
    'app.py': `import numpy


def handler(event, context):
    return numpy.linalg.inv(numpy.array(event["rows"])).round(3).tolist()
`,
  },
  event: {
    rows: [
      [2, 0],
      [0, 4],
    ],
  },
  answer: [
    [0.5, 0],
    [0, 0.25],
  ],
  change: {
    file: 'app.py',
    from: 'linalg.inv',
    to: 'linalg.matrix_transpose',
    answer: [
      [2, 0],
      [0, 4],
    ],
  },
}

/** Its only file on PyPI is a source distribution, with an extension in C. */
const SDIST: ImageFunction = {
  name: 'sdist',
  base: 'pythonWithPackages',
  config: { runtime: 'python3.11', handler: 'app.handler', image: { buildPackages: ['gcc'] } },
  files: {
    'requirements.txt': 'crcmod==1.7\nidna==3.11\n',
    'app.py': `import shutil

import crcmod.predefined
import idna
from crcmod import _crcfunext


def handler(event, context):
    compute = crcmod.predefined.mkCrcFun("crc-32")
    return [compute(event["text"].encode()), _crcfunext.__file__.endswith(".so"), idna.__version__, shutil.which("gcc")]
`,
  },
  event: { text: '123456789' },
  answer: [0xcbf43926, true, '3.11', null],
  change: { file: 'app.py', from: '"crc-32"', to: '"crc-16"', answer: [0xbb3d, true, '3.11', null] },
}

const SHARP: ImageFunction = {
  name: 'sharp',
  base: 'node',
  config: { runtime: 'nodejs22.x', handler: 'src/index.handler' },
  files: {
    'package.json': `${JSON.stringify({ name: 'sharp', type: 'module', dependencies: { sharp: '0.35.5' } })}\n`,
    'src/index.ts': `import sharp from 'sharp'

export const handler = async ({ width }: { readonly width: number }) => {
  const png = await sharp({ create: { width: 9, height: 3, channels: 3, background: 'red' } }).resize(width).png().toBuffer()
  const { format, height } = await sharp(png).metadata()
  return { format, height }
}
`,
  },
  event: { width: 3 },
  answer: { format: 'png', height: 1 },
  change: { file: 'src/index.ts', from: 'height: 3', to: 'height: 6', answer: { format: 'png', height: 2 } },
}

const MODELS: ImageFunction = {
  name: 'models',
  base: 'python',
  config: {
    runtime: 'python3.11',
    handler: 'app.handler',
    image: {
      copy: ['models', { from: 'assets/labels.txt', to: 'data/labels.txt' }],
      labels: { 'org.opencontainers.image.title': 'A model' },
    },
  },
  files: {
    'models/large/weights.txt': `${Array.from({ length: 200_000 }, (_, place) => (place * 7919) % 1000).join('\n')}\n`,
    'models/größe.txt': 'large\n',
    'assets/labels.txt': 'cat\ndog\n',
    'app.py': `import pathlib


def handler(event, context):
    weights = pathlib.Path("models/large/weights.txt").read_text().split()
    size = pathlib.Path("models/größe.txt").read_text().strip()
    labels = pathlib.Path("data/labels.txt").read_text().split()
    return {"sum": sum(map(int, weights[: event["first"]])), "size": size, "label": labels[1]}
`,
  },
  event: { first: 3 },
  answer: { sum: 0 + 919 + 838, size: 'large', label: 'dog' },
  change: { file: 'app.py', from: 'labels[1]', to: 'labels[0]', answer: { sum: 1757, size: 'large', label: 'cat' } },
}

export const IMAGE_FUNCTIONS = { PURE, NATIVE, SDIST, SHARP, MODELS } as const

/** Writes a function, from its stand-in base, into a folder of its name. Returns the folder. */
export async function writeFunction(
  { name, base, config, files }: ImageFunction,
  dir: string,
  image: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const root = join(dir, name)
  const own = { name, ...config, image: { base: (await standInBases())[base], ...(config['image'] ?? {}), ...image } }
  await writeTree(root, { ...files, 'lpack.config.json': JSON.stringify(own) })
  if ('package.json' in files) await install('npm', root)
  return root
}
