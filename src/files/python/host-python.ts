import { join } from 'node:path'
import type { System } from '../../system/system.ts'
import { outputOfFailure } from './tool-failure.ts'

/** The Python interpreters of this machine in the order in which a user expects them: the active environment's first. */
export async function hostPythons(system: System): Promise<readonly string[]> {
  const active = system.env['VIRTUAL_ENV']
  const inEnvironment =
    active === undefined || active === ''
      ? null
      : join(active, ...(system.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']))
  const isThere = inEnvironment !== null && (await system.disk.stat(inEnvironment)) !== null
  const onPath = [await system.processes.find('python3'), await system.processes.find('python')]
  return [...new Set([isThere ? inEnvironment : null, ...onPath])].filter(path => path !== null)
}

/** What a Python program prints, or null where it fails (an interpreter without pip, a broken one). */
export async function askPython(python: string, program: string, system: System): Promise<string | null> {
  try {
    return (await system.processes.run(python, ['-c', program])).stdout
  } catch (error) {
    if (outputOfFailure(error) === null) throw error
    return null
  }
}
