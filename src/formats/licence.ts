/** A text of a licence is longer; a name or an expression isn't. */
const LONGEST_NAME = 120

/** What the classifiers of PyPI stand for, where that is one licence and not a family. https://pypi.org/classifiers/ https://spdx.org/licenses/ */
const CLASSIFIED: Readonly<Record<string, string>> = {
  'Boost Software License 1.0 (BSL-1.0)': 'BSL-1.0',
  'CC0 1.0 Universal (CC0 1.0) Public Domain Dedication': 'CC0-1.0',
  'Eclipse Public License 1.0 (EPL-1.0)': 'EPL-1.0',
  'Eclipse Public License 2.0 (EPL-2.0)': 'EPL-2.0',
  'European Union Public Licence 1.2 (EUPL 1.2)': 'EUPL-1.2',
  'GNU Affero General Public License v3': 'AGPL-3.0-only',
  'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
  'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only',
  'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later',
  'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only',
  'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
  'GNU Lesser General Public License v2 or later (LGPLv2+)': 'LGPL-2.0-or-later',
  'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only',
  'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
  'ISC License (ISCL)': 'ISC',
  'MIT License': 'MIT',
  'MIT No Attribution License (MIT-0)': 'MIT-0',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'The Unlicense (Unlicense)': 'Unlicense',
  'Universal Permissive License (UPL)': 'UPL-1.0',
  'zlib/libpng License': 'Zlib',
}

/**
 * The licence in the fields of a METADATA file, by lower-case name: License-Expression, else License if it is a name and not a text,
 * else the classifiers. https://packaging.python.org/en/latest/specifications/core-metadata/#license-expression
 */
export function licenceOfMetadata(fields: ReadonlyMap<string, readonly string[]>): string | null {
  const [expression = ''] = fields.get('license-expression') ?? []
  if (isName(expression)) return expression
  const [licence = ''] = fields.get('license') ?? []
  if (isName(licence)) return licence
  const classified = (fields.get('classifier') ?? []).flatMap(text => {
    const name = /^License :: (?:.* :: )?([^:]+)$/.exec(text)?.[1]
    return name === undefined || name === 'OSI Approved' ? [] : [CLASSIFIED[name] ?? name]
  })
  return classified.length === 0 ? null : [...new Set(classified)].join(' OR ')
}

/** The licence in a package.json, also where it is said in one of the ways of old; empty if nothing says it. */
export function licenceOfManifest({ license, licenses }: Readonly<{ license?: unknown; licenses?: unknown }>): string {
  const said = [license, ...(Array.isArray(license) ? license : []), ...(Array.isArray(licenses) ? licenses : [])]
  const names = said.map(typeOf).filter(isName)
  return [...new Set(names)].join(' OR ')
}

function typeOf(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value !== 'object' || value === null || !('type' in value)) return ''
  return typeof value.type === 'string' ? value.type.trim() : ''
}

function isName(text: string): boolean {
  return text !== '' && text !== 'UNKNOWN' && text.length <= LONGEST_NAME && !/[\r\n]/.test(text)
}
