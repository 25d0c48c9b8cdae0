import { posix } from 'node:path'
import { finding } from '../../findings.ts'
import { BYTECODE_HEAD_BYTES, isCheckedByTime, loadsBytecode } from '../../formats/python-bytecode.ts'
import type { FileEntry, Finding } from '../../model.ts'
import { headOf, type Subject } from '../subject.ts'
import { grouped, together } from './grouped.ts'

/** Compiled Python that the runtime doesn't load, or would load wrongly. */
export async function checkBytecode(subject: Subject): Promise<Finding[]> {
  const { plan } = subject
  if (plan.language !== 'python') return []
  const compiled = subject.fileSet.files.filter(({ path }) => path.endsWith('.pyc'))
  const alone: FileEntry[] = []
  const sourceless: FileEntry[] = []
  const foreign: FileEntry[] = []
  const timed: FileEntry[] = []
  for (const file of compiled) {
    const isCached = posix.basename(posix.dirname(file.path)) === '__pycache__'
    const hasSource = subject.files.has(sourceOf(file.path, isCached))
    // Beside its source it is not looked at.
    if (!isCached && hasSource) continue
    const head = await headOf(file, BYTECODE_HEAD_BYTES, subject)
    const loads = loadsBytecode(head, plan.target.version)
    if (!isCached && loads === false) alone.push(file)
    if (isCached && !hasSource) sourceless.push(file)
    if (isCached && hasSource && loads === false) foreign.push(file)
    if (isCached && hasSource && loads === true && isCheckedByTime(head)) timed.push(file)
  }
  const { version } = plan.target
  return [
    ...grouped(alone, (what, _, path) => finding('BYTECODE_OTHER_PYTHON', path, what, version)),
    ...together(sourceless, (what, path) => finding('BYTECODE_UNUSED', path, what, 'has no source beside __pycache__')),
    ...together(foreign, (what, path) =>
      finding('BYTECODE_UNUSED', path, what, `was not compiled by Python ${version}`),
    ),
    ...together(timed, (what, path) => finding('BYTECODE_TIMED', path, what)),
  ]
}

/** `__pycache__/app.cpython-313.opt-1.pyc` is of app.py, and so is app.pyc. */
function sourceOf(path: string, isCached: boolean): string {
  if (!isCached) return path.slice(0, -1)
  const name = posix.basename(path)
  return posix.join(posix.dirname(posix.dirname(path)), `${name.slice(0, name.indexOf('.'))}.py`)
}
