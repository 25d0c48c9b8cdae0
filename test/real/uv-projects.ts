import { makeWheel } from '../wheels.ts'

/** A project as people have it, for uv to lock. */
export interface UvProject {
  /** Its files, but the lock. */
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** The function's folder in it. */
  readonly root: string
  readonly extras: readonly string[]
  readonly groups: readonly string[]
  /** Small enough to be installed for each target, and not only chosen. */
  readonly isInstalled: boolean
}

/** What wheel file names may hold, by name of the package: `build-`python-abi-platform. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  builds: ['py3-none-any', '1-py3-none-any', '2-py3-none-any', '10-py3-none-any', '2a-py3-none-any'],
  'builds-below-tags': ['9-py3-none-any', ...both('1-cp311-abi3-manylinux_2_17'), ...both('cp311-abi3-manylinux_2_17')],
  abis: [
    ...['cp311-cp311', 'cp312-cp312', 'cp313-cp313', 'cp313-cp313t', 'cp314-cp314t'].flatMap(tag =>
      both(`${tag}-manylinux2014`),
    ),
    ...both('cp310-abi3-manylinux_2_28'),
    ...both('cp311-abi3-manylinux2014'),
    ...both('cp314-abi3-manylinux2014'),
    ...both('cp311-none-manylinux_2_17'),
    ...both('py3-none-manylinux_2_17'),
    'py3-none-any',
  ],
  'abi-before-platform': [...both('cp39-abi3-manylinux_2_17'), ...both('cp311-abi3-manylinux_2_5')],
  levels: [5, 12, 17, 18, 24, 26, 27, 28, 34, 35].flatMap(minor => both(`cp311-abi3-manylinux_2_${minor}`)),
  'legacy-levels': ['1', '2010', '2014'].flatMap(level => both(`cp311-abi3-manylinux${level}`)),
  'level-of-amazon-linux-2': [18, 26].flatMap(minor => both(`py3-none-manylinux_2_${minor}`)),
  'level-above': both('py3-none-manylinux_2_27'),
  combined: [
    'cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_28_x86_64.linux_aarch64',
    'cp311.cp312-abi3.none-manylinux_2_24_x86_64.manylinux_2_24_aarch64',
    'py2.py3-none-any',
  ],
  'any-by-python': ['py3-none-any', 'py311-none-any', 'py312-none-any', 'py39-none-any', 'py2.py3-none-any'],
  'any-of-cpython': ['py3-none-any', 'cp311-none-any', 'cp313-none-any', 'cp31-none-any', 'py31-none-any'],
  musl: [...both('cp311-abi3-musllinux_1_2'), ...both('cp311-abi3-manylinux_2_12')],
  'other-systems': ['py3-none-win_amd64', 'py3-none-macosx_11_0_arm64', 'py3-none-any'],
  'other-pythons': ['pp311-pypy311_pp73-any', 'py2-none-any', 'py30-none-any', 'py315-none-any'],
}

const BUILT = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'

/** Wheels alone, abi3 and per version; sdists alone; forks by Python, platform and extra; members, groups, URLs. */
export const UV_PROJECTS: Readonly<Record<string, UvProject>> = {
  'a boto3 function': { ...app(['boto3', 'aws-xray-sdk']), isInstalled: true },
  'a FastAPI function': app([
    'fastapi>=0.110',
    'pydantic[email]',
    'uvicorn[standard]',
    'mangum',
    'orjson ; platform_python_implementation == "CPython"',
  ]),
  'data science': app(['numpy', 'pandas[performance]', 'scipy', 'scikit-learn', 'matplotlib']),
  'an HTTP client': { ...app(['requests[socks]', 'cryptography', 'httpx[http2,brotli]']), isInstalled: true },
  'a Django worker': app(['django>=5', 'psycopg[binary]', 'celery[redis,sqs]', 'gunicorn']),
  'Google storage': app(['google-cloud-storage', 'google-cloud-pubsub']),
  OpenTelemetry: app([
    'opentelemetry-distro',
    'opentelemetry-exporter-otlp',
    'opentelemetry-instrumentation-aws-lambda',
    'opentelemetry-instrumentation-botocore',
  ]),
  'pages and pictures': app([
    'pillow',
    'lxml[html_clean]',
    'beautifulsoup4[charset-normalizer]',
    'markdown-it-py[plugins]',
  ]),
  'data frames': app(['polars[pyarrow,deltalake]', 'duckdb']),
  'Powertools with all extras': app(['aws-lambda-powertools[all]', 'aws-lambda-powertools[tracer]>=3']),
  'SQL drivers': app(['sqlalchemy[asyncio]', 'psycopg2-binary', 'pymysql[rsa]', 'asyncpg', 'aiomysql']),
  'wheels for new systems alone': app(['onnxruntime', 'tokenizers', 'requests']),
  'versions older than their Pythons': app([
    'numpy==1.26.4',
    'grpcio==1.62.3',
    'markupsafe==2.1.5',
    'pyyaml==6.0.1',
    'redis<5.1',
    'lxml==5.1.0',
  ]),
  'forks by Python': app([
    "numpy<2 ; python_version < '3.12'",
    "numpy>=2 ; python_version >= '3.12'",
    "typing-extensions ; python_full_version < '3.13.2'",
    "tomli ; python_version < '3.11'",
    "pandas<2.3 ; python_version == '3.11'",
  ]),
  'forks by platform': app([
    "protobuf<5 ; platform_machine == 'aarch64'",
    "protobuf>=5 ; platform_machine != 'aarch64'",
    "pywin32 ; sys_platform == 'win32'",
    "uvloop ; sys_platform != 'win32'",
    "simplejson ; platform_machine == 'x86_64' and python_version >= '3.13'",
    "appnope ; platform_system == 'Darwin'",
    "greenlet ; 'linux' in sys_platform and (platform_machine == 'aarch64' or os_name == 'nt')",
  ]),
  'sources alone': app(['docopt==0.6.2', 'future==0.18.3', 'psycopg2==2.9.10', 'pyjwt[crypto]']),
  'extras and groups, with dev left out': {
    ...app(
      ['attrs'],
      `
[project.optional-dependencies]
Fast_Path = ["orjson", "uvloop ; sys_platform == 'linux'"]
slow = ["simplejson"]
all = ["app[fast-path,slow]"]
[dependency-groups]
base = ["msgpack"]
prod = [{ include-group = "base" }, "structlog ; python_version >= '3.12'"]
dev = ["pytest", "black", "attrs[dev]", { include-group = "prod" }]
docs = ["sphinx"]
`,
    ),
    extras: ['fast_path'],
    groups: ['prod'],
    isInstalled: true,
  },
  'an extra in conflict with another': { ...conflicting(), extras: ['old'] },
  'the other extra of the conflict': { ...conflicting(), extras: ['new'], groups: ['batch'] },
  'a prerelease, overrides and constraints': app(
    ['pydantic>=2.12.0b1', 'jinja2', 'requests'],
    `
[tool.uv]
prerelease = "if-necessary-or-explicit"
override-dependencies = ["markupsafe==3.0.2"]
constraint-dependencies = ["urllib3<2.3", "idna<3.8"]
`,
  ),
  'Linux alone, a wheel and a source by URL': app(
    [
      'idna @ https://files.pythonhosted.org/packages/76/c6/c88e154df9c4e1a2a66ccf0005a88dfb2650c1dffb6f5ce603dfbd452ce3/idna-3.10-py3-none-any.whl',
      'docopt @ https://files.pythonhosted.org/packages/a2/55/8f8cab2afd404cf578136ef2cc5dfb50baa1761b68c9da1fb1e4eed343c9/docopt-0.6.2.tar.gz',
      'pyyaml',
      'cffi',
    ],
    `
[tool.uv]
environments = ["sys_platform == 'linux' and implementation_name == 'cpython'"]
`,
  ),
  'a member of a workspace': workspace('packages/api'),
  'another member, at the root': workspace('.'),
  'a workspace whose root is no project': {
    ...workspace('.', '[dependency-groups]\njobs = ["structlog", "croniter"]\ndev = ["mypy"]\n'),
    groups: ['jobs'],
  },
  'wheels of our own, with all kinds of tags': tagged(),
}

