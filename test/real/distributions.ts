/** A published distribution, and whether its wheels hold compiled code. */
export interface ListedDistribution {
  readonly name: string
  readonly isNative: boolean
}

/** The versions are those that were current on this day, so that a test of them has one answer. */
export const VERSIONS_OF = '2026-11-01'

const NATIVE = [
  // The network and its secrets.
  ...[
    'aiohttp',
    'argon2-cffi-bindings',
    'bcrypt',
    'cffi',
    'cryptography',
    'httptools',
    'pynacl',
    'uvloop',
    'websockets',
  ],
  // Data in and out.
  ...['charset-normalizer', 'lxml', 'lz4', 'markupsafe', 'msgpack', 'orjson', 'pydantic-core', 'pyyaml', 'regex'],
  ...['rpds-py', 'ruamel-yaml-clib', 'simplejson', 'ujson', 'zstandard'],
  // Databases and queues; greenlet brings C headers.
  ...['asyncpg', 'greenlet', 'psycopg-binary', 'psycopg2-binary', 'pymongo', 'pyzmq', 'sqlalchemy'],
  // Google's.
  ...['google-crc32c', 'grpcio', 'protobuf', 'wrapt'],
  // Science; fonttools brings a manual page, numpy for python3.11 bytecode.
  ...[
    'contourpy',
    'fonttools',
    'kiwisolver',
    'matplotlib',
    'numpy',
    'pandas',
    'pillow',
    'scikit-learn',
    'scipy',
    'shapely',
  ],
]

const PURE = [
  // jmespath keeps a script in its .data folder.
  ...['aws-lambda-powertools', 'boto3', 'jmespath', 'paramiko', 'pydantic', 'pyjwt', 'requests'],
  ...['click', 'django', 'fastapi', 'flask', 'httpx', 'jinja2', 'mangum', 'rich', 'uvicorn', 'werkzeug'],
  ...['beautifulsoup4', 'docutils', 'jsonschema', 'markdown', 'psycopg', 'redis', 'ruamel-yaml'],
  // Two namespaces that many distributions share, without an __init__.py.
  ...[
    'google-api-core',
    'google-cloud-storage',
    'googleapis-common-protos',
    'grpc-google-iam-v1',
    'grpcio-status',
    'proto-plus',
  ],
  ...[
    'opentelemetry-api',
    'opentelemetry-exporter-otlp-proto-grpc',
    'opentelemetry-instrumentation',
    'opentelemetry-sdk',
  ],
  // setuptools brings a .pth file.
  ...['joblib', 'setuptools', 'threadpoolctl'],
]

/** What people pack; all are taken together, with all that they require. */
export const DISTRIBUTIONS: readonly ListedDistribution[] = [
  ...NATIVE.map(name => ({ name, isNative: true })),
  ...PURE.map(name => ({ name, isNative: false })),
]
