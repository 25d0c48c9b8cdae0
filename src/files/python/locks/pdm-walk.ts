// The graph of a pdm.lock whose packages don't say their groups and markers.
import { satisfies } from '../../../formats/pep440.ts'
import { evaluateMarker, normaliseName, type Requirement } from '../../../formats/pep508.ts'
import type { PythonTarget } from '../../../model.ts'
import { child, fail, type Node, text, textOrNull, texts } from './document.ts'
import { projectExtras } from './manifest.ts'
import { parseRequirementOf } from './selection.ts'

export interface PdmGraph {
  readonly lock: Node
  readonly manifest: Node
  readonly packages: readonly Node[]
  readonly target: PythonTarget
}

/** The packages that the requirements lead to. */
export function walk(graph: PdmGraph, asked: readonly Requirement[]): readonly Node[] {
  const resolution = child(child(child(graph.manifest, 'tool'), 'pdm'), 'resolution')
  const left = texts(resolution, 'excludes').map(normaliseName)
  const own = normaliseName(textOrNull(child(graph.manifest, 'project'), 'name') ?? '')
  const seen = new Set<Node>()
  const queue = [...asked]
  const spread = (items: readonly Requirement[]) =>
    queue.push(...items.filter(item => evaluateMarker(item.marker, graph.target.markers, [])))
  const ownExtras = new Set<string>()
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    if (left.includes(item.name)) continue
    if (item.name === own) {
      // `all = ["app[a,b]"]` of the project itself.
      for (const extra of item.extras.filter(name => !ownExtras.has(name))) {
        ownExtras.add(extra)
        spread(projectExtras(graph.manifest).get(extra) ?? [])
      }
      continue
    }
    for (const entry of entriesFor(graph, item).filter(found => !seen.has(found))) {
      seen.add(entry)
      spread(texts(entry, 'dependencies').map(line => parseRequirementOf(entry, 'dependencies', line)))
    }
  }
  return [...seen]
}

/** The entry of the package, and the one that adds the dependencies of the wanted extras. */
function entriesFor(graph: PdmGraph, item: Requirement): readonly Node[] {
  const named = graph.packages.filter(
    entry => normaliseName(text(entry, 'name')) === item.name && isFor(entry, graph.target),
  )
  const versions = new Set(named.map(entry => textOrNull(entry, 'version')))
  const fitting =
    versions.size === 1 || item.url !== null
      ? named
      : named.filter(entry => satisfies(textOrNull(entry, 'version') ?? '', item.specifier))
  const plain = fitting.filter(entry => texts(entry, 'extras').length === 0)
  const wanted = [...item.extras].sort().join()
  const extended = fitting.filter(
    entry => wanted !== '' && texts(entry, 'extras').map(normaliseName).sort().join() === wanted,
  )
  if (plain.length + extended.length === 0)
    fail(graph.lock, `something depends on ${item.name}${item.specifier}, which it has no package for`)
  return [...plain, ...extended]
}

function isFor(entry: Node, target: PythonTarget): boolean {
  const python = textOrNull(entry, 'requires_python')
  return python === null || python === '*' || satisfies(target.markers.python_full_version, python)
}
