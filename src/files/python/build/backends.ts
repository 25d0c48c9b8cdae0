import { isTable, type Table } from '../locks/document.ts'

/** Where a build backend looks for the modules of a wheel. */
export type Layout =
  | {
      readonly kind: 'layout'
      /** Paths in the project: package folders, or modules that end in .py; the first that exists is it. */
      readonly candidates: readonly string[]
      /** All candidates are packed; the project names them. */
      readonly isExplicit: boolean
      /** The backend takes all packages that it finds, so there must be no other. */
      readonly isAlone: boolean
      /** setuptools packs Python files, stubs and py.typed, and no other data without being told. */
      readonly isSetuptools: boolean
    }
  | { readonly kind: 'other'; readonly why: string }

/** The layout of a project by its build backend, where its settings are the plain ones; else why it can't be told. */
export function backendLayout(data: Table, name: string): Layout {
  const system = data['build-system']
  const backend = isTable(system)
    ? (system['build-backend'] ?? 'setuptools.build_meta:__legacy__')
    : 'setuptools.build_meta:__legacy__'
  if (isTable(system) && system['backend-path'] !== undefined) return other('it brings its own build backend')
  const module = name.replace(/[-.]+/g, '_')
  const modules = [...new Set([module, module.toLowerCase()])]
  switch (backend) {
    case 'hatchling.build':
      return hatchling(data, modules)
    case 'setuptools.build_meta':
    case 'setuptools.build_meta:__legacy__':
      return setuptools(data, modules)
    case 'flit_core.buildapi':
      return flit(data, modules)
    case 'poetry.core.masonry.api':
      return poetry(data, modules)
    case 'uv_build':
      return uv(data, modules)
    case 'pdm.backend':
      return lookUp(data, 'tool', 'pdm', 'build') === undefined
        ? { ...FOUND, candidates: [...inSource(modules), ...modules], isAlone: true }
        : other('[tool.pdm.build] decides what is in its wheel')
    default:
      return other(`its build backend is ${String(backend)}`)
  }
}

const FOUND = { kind: 'layout', isExplicit: false, isAlone: false, isSetuptools: false } as const

/** https://hatch.pypa.io/latest/plugins/builder/wheel/#default-file-selection */
function hatchling(data: Table, modules: readonly string[]): Layout {
  const build = lookUp(data, 'tool', 'hatch', 'build')
  const wheel = lookUp(data, 'tool', 'hatch', 'build', 'targets', 'wheel')
  const isPlain =
    hasOnly(build, ['targets']) &&
    hasOnly(lookUp(data, 'tool', 'hatch', 'build', 'targets'), ['wheel', 'sdist']) &&
    hasOnly(wheel, ['packages'])
  if (!isPlain) return other('[tool.hatch.build] decides what is in its wheel')
  const packages = isTable(wheel) ? wheel['packages'] : undefined
  if (packages === undefined)
    return { ...FOUND, candidates: [...modules, ...inSource(modules), ...modules.map(module => `${module}.py`)] }
  if (!Array.isArray(packages) || !packages.every(path => typeof path === 'string'))
    return other('[tool.hatch.build] is not readable')
  return { ...FOUND, candidates: packages.map(path => path.replace(/^\.\/|\/+$/g, '')), isExplicit: true }
}

/** https://setuptools.pypa.io/en/latest/userguide/package_discovery.html#automatic-discovery */
function setuptools(data: Table, modules: readonly string[]): Layout {
  const settings = lookUp(data, 'tool', 'setuptools')
  const requires = lookUp(data, 'build-system', 'requires') ?? []
  const plugins = Array.isArray(requires)
    ? requires.filter(line => !/^(?:setuptools|wheel)(?![\w.-])/i.test(String(line)))
    : []
  if (plugins.length > 0) return other(`its build needs ${plugins.join(', ')}`)
  const where = JSON.stringify(settings ?? {})
  const alone = { ...FOUND, isAlone: true, isSetuptools: true }
  if (where === '{}') return { ...alone, candidates: [...inSource(modules), ...modules] }
  const inSources = ['{"packages":{"find":{"where":["src"]}}}', '{"package-dir":{"":"src"}}']
  return inSources.includes(where)
    ? { ...alone, candidates: inSource(modules) }
    : other('[tool.setuptools] decides what is in its wheel')
}

/** https://flit.pypa.io/en/stable/pyproject_toml.html */
function flit(data: Table, modules: readonly string[]): Layout {
  const named = lookUp(data, 'tool', 'flit', 'module', 'name')
  if (!hasOnly(lookUp(data, 'tool', 'flit'), ['module', 'sdist']))
    return other('[tool.flit] decides what is in its wheel')
  const names = typeof named === 'string' ? [named] : modules
  return { ...FOUND, candidates: [...names, ...inSource(names)].flatMap(path => [path, `${path}.py`]) }
}

/** https://python-poetry.org/docs/pyproject/#packages */
function poetry(data: Table, modules: readonly string[]): Layout {
  const isPlain = hasOnly(lookUp(data, 'tool', 'poetry'), ['group', 'dev-dependencies', 'source', 'requires-poetry'])
  return isPlain
    ? { ...FOUND, candidates: [...modules, ...inSource(modules)] }
    : other('[tool.poetry] decides what is in its wheel')
}

/** https://docs.astral.sh/uv/concepts/build-backend/#modules */
function uv(data: Table, modules: readonly string[]): Layout {
  const settings = lookUp(data, 'tool', 'uv', 'build-backend')
  if (!hasOnly(settings, ['module-name', 'module-root']))
    return other('[tool.uv.build-backend] decides what is in its wheel')
  const named = isTable(settings) ? settings['module-name'] : undefined
  const root = (isTable(settings) ? settings['module-root'] : undefined) ?? 'src'
  if ((named !== undefined && typeof named !== 'string') || (root !== 'src' && root !== ''))
    return other('[tool.uv.build-backend] decides what is in its wheel')
  const names = named === undefined ? modules : [named]
  return { ...FOUND, candidates: root === 'src' ? inSource(names) : names }
}

function inSource(modules: readonly string[]): readonly string[] {
  return modules.map(module => `src/${module}`)
}

function hasOnly(table: unknown, keys: readonly string[]): boolean {
  return table === undefined || (isTable(table) && Object.keys(table).every(key => keys.includes(key)))
}

/** The value on a path of keys; undefined where one is missing. */
function lookUp(table: Table, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isTable(value) ? value[key] : undefined), table)
}

function other(why: string): Layout {
  return { kind: 'other', why }
}
