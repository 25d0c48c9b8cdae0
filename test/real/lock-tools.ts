import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PYTHON = process.platform === 'win32' ? 'python' : 'python3'
const BIN = process.platform === 'win32' ? 'Scripts' : 'bin'

/** The tools that write locks, with what must be held back for old ones to run. */
const TOOLS = {
  uv: ['uv'],
  'poetry-1': ['poetry==1.8.5'],
  'poetry-2': ['poetry>=2.3,<3'],
  'pdm-2.8': ['pdm==2.8.2', 'httpx<0.28', 'unearth<0.12', 'resolvelib<1.1', 'cachecontrol<0.14', 'setuptools<80'],
  'pdm-2.22': ['pdm==2.22.4', 'hishel<0.1', 'httpx<0.28', 'unearth<0.18'],
  pipenv: ['pipenv', 'setuptools'],
} as const

export type LockTool = keyof typeof TOOLS

export interface Outcome {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/** Runs a tool in a folder; its failure is an outcome. */
export type RunTool = (tool: LockTool, args: readonly string[], cwd: string) => Promise<Outcome>

/** Installs the tools from PyPI, each in a virtual environment of its own under the folder. */
export async function installLockTools(dir: string, tools: readonly LockTool[]): Promise<RunTool> {
  for (const tool of tools) {
    await run(PYTHON, ['-m', 'venv', join(dir, tool)])
    const python = join(dir, tool, BIN, 'python')
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...TOOLS[tool]])
  }
  return (tool, args, cwd) => outcomeOf(dir, tool, args, cwd)
}

async function outcomeOf(dir: string, tool: LockTool, args: readonly string[], cwd: string): Promise<Outcome> {
  const program = join(dir, tool, BIN, tool.split('-')[0] ?? tool)
  const env = {
    ...process.env,
    // Nothing of the tools stays on the machine, and no wheel folder of the machine is used.
    HOME: dir,
    XDG_CACHE_HOME: join(dir, 'cache'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    WORKON_HOME: join(dir, 'virtualenvs'),
    UV_CACHE_DIR: join(dir, 'cache', 'uv'),
    PIP_FIND_LINKS: '',
    PIPENV_VERBOSITY: '-1',
    PDM_CHECK_UPDATE: '0',
    POETRY_VIRTUALENVS_PATH: join(dir, 'virtualenvs'),
    VIRTUAL_ENV: undefined,
    // Colours would stand in the lists that are read.
    FORCE_COLOR: undefined,
    NO_COLOR: '1',
  }
  try {
    return { ok: true, ...(await run(program, [...args], { cwd, env, maxBuffer: 2 ** 26 })) }
  } catch (error) {
    const { stdout = '', stderr = String(error) } = error as Partial<Outcome>
    return { ok: false, stdout, stderr }
  }
}
