import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License'
import { ComponentType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums'
import { Bom, Component, type License, LicenseRepository, Property } from '@cyclonedx/cyclonedx-library/Models'
import { JSON as CycloneJson, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import parseExpression from 'spdx-expression-parse'
import { packageUrl } from '../formats/package-url.ts'
import type { PackageSize } from '../model.ts'
import type { PublicReport, ReportDocument } from './json.ts'
import { isDistribution, OWN } from './packages.ts'

/** Of each artifact, by its sha256: by the id of a package the sha256 of what `sha256sum` prints of its files, sorted by path. */
export type PackageHashes = ReadonlyMap<string, ReadonlyMap<string, string>>

const HASH_NOTE =
  'SHA-256 of the lines that sha256sum prints of the files of the package in the artifact, sorted by the bytes of their paths'

/** As the schema has it. */
const LONGEST_VERSION = 1024

/**
 * The bill of materials of what artifacts hold, as CycloneDX 1.6 in JSON: of one function its packages, of several a component for each,
 * with its packages in it. No time and no random number is in it, so the same artifacts make the same bytes. https://cyclonedx.org/docs/1.6/json/
 */
export function sbomOf({ functions }: ReportDocument, hashes: PackageHashes, version: string): string {
  const bom = new Bom()
  bom.metadata.tools.components.add(new Component(ComponentType.Application, 'lpack', { version }))
  bom.metadata.properties.add(new Property('lpack:hashes', HASH_NOTE))
  const isOne = functions.length === 1
  const names = distinct(functions.map(({ name }) => name))
  for (const [place, { ...named }] of functions.entries()) {
    const report = { ...named, name: names[place] ?? named.name }
    const of = hashes.get(report.artifact.sha256) ?? new Map<string, string>()
    const { application, libraries } = componentsOf(report, of, isOne ? '' : `${report.name}/`)
    if (isOne) bom.metadata.component = application
    else bom.components.add(application)
    for (const library of libraries) (isOne ? bom : application).components.add(library)
  }
  const serializer = new JsonSerializer(new CycloneJson.Normalize.Factory(Spec1dot6))
  // The library sorts by the rules of a language, and these differ between machines: all is added in order.
  return `${serializer.serialize(bom, { sortLists: false, space: 2 })}\n`
}

/** With a number behind those that were there before: of references that are there twice the library makes random ones. */
function distinct(names: readonly string[]): readonly string[] {
  return names.map((name, place) => {
    const before = names.slice(0, place).filter(one => one === name).length
    return before === 0 ? name : `${name}#${before + 1}`
  })
}

/** A function, and its packages in the order of their ids. References start with `scope`. */
function componentsOf(report: PublicReport, hashes: ReadonlyMap<string, string>, scope: string) {
  const { name, artifact, runtime, architecture } = report
  const application = new Component(ComponentType.Application, name, { bomRef: `function:${name}` })
  application.hashes.set(HashAlgorithm['SHA-256'], artifact.sha256)
  if (runtime !== null) application.properties.add(new Property('lpack:runtime', runtime))
  if (architecture !== null) application.properties.add(new Property('lpack:architecture', architecture))
  // Sorted for determinism
  const packages = report.packages.filter(({ id }) => id !== OWN).sort((a, b) => (a.id < b.id ? -1 : 1))
  const made = packages.map(one => ({ one, library: libraryOf(one, report, hashes, scope) }))
  for (const { one, library } of made) {
    for (const requirer of one.requiredBy) {
      const from = requirer === '(direct)' ? [application] : librariesNamed(requirer, made)
      // Of a name that is there in several versions nobody knows which one it is.
      for (const { dependencies } of from) dependencies.add(library.bomRef)
    }
  }
  return { application, libraries: made.map(({ library }) => library) }
}

function librariesNamed(name: string, made: readonly { readonly one: PackageSize; readonly library: Component }[]) {
  return made.filter(({ one }) => one.name === name).map(({ library }) => library)
}

function libraryOf(
  { id, name, version, licence, files, bytes }: PackageSize,
  report: PublicReport,
  hashes: ReadonlyMap<string, string>,
  scope: string,
): Component {
  const type = isDistribution({ id, name, version }) ? 'pypi' : 'npm'
  const [group, plain] = type === 'npm' && /^@[^/]+\/./.test(name) ? splitScope(name) : [undefined, name]
  const purl = packageUrl(type, name, version)
  const library = new Component(ComponentType.Library, plain, {
    bomRef: `${scope}${purl}`,
    version: version.slice(0, LONGEST_VERSION),
    purl,
    ...(group === undefined ? {} : { group }),
    licenses: new LicenseRepository(licence === null ? [] : [licenceOf(licence)]),
  })
  const hash = hashes.get(id)
  if (hash !== undefined) library.hashes.set(HashAlgorithm['SHA-256'], hash)
  const bundles = report.inlined.filter(share => share.package === id).map(({ path }) => path)
  for (const path of new Set(bundles)) library.properties.add(new Property('lpack:inBundle', path))
  library.properties.add(new Property('lpack:files', String(files)))
  library.properties.add(new Property('lpack:bytes', String(bytes)))
  return library
}

function splitScope(name: string): readonly [string, string] {
  const slash = name.indexOf('/')
  return [name.slice(0, slash), name.slice(slash + 1)]
}

/** An id or expression of SPDX if it is one, else as it is written. https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/ */
function licenceOf(text: string): License {
  return new Factories.LicenseFactory((expression: string) => void parseExpression(expression)).makeFromString(text)
}
