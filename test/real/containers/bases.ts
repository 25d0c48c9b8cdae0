import { execFileSync } from 'node:child_process'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { REPOSITORY, writeTree } from '../../helpers.ts'
import { deadUrl } from '../../loopback.ts'
import { nodeOfMajor, output } from '../programs.ts'
import { pipProgram } from '../python-tools.ts'
import { allowPlainRegistries, atEnd, containerTools, endProcess } from './environment.ts'
import { startRegistry } from './registry.ts'

/** Stand-ins for AWS's base images, in a registry of this machine. */
export interface Bases {
  /** The registry's, such as 127.0.0.1:41234. */
  readonly host: string
  /** References. */
  readonly python: string
  /** With gcc to be had by its package manager. */
  readonly pythonWithPackages: string
  readonly node: string
}

let bases: Promise<Bases> | null = null

/** Made once for the run, and removed at its end. */
export function standInBases(): Promise<Bases> {
  bases ??= makeBases()
  return bases
}

/** What AWS's Dockerfiles say of them. https://github.com/aws/aws-lambda-base-images */
const SETTINGS = `ENV LANG=en_US.UTF-8
ENV TZ=:/etc/localtime
ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin
ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib
ENV LAMBDA_TASK_ROOT=/var/task
ENV LAMBDA_RUNTIME_DIR=/var/runtime
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
`

/** AWS's client for Python; its clients for others are not on PyPI. */
const PYTHON_CLIENT = ['awslambdaric==4.0.1', 'simplejson==3.20.1', 'snapshot-restore-py==1.0.0']
/** AWS's client for Node.js, whose add-on rapid-client.cjs stands in for. */
const NODE_CLIENT = 'aws-lambda-ric@4.0.2'
/** Has AWS's emulator as a program, built from https://github.com/aws/aws-lambda-runtime-interface-emulator. */
const EMULATOR_WHEEL = 'aws-sam-cli==1.164.0'

async function makeBases(): Promise<Bases> {
  const { dir, env } = await containerTools()
  const work = join(dir, 'bases')
  await mkdir(work)
  const host = new URL(await deadUrl()).host
  const { pid } = await startRegistry(join(dir, 'base-registry'), {}, host)
  atEnd(() => endProcess(pid))
  await allowPlainRegistries([host])
  const emulator = await fetchEmulator(work)
  const made: Bases = {
    host,
    python: `${host}/lambda/python:3.11-x86_64`,
    pythonWithPackages: `${host}/lambda/python-with-packages:3.11-x86_64`,
    node: `${host}/lambda/nodejs:22-x86_64`,
  }
  await makeRoot('python', work, { ...env, RIE: emulator })
  await installPythonClient(join(work, 'python'))
  await pushBase(work, `FROM scratch\nADD python /\n${SETTINGS}`, made.python)
  await makeRoot('packages', work, env)
  await pushBase(work, `FROM ${made.python}\nADD packages /\n`, made.pythonWithPackages)
  await makeRoot('node', work, { ...env, RIE: emulator, NODE: await nodeOfMajor(22) })
  await installNodeClient(work, join(work, 'node'))
  await pushBase(work, `FROM scratch\nADD node /\n${SETTINGS}`, made.node)
  return made
}

async function makeRoot(kind: 'python' | 'node' | 'packages', work: string, env: NodeJS.ProcessEnv): Promise<void> {
  await output('sh', [join(REPOSITORY, 'test/real/containers/root.sh'), kind, join(work, kind)], { env })
}

/** AWS's own layers are many; what they are for doesn't matter, so it is one here. */
async function pushBase(work: string, dockerfile: string, reference: string): Promise<void> {
  const { env } = await containerTools()
  await writeTree(work, { Dockerfile: dockerfile })
  const build = [
    'build',
    '--quiet',
    '--format',
    'docker',
    '--timestamp',
    '0',
    '--ignorefile',
    '/dev/null',
    '--tag',
    reference,
  ]
  await output('buildah', [...build, work], { env })
  await output('buildah', ['push', '--quiet', '--tls-verify=false', reference, `docker://${reference}`], { env })
}

async function fetchEmulator(work: string): Promise<string> {
  const python = await pipProgram()
  await output(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, EMULATOR_WHEEL])
  const member = 'samcli/local/rapid/aws-lambda-rie-x86_64'
  execFileSync('sh', ['-c', `unzip -q -j ${work}/aws_sam_cli-*.whl ${member} -d ${work}`])
  return join(work, 'aws-lambda-rie-x86_64')
}

async function installPythonClient(root: string): Promise<void> {
  const target = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64', '--only-binary', ':all:']
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile', ...target, '--target']
  const python = await pipProgram()
  await output(python, [...install, join(root, 'var/runtime'), ...PYTHON_CLIENT])
  const packages = join(root, 'usr/local/lib/python3.11/dist-packages')
  await output(python, [...install, packages, 'pip==26.3', 'setuptools==84.2.1'])
}

async function installNodeClient(work: string, root: string): Promise<void> {
  await output('npm', ['install', '--prefix', join(work, 'client'), '--ignore-scripts', '--silent', NODE_CLIENT])
  const from = join(work, 'client/node_modules/aws-lambda-ric')
  const to = join(root, 'var/runtime')
  await cp(join(from, 'index.mjs'), join(to, 'index.mjs'))
  // Node.js takes a folder of the add-on's name for a module.
  const client = join(REPOSITORY, 'test/real/containers/rapid-client.cjs')
  await cp(client, join(to, 'rapid-client.node/index.cjs'))
  await writeTree(to, { 'rapid-client.node/package.json': '{"main":"index.cjs"}\n' })
}
