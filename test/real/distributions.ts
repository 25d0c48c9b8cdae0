/** A published distribution, and whether its wheels hold compiled code. */
export interface ListedDistribution {
  readonly name: string
  readonly isNative: boolean
}

/** Distributions that one function might use together. */
export interface Group {
  readonly name: string
  readonly distributions: readonly ListedDistribution[]
}

/** The versions are those that were current on this day, so that a test of them has one answer. */
export const VERSIONS_OF = '2026-11-01'

/** What people pack; each is taken with all that it requires. */
export const GROUPS: readonly Group[] = [
  group('aws', {
    native: ['pydantic-core', 'cryptography', 'aiohttp', 'cffi', 'bcrypt', 'pynacl', 'argon2-cffi-bindings'],
    // boto3's jmespath keeps a script in its .data folder.
    pure: ['boto3', 'requests', 'pydantic', 'aws-lambda-powertools', 'pyjwt', 'paramiko', 'jmespath'],
  }),
  group('web', {
    native: ['uvloop', 'httptools', 'orjson', 'markupsafe', 'websockets'],
    pure: ['fastapi', 'uvicorn', 'httpx', 'jinja2', 'werkzeug', 'flask', 'django', 'click', 'rich', 'mangum'],
  }),
  group('databases', {
    // greenlet brings C headers.
    native: [
      'sqlalchemy',
      'greenlet',
      'psycopg2-binary',
      'psycopg-binary',
      'pymongo',
      'asyncpg',
      'lz4',
      'zstandard',
      'msgpack',
      'pyzmq',
    ],
    pure: ['psycopg', 'redis'],
  }),
  group('google and opentelemetry', {
    // Both are namespaces without an __init__.py that many distributions share.
    native: ['grpcio', 'protobuf', 'google-crc32c', 'wrapt'],
    pure: [
      'googleapis-common-protos',
      'google-api-core',
      'google-cloud-storage',
      'proto-plus',
      'opentelemetry-api',
      'opentelemetry-sdk',
      'opentelemetry-exporter-otlp-proto-grpc',
      'opentelemetry-instrumentation',
    ],
  }),
  group('text', {
    native: ['lxml', 'pyyaml', 'ruamel-yaml-clib', 'regex', 'rpds-py', 'ujson', 'simplejson', 'charset-normalizer'],
    // setuptools brings a .pth file.
    pure: ['ruamel-yaml', 'jsonschema', 'docutils', 'beautifulsoup4', 'markdown', 'setuptools'],
  }),
  group('science', {
    native: [
      'numpy',
      'pandas',
      'scipy',
      'scikit-learn',
      'matplotlib',
      'pillow',
      'shapely',
      'contourpy',
      'kiwisolver',
      'fonttools',
    ],
    pure: ['joblib', 'threadpoolctl'],
  }),
]

function group(
  name: string,
  { native, pure }: { readonly native: readonly string[]; readonly pure: readonly string[] },
): Group {
  const listed = (isNative: boolean) => (one: string) => ({ name: one, isNative })
  return { name, distributions: [...native.map(listed(true)), ...pure.map(listed(false))] }
}
