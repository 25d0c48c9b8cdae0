import { makeMatcher } from '../formats/glob.ts'

/** Names of files and folders that are never a function's own code. An `include` that names one brings it back. */
const NAMES: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  '__pycache__',
  '*.pyc',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.tox',
  '.nox',
  '.idea',
  '.vscode',
  '.DS_Store',
  '*.egg-info',
  '.terraform',
  '*.tfstate*',
  'cdk.out',
  '.aws-sam',
  '.serverless',
  '.sst',
  'lpack.out',
  'Dockerfile',
  '.env*',
  // Lock and requirements files: they say what is packed, and are not read at run time.
  'uv.lock',
  'pylock.toml',
  'pylock.*.toml',
  'poetry.lock',
  'pdm.lock',
  'Pipfile.lock',
  'requirements*.txt',
  'requirements*.in',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  // What package managers keep beside the lock; .npmrc and .yarnrc.yml may hold tokens.
  '.npmrc',
  '.pnp.*',
  '.pnpm-store',
  '.pnpmfile.cjs',
  '.yarn',
  '.yarnrc',
  '.yarnrc.yml',
  'pnpm-workspace.yaml',
]

const RULES = NAMES.map(rule => ({ rule, matches: makeMatcher([rule]) }))

/** The rule that leaves a file or folder of this name out, or null. */
export function exclusionOf(name: string): string | null {
  return RULES.find(({ matches }) => matches(name))?.rule ?? null
}

/** The rule for files with secrets; every run tells that it applied. */
export const ENVIRONMENT_FILES = '.env*'
