import type { NodeTarget } from '../../../model.ts'
import type { LockKind } from '../lock-kinds.ts'

interface Step {
  readonly kind: LockKind
  /** Major and minor. */
  readonly version: readonly [number, number]
  readonly target: NodeTarget
  /** The project's path from the lock's folder. */
  readonly member: string
}

/** The arguments of the runs that install for a target what is locked: without dev dependencies, then with them. */
export function installSteps({ kind, version, target, member }: Step): readonly (readonly string[])[] {
  const isAlone = member === '.'
  switch (kind.id) {
    case 'npm': {
      const only = isAlone ? [] : [`--workspace=${member}`, '--include-workspace-root']
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
      const args = ['ci', ...platform(target), ...quiet, ...only]
      return [
        [...args, '--omit=dev'],
        [...args, '--include=dev'],
      ]
    }
    case 'pnpm': {
      const only = isAlone ? [] : [`--filter={${member}}...`, '--filter={.}']
      const args = [...only, 'install', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only']
      return [
        [...args, '--prod'],
        [...args, '--prod=false'],
      ]
    }
    case 'yarn':
      return [['install', '--immutable', version[0] < 3 ? '--skip-builds' : '--mode=skip-build']]
    case 'yarn1': {
      const args = [
        'install',
        '--frozen-lockfile',
        '--ignore-scripts',
        '--ignore-platform',
        '--ignore-engines',
        '--non-interactive',
      ]
      return [
        [...args, '--production'],
        [...args, '--production=false'],
      ]
    }
  }
}

/** What a person runs to have the target's packages in node_modules. */
export function wayOut(kind: LockKind['id'], target: NodeTarget): string {
  switch (kind) {
    case 'npm':
    case 'pnpm':
      return `${kind} install ${platform(target).join(' ')}`
    case 'yarn': {
      const wanted = { os: ['current', target.os], cpu: ['current', target.cpu], libc: ['current', target.libc] }
      return `yarn config set supportedArchitectures --json '${JSON.stringify(wanted)}' && yarn install`
    }
    case 'yarn1':
      return 'yarn install --ignore-platform'
  }
}

function platform({ os, cpu, libc }: NodeTarget): readonly string[] {
  return [`--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`]
}
