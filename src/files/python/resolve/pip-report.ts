import { normaliseName } from '../../../formats/pep508.ts'
import { child, children, type Node, text, textOrNull, texts } from '../locks/document.ts'
import { filenameOf, indexOrigin, locate, makeSelection, sha256Of } from '../locks/selection.ts'
import type { Origin, PackageFile, SelectedPackage, Selection } from '../types.ts'

/** The selection that a report of `pip install --report` tells. https://pip.pypa.io/en/stable/reference/installation-report/ */
export function readPipReport(report: string): Selection {
  const items = itemsOf(report)
  const direct = items.filter(({ table }) => table['requested'] === true).map(nameOf)
  return makeSelection('the report of pip', items.map(packageOf), direct)
}

/** Each Requires-Dist line of the report with the package that has it. */
export function requirementsOfReport(report: string): readonly (readonly [name: string, line: string])[] {
  return itemsOf(report).flatMap(item =>
    texts(child(item, 'metadata'), 'requires_dist').map(line => [nameOf(item), line] as const),
  )
}

function itemsOf(report: string): readonly Node[] {
  const value = JSON.parse(report) as Readonly<Record<string, unknown>>
  return children({ file: 'the report of pip', kind: 'lock', place: '', table: value }, 'install')
}

function nameOf(item: Node): string {
  return normaliseName(text(child(item, 'metadata'), 'name'))
}

function packageOf(item: Node): SelectedPackage {
  return { name: nameOf(item), version: text(child(item, 'metadata'), 'version'), origin: originOf(item) }
}

/** https://packaging.python.org/en/latest/specifications/direct-url-data-structure/ */
function originOf(item: Node): Origin {
  const info = child(item, 'download_info')
  const url = text(info, 'url')
  if (info.table['dir_info'] !== undefined) return { kind: 'directory', path: locate(url, '/') }
  if (info.table['vcs_info'] !== undefined) {
    return {
      kind: 'git',
      url,
      commit: text(child(info, 'vcs_info'), 'commit_id'),
      subdirectory: textOrNull(info, 'subdirectory') ?? '',
    }
  }
  const archive = child(info, 'archive_info')
  const hash = textOrNull(child(archive, 'hashes'), 'sha256')
  const file: PackageFile = {
    filename: filenameOf(url),
    location: locate(url, '/'),
    sha256: sha256Of(hash === null ? (textOrNull(archive, 'hash')?.replace('=', ':') ?? null) : `sha256:${hash}`),
    bytes: null,
  }
  return item.table['is_direct'] === true ? { kind: 'archive', file } : indexOrigin(null, [file])
}
