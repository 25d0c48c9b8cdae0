import * as assert from 'uvu/assert'
import type { PackageSize } from '../../src/model.ts'
import type { PublicReport, ReportDocument } from '../../src/report/json.ts'
import { sbomOf } from '../../src/report/sbom.ts'
import { problemsOfBom } from '../cyclonedx.ts'
import { describe } from '../helpers.ts'

const SHA = 'a'.repeat(64)

describe('the bill of materials', it => {
  it('is valid by the published schema, whatever packages say of themselves', () => {
    const odd = [
      '',
      'MIT',
      'mit',
      'MIT OR (Apache-2.0 WITH LLVM-exception)',
      'SEE LICENSE IN LICENSE',
      'GPL-2.0+ AND',
      'BSD\u0000\ud800',
    ]
    const packages = [...odd.entries()].map(([at, licence]) => python(`p${at}`, '1.0', { licence: licence || null }))
    const strange = node('@scope/näme', `1.0.0-${'x'.repeat(2000)}`, {})
    const document = documentOf([report('hello', [...packages, strange, python('x', '1!2.0+cpu', {})])])
    assert.equal(problemsOfBom(sbomOf(document, new Map(), '1.2.3')), [])
    assert.equal(problemsOfBom(sbomOf(documentOf([]), new Map(), '1.2.3')), [])
  })

  it('would not be valid with a hash that is none', () => {
    const text = sbomOf(documentOf([report('hello', [])]), new Map(), '1.2.3').replace(SHA, 'x')
    assert.is(problemsOfBom(text).length > 0, true)
  })

  it('names what is inside, with version, purl, licence and hash', () => {
    const numpy = python('numpy', '2.1.0', { licence: 'BSD-3-Clause', files: 7, bytes: 100, zippedBytes: 50 })
    const hashes = new Map([[SHA, new Map([['numpy', 'b'.repeat(64)]])]])
    const bom = parsed(sbomOf(documentOf([report('hello', [numpy])]), hashes, '1.2.3'))
    assert.equal(bom.components, [
      {
        type: 'library',
        name: 'numpy',
        version: '2.1.0',
        'bom-ref': 'pkg:pypi/numpy@2.1.0',
        hashes: [{ alg: 'SHA-256', content: 'b'.repeat(64) }],
        licenses: [{ license: { id: 'BSD-3-Clause' } }],
        purl: 'pkg:pypi/numpy@2.1.0',
        properties: [
          { name: 'lpack:files', value: '7' },
          { name: 'lpack:bytes', value: '100' },
        ],
      },
    ])
    assert.equal(bom.metadata.component, {
      type: 'application',
      name: 'hello',
      'bom-ref': 'function:hello',
      hashes: [{ alg: 'SHA-256', content: SHA }],
      properties: [
        { name: 'lpack:runtime', value: 'python3.13' },
        { name: 'lpack:architecture', value: 'x86_64' },
      ],
    })
  })

  it('has no own code among the components, no time and no serial number', () => {
    const own = python('(function)', '', {})
    const text = sbomOf(documentOf([report('hello', [own])]), new Map(), '1.2.3')
    const bom = parsed(text)
    assert.equal(bom.components, [])
    assert.not.match(text, 'timestamp')
    assert.not.match(text, 'serialNumber')
  })

  it('tells scopes, and in which bundle code is', () => {
    const inside = node('@aws-sdk/client-s3', '3.1.0', { files: 0 })
    const shares = [{ path: 'index.mjs', package: inside.id, bytes: 1, zippedBytes: 1 }]
    const bom = parsed(
      sbomOf(documentOf([report('hello', [inside], { inlined: [...shares, ...shares] })]), new Map(), '1'),
    )
    const [component] = bom.components
    assert.equal([component?.group, component?.name], ['@aws-sdk', 'client-s3'])
    assert.is(component?.purl, 'pkg:npm/%40aws-sdk/client-s3@3.1.0')
    assert.equal(component?.properties?.[0], { name: 'lpack:inBundle', value: 'index.mjs' })
  })

  it('tells who depends on what', () => {
    const packages = [
      node('a', '1.0.0', { requiredBy: ['(direct)', 'b'] }),
      node('b', '1.0.0', { requiredBy: ['(direct)'] }),
      node('b', '2.0.0', { requiredBy: ['a'] }),
    ]
    const { dependencies } = parsed(sbomOf(documentOf([report('hello', packages)]), new Map(), '1'))
    assert.equal(dependencies, [
      { ref: 'function:hello', dependsOn: ['pkg:npm/a@1.0.0', 'pkg:npm/b@1.0.0'] },
      { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/b@2.0.0'] },
      // Of two versions of a name nobody knows which one it is.
      { ref: 'pkg:npm/b@1.0.0', dependsOn: ['pkg:npm/a@1.0.0'] },
      { ref: 'pkg:npm/b@2.0.0', dependsOn: ['pkg:npm/a@1.0.0'] },
    ])
  })

  it('keeps functions apart that have the same packages', () => {
    const packages = [python('six', '1.16.0', {})]
    const text = sbomOf(documentOf([report('one', packages), report('two', packages)]), new Map(), '1')
    assert.equal(problemsOfBom(text), [])
    const bom = parsed(text)
    assert.is(bom.metadata.component, undefined)
    assert.equal(
      bom.components.map(one => [one.name, one.components?.map(inner => inner['bom-ref'])]),
      [
        ['one', ['one/pkg:pypi/six@1.16.0']],
        ['two', ['two/pkg:pypi/six@1.16.0']],
      ],
    )
  })

  it('is the same to the byte with two artifacts of one name', () => {
    const make = () => sbomOf(documentOf([report('fn.zip', []), report('fn.zip', [])]), new Map(), '1')
    assert.is(make(), make())
    assert.match(make(), '"function:fn.zip#2"')
  })

  it('takes a second version of a distribution for one of Python', () => {
    const second = python('numpy', '2.0.0', { id: 'numpy==2.0.0' })
    const text = sbomOf(documentOf([report('hello', [python('numpy', '1.26.4', {}), second])]), new Map(), '1')
    assert.match(text, 'pkg:pypi/numpy@2.0.0')
    assert.not.match(text, 'pkg:npm')
  })

  it('is the same to the byte, in whatever order packages come', () => {
    const names = ['zeta', 'Alpha', 'älpha', 'alpha', '_x']
    const packages = names.map(name => node(name, '1.0.0', { requiredBy: names.filter(other => other < name) }))
    const first = sbomOf(documentOf([report('hello', packages)]), new Map(), '1')
    assert.is(sbomOf(documentOf([report('hello', [...packages].reverse())]), new Map(), '1'), first)
    assert.is(sbomOf(documentOf([report('hello', packages)]), new Map(), '1'), first)
    assert.equal(
      parsed(first).components.map(({ name }) => name),
      [...names].sort(),
    )
  })

  const licences: readonly (readonly [string, unknown])[] = [
    ['MIT', { license: { id: 'MIT' } }],
    ['mit', { license: { id: 'MIT' } }],
    ['MIT OR Apache-2.0', { expression: 'MIT OR Apache-2.0' }],
    ['Apache-2.0+', { expression: 'Apache-2.0+' }],
    ['BSD License', { license: { name: 'BSD License' } }],
    ['MIT OR nothing', { license: { name: 'MIT OR nothing' } }],
  ]
  for (const [licence, expected] of licences) {
    it(`takes the licence ${licence} for what it is`, () => {
      const bom = parsed(sbomOf(documentOf([report('hello', [python('p', '1', { licence })])]), new Map(), '1'))
      assert.equal(bom.components[0]?.licenses, [expected])
    })
  }
})

interface Component {
  readonly name: string
  readonly group?: string
  readonly purl?: string
  readonly 'bom-ref': string
  readonly licenses?: readonly unknown[]
  readonly properties?: readonly unknown[]
  readonly components?: readonly Component[]
}

interface BillOfMaterials {
  readonly metadata: { readonly component?: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly unknown[]
}

function parsed(text: string): BillOfMaterials {
  return JSON.parse(text) as BillOfMaterials
}

function documentOf(functions: readonly PublicReport[]): ReportDocument {
  return { version: '1.2.3', functions, total: null }
}

function python(name: string, version: string, changes: Partial<PackageSize>): PackageSize {
  return {
    id: name,
    name,
    version,
    bytes: 1,
    zippedBytes: 1,
    files: 1,
    requiredBy: ['(direct)'],
    licence: null,
    ...changes,
  }
}

function node(name: string, version: string, changes: Partial<PackageSize>): PackageSize {
  return { ...python(name, version, changes), id: `${name}@${version}` }
}

function report(name: string, packages: readonly PackageSize[], changes: Partial<PublicReport> = {}): PublicReport {
  const artifact = {
    kind: 'zip',
    path: '/f.zip',
    bytes: 1,
    unzippedBytes: 1,
    files: 1,
    sha256: SHA,
    codeSha256: '',
    unchanged: true,
  } as const
  return {
    name,
    runtime: 'python3.13',
    architecture: 'x86_64',
    handler: 'app.handler',
    artifact,
    packages,
    limits: [],
    findings: [],
    silenced: [],
    files: [],
    inlined: [],
    otherBytes: 22,
    leftOut: [],
    duplicates: [],
    checked: false,
    ok: true,
    ...changes,
  }
}
