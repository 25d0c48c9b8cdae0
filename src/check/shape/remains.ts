import { posix } from 'node:path'
import { finding } from '../../findings.ts'
import { parseRecord } from '../../formats/record.ts'
import type { Finding } from '../../model.ts'
import { contentOf, headOf, type Subject } from '../subject.ts'
import { together } from './grouped.ts'

/** What is left of other machines and of packages that are gone. All of it is worth a note at most. */
export async function checkRemains(subject: Subject): Promise<Finding[]> {
  const litter = subject.fileSet.files.filter(({ path }) => isLitter(path))
  return [
    ...together(litter, (what, path) => finding('SYSTEM_LITTER', path, what)),
    ...(await distributionFindings(subject)),
    ...(await scriptFindings(subject)),
  ]
}

/** True for what macOS and Windows leave in folders and zips. */
export function isLitter(path: string): boolean {
  return /(?:^|\/)(?:\.DS_Store$|Thumbs\.db$|desktop\.ini$|__MACOSX\/)/.test(path)
}

/** Metadata of a distribution of which nothing can be imported. */
async function distributionFindings(subject: Subject): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const file of subject.fileSet.files) {
    if (!/^[^/]+\.dist-info\/RECORD$/.test(file.path)) continue
    const modules = modulesIn(Buffer.from(await contentOf(file, subject)).toString('utf8'))
    if (modules.length === 0 || modules.some(path => subject.files.has(path))) continue
    const folder = posix.dirname(file.path)
    findings.push(finding('DISTRIBUTION_WITHOUT_FILES', folder, folder))
  }
  return findings
}

function modulesIn(record: string): readonly string[] {
  try {
    return parseRecord(record).flatMap(({ path }) =>
      /^(?!\.\.\/|\/).*\.(?:py|so)$/.test(path) ? [posix.normalize(path)] : [],
    )
  } catch {
    // Python reads no RECORD to import; one that can't be read says nothing.
    return []
  }
}

const SHEBANG_BYTES = 256
const ON_LAMBDA = /^\/(?:bin|usr\/bin|usr\/sbin|sbin|var\/lang\/bin|opt|var\/task)\//

/** Scripts that were installed for another machine's Python. */
async function scriptFindings(subject: Subject): Promise<Finding[]> {
  const foreign: { readonly path: string; readonly interpreter: string }[] = []
  for (const file of subject.fileSet.files) {
    if (!/^bin\/[^/]+$/.test(file.path)) continue
    const head = Buffer.from(await headOf(file, SHEBANG_BYTES, subject)).toString('latin1')
    const interpreter = /^#!\s*(\/[^\s]+)/.exec(head)?.[1]
    if (interpreter !== undefined && !ON_LAMBDA.test(interpreter)) foreign.push({ path: file.path, interpreter })
  }
  const { interpreter = '' } = foreign[0] ?? {}
  return together(foreign, (what, path) => finding('SCRIPT_FOREIGN', path, what, interpreter))
}
