// Makes a release and tries it as a stranger would: `npm run release -- --dry-run`, `npm run release`, `npm run release -- --publish`.
// Nothing is published without --publish; --dry-run goes on where a release would stop.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ARGUMENTS = ['--dry-run', '--publish']

try {
  release(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function release(args: readonly string[]): void {
  const unknown = args.find(arg => !ARGUMENTS.includes(arg))
  if (unknown !== undefined || args.length > 1) throw new Error(`It takes one of ${ARGUMENTS.join(', ')}, or nothing.`)
  const version = fieldOf(readFileSync(join(ROOT, 'package.json'), 'utf8'), 'version')
  const problems = problemsOf(version)
  for (const problem of problems) console.error(`not ready: ${problem}`)
  if (problems.length > 0 && !args.includes('--dry-run')) throw new Error('Nothing was made.')
  const tarball = join(ROOT, `lpack-${version}.tgz`)
  // prepack builds.
  const [packed] = JSON.parse(npm(ROOT, ['pack', '--json', '--pack-destination', ROOT])) as {
    readonly size: number
    readonly entryCount: number
  }[]
  tryOut(tarball, version)
  const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex')
  console.log(`${tarball}: ${packed?.size} bytes, ${packed?.entryCount} files, sha256 ${sha256}`)
  if (args.includes('--publish')) {
    execFileSync('npm', ['publish', tarball, '--ignore-scripts'], { cwd: ROOT, stdio: 'inherit' })
    console.log(`Published. Now: git tag v${version} && git push origin v${version}`)
  } else {
    console.log(`Nothing is published. To do it: npm run release -- --publish`)
  }
}

/** What keeps this tree from being a release. */
function problemsOf(version: string): readonly string[] {
  const changes = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' }).trim()
  const tags = execFileSync('git', ['tag', '--list', `v${version}`], { cwd: ROOT, encoding: 'utf8' }).trim()
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
  const isDated = changelog.split('\n').some(line => line.startsWith(`## [${version}] - 2`))
  const [, unreleased = ''] = changelog.split(/^## .*$/m)
  return [
    ...(changes === '' ? [] : [`the tree has changes that are not committed:\n${changes}`]),
    ...(tags === '' ? [] : [`there is a tag v${version} already; package.json wants a new version`]),
    ...(fieldOf(lock, 'version') === version ? [] : ['package-lock.json has another version; run npm install']),
    ...(isDated ? [] : [`CHANGELOG.md has no heading "## [${version}] - " with the day of the release`]),
    ...(unreleased.trim() === '' ? [] : [`CHANGELOG.md has changes under Unreleased that belong to ${version}`]),
  ]
}

/** Installs the tarball where nothing else is, with a home where nothing else is, and builds the example with it. */
function tryOut(tarball: string, version: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'lpack-release-'))
  try {
    const project = join(dir, 'project')
    cpSync(join(ROOT, 'examples/build-script'), project, {
      recursive: true,
      filter: path => !/lpack\.out|node_modules/.test(path.slice(ROOT.length)),
    })
    mkdirSync(join(dir, 'home'))
    const env = strangers(join(dir, 'home'))
    npm(project, ['install', '--no-save', '--no-audit', '--no-fund', tarball], env)
    const installed = npm(project, ['exec', '--', 'lpack', '--version'], env).trim()
    if (installed !== version) throw new Error(`The tarball is of ${installed}, not of ${version}.`)
    console.log(npm(project, ['run', 'build', '--silent'], env).trim())
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The environment of somebody new. How this machine reaches the network is no habit of its user. */
function strangers(home: string): NodeJS.ProcessEnv {
  const line = Object.entries(process.env).filter(([name]) => /CERT|_CA_|_PROXY$/i.test(name))
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)
  return { ...Object.fromEntries(line), HOME: home, PATH: path, LANG: 'C.UTF-8', npm_config_update_notifier: 'false' }
}

function npm(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

function fieldOf(json: string, name: string): string {
  return String((JSON.parse(json) as Record<string, unknown>)[name])
}
