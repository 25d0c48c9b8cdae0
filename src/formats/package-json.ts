import { licenceOfManifest } from './licence.ts'

/** The keys of package.json that are read; absent ones are empty. https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
export interface PackageManifest {
  readonly name: string
  readonly version: string
  /** Empty where nothing says it. */
  readonly licence: string
  readonly type: 'module' | 'commonjs'
  readonly main: string
  /** As written: exports have many shapes. */
  readonly exports: unknown
  /** Without those that are optional, too. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  /** Names of peers that may be missing. */
  readonly optionalPeers: readonly string[]
  readonly bundledDependencies: readonly string[]
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
  /** Paths of its commands. */
  readonly bin: readonly string[]
  readonly files: readonly string[]
  readonly gypfile: boolean
  readonly hasBinary: boolean
  readonly hasNapi: boolean
}

/** Reads package.json as package managers do: a key of the wrong type counts as absent. Throws SyntaxError. */
export function parsePackageJson(text: string): PackageManifest {
  const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (!isRecord(json)) throw new SyntaxError('it holds no object')
  const optionalDependencies = textsByName(json['optionalDependencies'])
  const required = textsByName(json['dependencies'])
  const dependencies = without(required, Object.keys(optionalDependencies))
  return {
    name: textOf(json['name']),
    version: textOf(json['version']),
    licence: licenceOfManifest(json),
    type: json['type'] === 'module' ? 'module' : 'commonjs',
    main: textOf(json['main']),
    exports: json['exports'],
    dependencies,
    optionalDependencies,
    ...peersOf(json),
    bundledDependencies: bundledOf(json['bundledDependencies'] ?? json['bundleDependencies'], required),
    os: textsOf(json['os']),
    cpu: textsOf(json['cpu']),
    libc: textsOf(json['libc']),
    bin: binOf(json['bin']),
    files: textsOf(json['files']),
    gypfile: json['gypfile'] === true,
    hasBinary: isRecord(json['binary']),
    hasNapi: isRecord(json['napi']),
  }
}

/** A peer that only `peerDependenciesMeta` names is an optional one of any version, as pnpm and Yarn read it. */
function peersOf(json: Json): Pick<PackageManifest, 'peerDependencies' | 'optionalPeers'> {
  const meta = isRecord(json['peerDependenciesMeta']) ? json['peerDependenciesMeta'] : {}
  const optionalPeers = Object.entries(meta)
    .filter(([, of]) => isRecord(of) && of['optional'] === true)
    .map(([name]) => name)
  const implied = Object.fromEntries(optionalPeers.map(name => [name, '*']))
  return { peerDependencies: { ...implied, ...textsByName(json['peerDependencies']) }, optionalPeers }
}

function bundledOf(value: unknown, dependencies: Readonly<Record<string, string>>): readonly string[] {
  return value === true ? Object.keys(dependencies) : textsOf(value)
}

function binOf(value: unknown): readonly string[] {
  const paths = isRecord(value) ? Object.values(textsByName(value)) : typeof value === 'string' ? [value] : []
  return paths.map(path => path.replace(/^(?:\.?\/)+/, ''))
}

type Json = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `os`, `cpu` and the like may be one text instead of a list. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}

function textsByName(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

function without(all: Readonly<Record<string, string>>, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)))
}
