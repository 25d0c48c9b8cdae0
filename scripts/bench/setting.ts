import { cpus, totalmem } from 'node:os'
import { run } from './measure.ts'
import type { Bench } from './types.ts'

const VERSIONS = [
  ['Node.js', 'node --version'],
  ['Python', 'python3 --version'],
  ['Info-ZIP zip', "zip -v | sed -n 's/^This is Zip \\([^ ]*\\).*/\\1/p'"],
  ['7-Zip', "7z | sed -n 's/^7-Zip[^0-9]*[^ ]* \\([0-9.]*\\).*/\\1/p'"],
  ['advzip', 'dpkg-query -W -f "\\${Version}" advancecomp || advzip --version'],
  ['libdeflate-gzip', 'libdeflate-gzip -V | grep -o "v[0-9.]*" | head -n 1'],
  ['uv', 'uv --version'],
] as const

/** How it was measured, for whoever reads the figures. */
export function howMeasured(bench: Bench): string {
  const machine = cpus()
  const versions = VERSIONS.map(([name, command]) => `${name} ${versionFrom(bench, command)}`)
  return [
    '`npm run bench` measures this again, on inputs that it makes from public packages. Ratios count, not seconds; they are to the',
    'first row of each table.',
    '',
    `- Machine: ${machine[0]?.model.trim()}, ${machine.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Linux.`,
    `- Programs: ${versions.join(', ')}.`,
    '- Each run is a process of its own under GNU time. The contenders of a table take turns, round after round; wall and CPU seconds',
    '  are medians, peak RSS is the highest of all rounds and of the largest process. Spread is the slowest run less the fastest, in',
    '  parts of the median. CPU seconds are user and system time of all threads and child processes.',
    '- Programs that compress get the very files that lpack packs, unpacked from its zip; lpack also finds, reads, and checks them.',
    '- Cold: nothing kept but downloads, and no artifact. For other packagers: their outputs and build folders removed, their caches of',
    '  downloads full.',
    '- `libdeflate-gzip` counts DEFLATE streams, without headers.',
  ].join('\n')
}

function versionFrom(bench: Bench, command: string): string {
  try {
    return (
      run(bench, command, bench.work)
        .replace(/^[A-Za-z]+ v?|^v/, '')
        .split(' ')[0] || 'without a version'
    )
  } catch {
    return 'not installed'
  }
}
