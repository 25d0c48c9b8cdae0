import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const USAGE = `npm run bench -- [options]

  --only A,B       these groups alone
  --repeats N      rounds of each comparison (default 3; what takes minutes runs once)
  --thorough       slow peers on large inputs, too (hours)
  --work DIR       where inputs, tools and results are kept (default: in the system's temporary folder)
  --write          write BENCHMARKS.md from the results of this build of lpack, earlier runs' included
  --help

Needs Linux on x86_64, Python 3.11 or newer, npm, zip, unzip, GNU time, PyPI and the npm registry; 7z, advzip and libdeflate-gzip
where they are installed. For images root, and Debian's buildah, podman, runc, docker-registry, busybox-static, gcc and python3-dev.
`

export interface Arguments {
  readonly only: readonly string[]
  readonly repeats: number
  readonly isThorough: boolean
  readonly work: string
  readonly isWritten: boolean
  readonly isHelp: boolean
}

export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      repeats: { type: 'string', default: '3' },
      thorough: { type: 'boolean', default: false },
      work: { type: 'string', default: join(tmpdir(), 'lpack-bench') },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const repeats = Number(values.repeats)
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new Error(`--repeats takes a number of rounds, not ${values.repeats}`)
  return {
    only: values.only.split(',').filter(id => id !== ''),
    repeats,
    isThorough: values.thorough,
    work: resolve(values.work),
    isWritten: values.write,
    isHelp: values.help,
  }
}
