import type { PackageSize } from '../../../model.ts'
import type { PublicReport } from './data.ts'
import { button, h, section } from './dom.ts'
import { shareElement, sizeElement } from './facts.ts'
import { type Column, sortableTable } from './sortable-table.ts'
import { titleOf } from './tree.ts'

/** What is packed, heaviest in the zip first. */
export function packagesOf({ packages, artifact }: PublicReport, reveal: (id: string) => void): HTMLElement {
  const share = (one: PackageSize): number => (artifact.bytes === 0 ? 0 : one.zippedBytes / artifact.bytes)
  const columns: readonly Column<PackageSize>[] = [
    {
      title: 'Package',
      isNumber: false,
      valueOf: one => titleOf(one).toLowerCase(),
      cell: one => button({ class: 'row', 'data-package': one.id }, titleOf(one), () => reveal(one.id)),
    },
    number('Zipped', one => one.zippedBytes),
    number('Unzipped', one => one.bytes),
    { title: 'Share', isNumber: true, valueOf: share, cell: one => shareElement(share(one)) },
    {
      title: 'Files',
      isNumber: true,
      valueOf: ({ files }) => files,
      cell: ({ files }) => files.toLocaleString('en-US'),
    },
    {
      title: 'Licence',
      isNumber: false,
      valueOf: ({ licence }) => licence ?? '',
      cell: ({ licence }) => licence ?? '–',
    },
    {
      title: 'Required by',
      isNumber: false,
      valueOf: ({ requiredBy }) => requiredBy.join(' '),
      cell: one => h('span', { class: 'names' }, requirers(one)),
    },
  ]
  return section('packages', 'Packages', sortableTable('Packages', columns, packages))
}

function number(title: string, bytesOf: (one: PackageSize) => number): Column<PackageSize> {
  return { title, isNumber: true, valueOf: bytesOf, cell: one => sizeElement(bytesOf(one)) }
}

function requirers({ requiredBy }: PackageSize): string {
  const names = requiredBy.map(name => (name === '(direct)' ? 'the function' : name))
  return names.length === 0 ? '–' : names.join(', ')
}
