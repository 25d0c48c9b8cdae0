import * as assert from 'uvu/assert'
import { licenceOfManifest, licenceOfMetadata } from '../../src/formats/licence.ts'
import { parseMetadata } from '../../src/formats/metadata.ts'
import { parsePackageJson } from '../../src/formats/package-json.ts'
import { describe } from '../helpers.ts'

const LONG = 'Permission is hereby granted, free of charge, to any person obtaining a copy of this software. '.repeat(2)

const METADATA: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, string | null])[] = [
  ['an expression', { 'license-expression': ['MIT OR Apache-2.0'], license: ['MIT'] }, 'MIT OR Apache-2.0'],
  ['a name', { license: ['BSD-3-Clause'], classifier: ['License :: OSI Approved :: BSD License'] }, 'BSD-3-Clause'],
  ['a classifier of one licence', { classifier: ['License :: OSI Approved :: MIT License'] }, 'MIT'],
  ['a classifier of a family', { classifier: ['License :: OSI Approved :: BSD License'] }, 'BSD License'],
  ['a text, and a classifier', { license: [LONG], classifier: ['License :: OSI Approved :: MIT License'] }, 'MIT'],
  [
    'several classifiers',
    {
      license: ['UNKNOWN'],
      classifier: [
        'License :: OSI Approved',
        'License :: OSI Approved :: Apache Software License',
        'License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)',
        'Programming Language :: Python :: 3',
      ],
    },
    'Apache Software License OR MPL-2.0',
  ],
  ['a text alone', { license: [LONG] }, null],
  ['nothing', {}, null],
]

const MANIFESTS: readonly (readonly [string, object, string])[] = [
  ['an expression', { license: '(MIT OR CC0-1.0)' }, '(MIT OR CC0-1.0)'],
  ['an object of old', { license: { type: 'BSD', url: 'https://example.com' } }, 'BSD'],
  ['a list of old', { licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] }, 'MIT OR GPL-2.0'],
  ['a list in the wrong key', { license: ['MIT', 'Apache-2.0'] }, 'MIT OR Apache-2.0'],
  ['nothing', {}, ''],
  ['what is none', { license: 7 }, ''],
]

describe('formats/licence', it => {
  for (const [what, fields, expected] of METADATA) {
    it(`reads ${what} of METADATA`, () => {
      assert.is(licenceOfMetadata(new Map(Object.entries(fields))), expected)
    })
  }
  for (const [what, manifest, expected] of MANIFESTS) {
    it(`reads ${what} of package.json`, () => {
      assert.is(licenceOfManifest(manifest), expected)
    })
  }

  it('stands in what reads METADATA and package.json', () => {
    assert.is(parseMetadata('Name: a\nVersion: 1\nLicense-Expression: ISC\n').licence, 'ISC')
    assert.is(parsePackageJson('{ "license": "ISC" }').licence, 'ISC')
  })
})