function app(dependencies: readonly string[], more = ''): UvProject {
  const files = { 'pyproject.toml': `${project('app', dependencies)}${more}` }
  return { files, root: '.', extras: [], groups: [], isInstalled: false }
}

function project(name: string, dependencies: readonly string[]): string {
  return `[project]
name = "${name}"
version = "1.0.0"
requires-python = ">=3.11"
dependencies = ${JSON.stringify(dependencies)}
`
}

function conflicting(): UvProject {
  return app(
    ['pandas ; python_version < "3.14"', 'six'],
    `
[project.optional-dependencies]
old = ["numpy<2", "lxml<6"]
new = ["numpy>=2.2", "lxml>=6"]
[dependency-groups]
batch = ["msgpack"]
nightly = ["msgpack<1.1"]
[tool.uv]
conflicts = [
  [{ extra = "old" }, { extra = "new" }],
  [{ group = "batch" }, { group = "nightly" }],
]
`,
  )
}

/** Two members below the root, one with an extra, one with an entry of its own, and a project beside the workspace. */
function workspace(
  root: string,
  top = `${project('acme', ['acme-core', 'boto3'])}${source('acme-core', 'workspace = true')}`,
): UvProject {
  const core = `${project('acme-core', ['pydantic', 'acme-text'])}[project.optional-dependencies]\ntables = ["numpy"]\n`
  const api = project('acme-api', ['acme-core[tables]', 'fastapi'])
  return {
    files: {
      'pyproject.toml': `${top}[tool.uv.workspace]\nmembers = ["packages/*"]\n`,
      'packages/core/pyproject.toml': `${core}${BUILT}${source('acme-text', 'path = "../../shared/text"')}`,
      'packages/core/src/acme_core/__init__.py': '',
      'packages/api/pyproject.toml': `${api}${BUILT}${source('acme-core', 'workspace = true')}[dependency-groups]\ndev = ["pytest"]\n`,
      'packages/api/acme_api/__init__.py': '',
      'shared/text/pyproject.toml': `${project('acme-text', ['markupsafe'])}${BUILT}`,
      'shared/text/acme_text/__init__.py': '',
    },
    root,
    extras: [],
    groups: [],
    isInstalled: false,
  }
}

function source(name: string, from: string): string {
  return `[tool.uv.sources]\n${name} = { ${from} }\n`
}

function both(tag: string): readonly string[] {
  return [`${tag}_x86_64`, `${tag}_aarch64`]
}

/** A project whose index is a folder of wheels that exist in this test alone. */
function tagged(): UvProject {
  const wheels = Object.entries(TAGS).flatMap(([name, tags]) =>
    tags.map(tag => {
      const { bytes } = makeWheel({ name, version: '1.0', tag: tag.replace(/^\d+\w?-/, ''), files: { 'x.py': tag } })
      return [`wheels/${name.replaceAll('-', '_')}-1.0-${tag}.whl`, bytes] as const
    }),
  )
  const settings = `
[tool.uv]
no-index = true
find-links = ["wheels"]
${source('by-path', 'path = "by_path-1.0-py3-none-any.whl"')}`
  const byPath = makeWheel({ name: 'by-path', version: '1.0' })
  const { files, ...rest } = app(['by-path', ...Object.keys(TAGS)], settings)
  return { ...rest, files: { ...files, [byPath.filename]: byPath.bytes, ...Object.fromEntries(wheels) } }
}
