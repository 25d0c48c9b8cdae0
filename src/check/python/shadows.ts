import { isLoadedEarly, isWidelyUsed, runtimeModule } from '../../aws/python-modules.ts'
import { finding } from '../../findings.ts'
import type { FileEntry, Finding } from '../../model.ts'
import { findModule } from './modules.ts'
import type { Walk } from './walk.ts'

/** The function's own topmost modules that are taken for Python's, or Python's for them, or a package's for them. */
export function checkShadows(walk: Walk): Finding[] {
  const { subject, suffixes, plan } = walk
  const findings: Finding[] = []
  // Sorted for determinism.
  for (const name of ownTopmost(walk)) {
    const found = findModule(name, [''], subject, suffixes)?.file ?? null
    if (found === null) continue
    const rival = rivalOf(name, found, walk)
    if (rival !== null) findings.push(rival)
    if (found.owner !== null || runtimeModule(name, plan.target.version) !== 'standard') continue
    const importers = walk.wanted.get(name) ?? []
    if (isLoadedEarly(name)) {
      const [own] = importers.filter(({ isOwn }) => isOwn)
      if (own !== undefined) findings.push(finding('PYTHON_MODULE_NEVER_LOADED', found.path, found.path, name))
    } else if (isWidelyUsed(name) || importers.some(({ isOwn }) => !isOwn)) {
      findings.push(finding('PYTHON_MODULE_LIKE_STANDARD', found.path, found.path, name))
    }
  }
  return findings
}

/** Names of the modules and packages at the artifact's root that are not a distribution's alone. */
function ownTopmost({ subject, suffixes }: Walk): readonly string[] {
  const names = new Set<string>()
  for (const { path, owner } of subject.fileSet.files) {
    if (owner !== null) continue
    const [first = '', second, third] = path.split('/', 3)
    if (third !== undefined) continue
    if (second !== undefined) {
      if (suffixes.some(suffix => second === `__init__${suffix}`)) names.add(first)
    } else {
      const suffix = suffixes.find(one => first.endsWith(one))
      if (suffix !== undefined) names.add(first.slice(0, -suffix.length))
    }
  }
  return [...names].sort()
}

/** A distribution's module of the name where the function has one, too. */
function rivalOf(name: string, found: FileEntry, { subject, suffixes, wanted }: Walk): Finding | null {
  if (!wanted.has(name)) return null
  const others = [`${name}/__init__`, name]
    .flatMap(base => suffixes.map(suffix => subject.files.get(base + suffix)))
    .filter(file => file !== undefined)
    .filter(({ owner }) => (owner === null) !== (found.owner === null))
  const [hidden] = others
  if (hidden === undefined) return null
  const distribution = hidden.owner ?? found.owner ?? ''
  return finding('PYTHON_MODULE_TWICE', hidden.path, name, found.path, hidden.path, distribution)
}
