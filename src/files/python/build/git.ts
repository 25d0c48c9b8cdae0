import { join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { outputOfFailure } from '../tool-failure.ts'
import type { Origin } from '../types.ts'
import { buildTree } from './directory.ts'
import type { BuiltWheel, Workshop } from './workshop.ts'

/** A wheel of a project in git, at its commit, submodules included. */
export async function buildCheckout(
  name: string,
  origin: Extract<Origin, { kind: 'git' }>,
  workshop: Workshop,
): Promise<BuiltWheel> {
  const { system, workDir } = workshop
  const git = await system.processes.find('git')
  if (git === null) throw new UserError('GIT_MISSING', name, origin.url)
  const checkout = join(workDir, 'git', name)
  await system.disk.remove(checkout)
  await system.disk.makeFolder(join(workDir, 'git'))
  // History stays without its files: version plug-ins read the tags.
  const steps = [
    ['clone', '--quiet', '--filter=blob:none', '--no-checkout', '--', origin.url, checkout],
    ['-C', checkout, 'checkout', '--quiet', '--detach', origin.commit],
    ['-C', checkout, 'submodule', '--quiet', 'update', '--init', '--recursive'],
  ]
  for (const step of steps) await run(step)
  return buildTree(
    { name, dir: join(checkout, origin.subdirectory), describedAs: `${name} of ${origin.url}` },
    workshop,
  )

  async function run(args: readonly string[]): Promise<void> {
    try {
      await system.processes.run(git ?? 'git', args, { cwd: workDir, env: { GIT_TERMINAL_PROMPT: '0' } })
    } catch (error) {
      const output = outputOfFailure(error)
      throw output === null
        ? error
        : new UserError('BUILD_FAILED', `${name} of ${origin.url} at ${origin.commit}`, output)
    }
  }
}
