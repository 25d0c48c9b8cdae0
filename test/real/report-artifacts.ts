import { rmSync } from 'node:fs'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PublicReport, ReportDocument } from '../../src/report/json.ts'
import { writeTree } from '../helpers.ts'
import { environmentWith, install, json } from './node-functions.ts'
import { builtLpack, output, type Ran, ran } from './programs.ts'

/** A zip of real packages, and how `lpack report` is asked for it. */
export interface RealArtifact {
  readonly name: string
  readonly zip: string
  /** Where the program runs. */
  readonly dir: string
  /** What follows `lpack report`: nothing of a function, the zip of other tools. */
  readonly args: readonly string[]
  /** Whether lpack made it. */
  readonly isOwn: boolean
}

const HANDLER = 'def handler(event, context):\n    return event\n'

const PYTHON: Readonly<Record<string, readonly string[]>> = {
  numpy: ['numpy==2.2.6'],
  boto3: [
    'boto3==1.39.4',
    'botocore==1.39.4',
    'jmespath==1.0.1',
    'python-dateutil==2.9.0.post0',
    's3transfer==0.13.0',
    'six==1.17.0',
    'urllib3==2.5.0',
  ],
}

const NODE: Readonly<Record<string, readonly [Readonly<Record<string, string>>, string]>> = {
  sharp: [{ sharp: '0.35.5' }, "import sharp from 'sharp'\nexport const handler = async () => sharp.versions\n"],
  express: [
    { express: '5.1.0' },
    "import express from 'express'\nconst app = express()\nexport const handler = async () => app.name\n",
  ],
}

/** As tools pack a folder: with folders as entries, times and owners in extra fields; from Python; into a pipe; as Serverless does. */
const PACKERS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'Info-ZIP': ['zip', ['-qr', '../packed.zip', '.']],
  'Info-ZIP into a pipe': ['sh', ['-c', 'zip -qr - . > ../packed.zip']],
  Python: ['python3', ['-c', "import shutil; shutil.make_archive('../packed', 'zip', '.')"]],
  'Python, without .dist-info': [
    'sh',
    ['-c', "rm -rf *.dist-info && python3 -c \"import shutil; shutil.make_archive('../packed', 'zip', '.')\""],
  ],
}

let folder: Promise<string> | null = null

/** A folder for all of them, removed at the end of the run. */
function artifactFolder(): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'lpack-report-')).then(dir => {
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
    return realpath(dir)
  })
  return folder
}

let made: Promise<readonly RealArtifact[]> | null = null

/** numpy, boto3, sharp and a bundle of express, packed by lpack; Flask, packed by other tools. Made once a run. */
export function realArtifacts(): Promise<readonly RealArtifact[]> {
  made ??= makeAll()
  return made
}

async function makeAll(): Promise<readonly RealArtifact[]> {
  const artifacts: RealArtifact[] = []
  for (const [name, pins] of Object.entries(PYTHON)) {
    const config = { name, runtime: 'python3.13', handler: 'app.handler', budget: { zipped: '40 MB', growth: '+5%' } }
    const files = { 'app.py': HANDLER, 'requirements.txt': `${pins.join('\n')}\n`, 'lpack.config.json': json(config) }
    artifacts.push(await pack(name, files))
  }
  for (const [name, [dependencies, code]] of Object.entries(NODE)) {
    const config = { name, runtime: 'nodejs22.x', handler: 'src/index.handler' }
    const manifest = { name, private: true, type: 'module', dependencies }
    artifacts.push(
      await pack(name, {
        'src/index.js': code,
        'package.json': json(manifest),
        'lpack.config.json': json(config),
      }),
    )
  }
  return [...artifacts, ...(await packByOthers())]
}

async function pack(name: string, files: Readonly<Record<string, string>>): Promise<RealArtifact> {
  const dir = join(await artifactFolder(), name)
  await writeTree(dir, files)
  if ('package.json' in files) await install('npm', dir)
  const { code, err } = await lpack(dir, ['zip', '--quiet'])
  if (code !== 0) throw new Error(`lpack zip of ${name} ended with ${code}: ${err}`)
  return { name, zip: join(dir, 'lpack.out', `${name}.zip`), dir, args: [], isOwn: true }
}

async function packByOthers(): Promise<readonly RealArtifact[]> {
  const all = await artifactFolder()
  const site = join(all, 'site')
  await output('python3', ['-m', 'pip', 'install', '--quiet', '--no-compile', '--target', site, 'flask==3.1.1'])
  await writeTree(site, { 'app.py': HANDLER })
  const artifacts: RealArtifact[] = []
  for (const [place, [name, [program, args]]] of Object.entries(PACKERS).entries()) {
    const dir = join(all, `other-${place}`)
    await cp(site, join(dir, 'tree'), { recursive: true })
    await output(program, args, { cwd: join(dir, 'tree') })
    await rm(join(dir, 'tree'), { recursive: true })
    artifacts.push({ name: `Flask by ${name}`, zip: join(dir, 'packed.zip'), dir, args: ['packed.zip'], isOwn: false })
  }
  return artifacts
}

/** Runs the published program, with a cache that all of these share. */
export async function lpack(dir: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const cache = join(await artifactFolder(), 'cache')
  return ran(process.execPath, [await builtLpack(), ...args], {
    cwd: dir,
    env: { ...(await environmentWith('npm')), LPACK_CACHE_DIR: cache, NO_COLOR: '1', ...env },
  })
}

/** What `lpack report` prints of an artifact in one of its forms; it must end well. */
export async function reported({ dir, args, name }: RealArtifact, options: readonly string[]): Promise<string> {
  const { code, out, err } = await lpack(dir, ['report', ...args, ...options])
  if (code !== 0) throw new Error(`lpack report of ${name} ended with ${code}: ${err}`)
  return out
}

export async function reportOf(artifact: RealArtifact): Promise<PublicReport> {
  const [report] = (JSON.parse(await reported(artifact, ['--json'])) as ReportDocument).functions
  if (report === undefined) throw new Error(`${artifact.name} has no report`)
  return report
}
