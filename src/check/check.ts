import { finding } from '../findings.ts'
import type { FileSet, Finding, Plan } from '../model.ts'
import type { System } from '../system/system.ts'
import { checkImage } from './image.ts'
import { checkLeaks } from './leaks.ts'
import { checkLimits } from './limits.ts'
import { checkNativeLibraries } from './native/libraries.ts'
import { checkNodeHandler } from './node/handler.ts'
import { checkNodeImports } from './node/imports.ts'
import { checkPythonAbi } from './python/abi.ts'
import { checkPythonHandler } from './python/handler.ts'
import { checkPythonImports } from './python/imports.ts'
import { checkRuntime } from './runtime.ts'
import { entryFindings, isOpaque, type ShapeEntry } from './shape/entries.ts'
import { checkShape } from './shape/shape.ts'
import { makeSubject, type Subject } from './subject.ts'

/** What would go wrong on Lambda with these files. Reads few of them, writes nothing. */
export async function check(plan: Plan, fileSet: FileSet, system: System): Promise<Finding[]> {
  return checkSubject(makeSubject(plan, fileSet, system))
}

/** The same of a zip that another tool wrote. Where a part of it can't be read, nothing is said of contents. */
export async function checkContents(
  plan: Plan,
  { fileSet, entries }: { readonly fileSet: FileSet; readonly entries: readonly ShapeEntry[] },
  system: System,
): Promise<Finding[]> {
  if (entries.some(isOpaque)) return [...entryFindings(entries), finding('CONTENTS_NOT_CHECKED', '')]
  const findings = await checkSubject(makeSubject(plan, fileSet, system), entries)
  const isLinked = plan.language === 'node' && entries.some(({ kind }) => kind === 'link')
  const isTold = plan.config.handler !== ''
  return [
    ...findings.filter(({ code }) => (isTold || !OF_HANDLER.test(code)) && !(isLinked && OF_IMPORTS.test(code))),
    ...(isLinked ? [finding('LINKED_PACKAGES', '')] : []),
    ...(isTold ? [] : [finding('HANDLER_NOT_TOLD', '')]),
  ]
}

/** What is found where the handler is not, which says nothing when nobody told it. */
const OF_HANDLER = /^(?:HANDLER|LAYOUT)_/

/** Node.js looks for modules from where a link leads, and a file set has no links. */
const OF_IMPORTS = /^NODE_(?:IMPORT|REQUIRE)_/

async function checkSubject(subject: Subject, entries?: readonly ShapeEntry[]): Promise<Finding[]> {
  return [
    ...(await checkNodeHandler(subject)),
    ...(await checkNodeImports(subject)),
    ...(await checkPythonHandler(subject)),
    ...(await checkPythonImports(subject)),
    ...(await checkNativeLibraries(subject)),
    ...(await checkPythonAbi(subject)),
    ...(await checkLeaks(subject)),
    ...(await checkShape(subject, entries)),
    ...(await checkLimits(subject)),
    ...(await checkRuntime(subject)),
    ...(await checkImage(subject)),
  ]
}
