import type { PythonTarget } from '../../model.ts'

/** The target as people name it, such as `python3.11 on arm64 (glibc 2.26)`. */
export function describeTarget(target: PythonTarget): string {
  return `${target.runtime} on ${target.architecture} (glibc ${target.glibc.major}.${target.glibc.minor})`
}
