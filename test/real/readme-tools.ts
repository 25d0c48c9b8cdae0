import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const UV = 'uv==0.13.9'

/** What the README's recipes take for granted, at versions that are known to work with them. */
const FROM_PYPI = {
  uv: [UV],
  poetry: ['poetry>=2.3,<3'],
  sam: ['aws-sam-cli', 'setuptools<81'],
  'check-jsonschema': ['check-jsonschema'],
  hcl2: ['python-hcl2'],
} as const
const FROM_NPM = ['serverless@3.40.0'] as const

/** Stands for AWS, which can't be reached: it has a function with another hash, and notes what is asked of it. */
const AWS = `#!/bin/sh
echo "$@" >> "$HOME/aws.log"
case "$2" in get-function-configuration) echo other;; esac
`

/** A folder of programs, from PyPI and npm alone, to be put on PATH. */
export async function installTools(dir: string): Promise<string> {
  const bin = join(dir, 'bin')
  await mkdir(bin, { recursive: true })
  const npm = run('npm', ['install', '--silent', '--no-audit', '--prefix', join(dir, 'npm'), ...FROM_NPM])
  await Promise.all([npm, installFromPyPI(dir)])
  for (const name of Object.keys(FROM_PYPI)) {
    await writeProgram(join(bin, name), calling(join(dir, name, 'bin', name === 'hcl2' ? 'python' : name)))
  }
  await writeProgram(join(bin, 'serverless'), calling(join(dir, 'npm/node_modules/.bin/serverless')))
  await writeProgram(join(bin, 'aws'), AWS)
  return bin
}

/** An environment each, as their needs exclude each other. uv is the first, and then much faster than pip. */
async function installFromPyPI(dir: string): Promise<void> {
  const uv = join(dir, 'uv/bin/uv')
  await run('python3', ['-m', 'venv', join(dir, 'uv')])
  await run(join(dir, 'uv/bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', UV])
  for (const [name, packages] of Object.entries(FROM_PYPI).filter(([name]) => name !== 'uv')) {
    await run(uv, ['venv', '--quiet', '--python', 'python3', join(dir, name)])
    await run(uv, ['pip', 'install', '--quiet', '--python', join(dir, name, 'bin/python'), ...packages])
  }
}

function calling(program: string): string {
  return `#!/bin/sh\nexec ${program} "$@"\n`
}

async function writeProgram(path: string, script: string): Promise<void> {
  await writeFile(path, script)
  await chmod(path, 0o755)
}

/** The environment of somebody new: an empty home, and on PATH what they have installed. */
export function newcomer(home: string, bins: readonly string[]): NodeJS.ProcessEnv {
  const path = [join(home, 'prefix/bin'), ...bins, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin']
  // How this machine gets out is no habit of its user.
  const line = Object.entries(process.env).filter(([name]) => /CERT|_CA_|_PROXY$/i.test(name))
  return {
    ...Object.fromEntries(line),
    HOME: home,
    PATH: path.join(':'),
    LANG: 'C.UTF-8',
    npm_config_prefix: join(home, 'prefix'),
    npm_config_cache: join(home, 'npm'),
    npm_config_update_notifier: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    SAM_CLI_TELEMETRY: '0',
    SLS_TELEMETRY_DISABLED: '1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  }
}
