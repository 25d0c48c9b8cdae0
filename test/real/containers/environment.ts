import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, realpath, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeTree } from '../../helpers.ts'
import { ran } from '../programs.ts'

/** Podman, Buildah and Docker that keep all they have in one new folder, and know nothing of what the machine has. */
export interface ContainerTools {
  readonly dir: string
  /** For each program that drives them, and so for lpack. */
  readonly env: NodeJS.ProcessEnv
}

let tools: Promise<ContainerTools> | null = null

/** Made once for the run; stopped and removed at its end. No daemon runs yet. */
export function containerTools(): Promise<ContainerTools> {
  tools ??= makeTools()
  return tools
}

/** Done at the end of the run, last come first served. */
const LEFT: (() => void)[] = []

/** Has something undone at the end of the run, before what was there earlier is. It can't wait for promises. */
export function atEnd(undo: () => void): void {
  if (LEFT.length === 0) {
    process.once('exit', () => {
      for (const one of LEFT.reverse()) one()
    })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  }
  LEFT.push(undo)
}

async function makeTools(): Promise<ContainerTools> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'lpack-containers-')))
  await writeTree(dir, {
    'containers.conf': CONTAINERS,
    'storage.conf': storage(join(dir, 'storage')),
    // Podman would find what Buildah made, and have nothing to do.
    'storage-podman.conf': storage(join(dir, 'storage-podman')),
    // Any port of this machine's loopback may be a registry without TLS, as Docker has it.
    'registries.conf': 'unqualified-search-registries = []\n',
    'docker/config.json': '{}\n',
    'dockerd.json': '{}\n',
    'bin/.keep': '',
  })
  // Debian's own client has BuildKit; a newer one has it in a part that may be missing.
  await symlink('/usr/bin/docker', join(dir, 'bin', 'docker'))
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [join(dir, 'bin'), process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter),
    CONTAINERS_CONF: join(dir, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(dir, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: join(dir, 'registries.conf'),
    DOCKER_CONFIG: join(dir, 'docker'),
    DOCKER_HOST: `unix://${dir}/docker.sock`,
    // Where chroot is enough, a build needs nothing of cgroups.
    BUILDAH_ISOLATION: 'chroot',
    REGISTRY_AUTH_FILE: undefined,
    LPACK_CACHE_DIR: join(dir, 'cache'),
    LPACK_REMOTE_CACHE: undefined,
  }
  atEnd(() => removeAll(dir, env))
  return { dir, env }
}

function storage(dir: string): string {
  return `[storage]\ndriver = "overlay"\ngraphroot = "${dir}/graph"\nrunroot = "${dir}/run"\n`
}

/** What a machine without systemd, or with fewer privileges than Podman expects, needs. */
const CONTAINERS = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
runc = ["/usr/sbin/runc", "/usr/bin/runc"]
`

/** Tells the tools that a registry on loopback has no TLS. */
export async function allowPlainRegistries(hosts: readonly string[]): Promise<void> {
  const { dir } = await containerTools()
  const tables = hosts.map(host => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`)
  await writeTree(dir, { 'registries.conf': `unqualified-search-registries = []\n${tables.join('')}` })
}

function removeAll(dir: string, env: NodeJS.ProcessEnv): void {
  spawnSync('podman', ['rm', '--all', '--force', '--time', '0'], { env, stdio: 'ignore' })
  // Last first: mounts lie within mounts.
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').reverse()
  for (const line of mounts) {
    const [, place = ''] = line.split(' ')
    if (place.startsWith(`${dir}/`)) spawnSync('umount', ['--lazy', place], { stdio: 'ignore' })
  }
  rmSync(dir, { recursive: true, force: true })
}

let daemon: Promise<void> | null = null

/** Starts Docker's daemon, once for the run, which listens on a socket in the tools' folder and gives containers no network. */
export function startDocker(): Promise<void> {
  daemon ??= startDaemon()
  return daemon
}

async function startDaemon(): Promise<void> {
  const { dir, env } = await containerTools()
  const places = ['--data-root', `${dir}/data`, '--exec-root', `${dir}/exec`, '--pidfile', `${dir}/docker.pid`]
  const silent = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false']
  const args = [
    ...['--host', `unix://${dir}/docker.sock`, '--config-file', `${dir}/dockerd.json`, ...places],
    ...['--bridge', 'none', ...silent, '--userland-proxy=false', '--log-level', 'error'],
  ]
  const log = openSync(join(dir, 'dockerd.log'), 'w')
  const child = spawn('dockerd', args, { env, stdio: ['ignore', log, log] })
  child.unref()
  atEnd(() => endProcess(child.pid ?? 0))
  for (let tries = 0; tries < 150; tries++) {
    if (existsSync(`${dir}/docker.sock`) && (await ran('docker', ['version'], { env })).code === 0) return
    await sleep(100)
  }
  throw new Error(`dockerd does not start:\n${readFileSync(join(dir, 'dockerd.log'), 'utf8').slice(-3000)}`)
}

/** Ends a process of this one, and waits for it without a promise. */
export function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
  if (pid === 0 || !isRunning(pid)) return
  process.kill(pid, signal)
  for (let tries = 0; tries < 200 && isRunning(pid); tries++) execFileSync('sleep', ['0.05'])
  if (isRunning(pid)) process.kill(pid, 'SIGKILL')
}

function isRunning(pid: number): boolean {
  const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z'
  return !/\) Z/.test(state)
}
