import { DISTRIBUTIONS, type ListedDistribution } from './distributions.ts'

/** Beside those of `DISTRIBUTIONS`, of the same day. */
const MORE_NATIVE = [
  // Data frames, arrays and their files.
  ...['duckdb', 'fastavro', 'fastparquet', 'h5py', 'netcdf4', 'numba', 'numexpr', 'polars', 'pyarrow', 'tables'],
  // Maps.
  ...['fiona', 'pyogrio', 'pyproj', 'rasterio'],
  // Learning, and models that run small.
  ...['lightgbm', 'onnxruntime', 'safetensors', 'scikit-image', 'sentencepiece', 'spacy', 'statsmodels', 'tiktoken'],
  ...['tokenizers'],
  // Pictures and documents.
  ...['opencv-python-headless', 'pikepdf', 'pillow-heif', 'pymupdf', 'pypdfium2', 'reportlab'],
  // Databases, queues and what speaks to them.
  ...['aiokafka', 'confluent-kafka', 'hiredis', 'lmdb', 'mysql-connector-python', 'mysqlclient', 'oracledb', 'pymssql'],
  ...['pyodbc', 'snowflake-connector-python'],
  // Text, bytes and hashes.
  ...['blake3', 'brotli', 'ciso8601', 'crc32c', 'jiter', 'levenshtein', 'mmh3', 'msgspec', 'python-snappy'],
  ...['rapidfuzz', 'rjsmin', 'selectolax', 'xxhash'],
  // Waiting, and watching what runs.
  ...['ddtrace', 'frozenlist', 'gevent', 'multidict', 'newrelic', 'psutil', 'pycurl', 'tornado', 'watchfiles', 'yarl'],
  // Secrets.
  ...['argon2-cffi', 'gssapi', 'pycryptodome', 'pycryptodomex', 'xmlsec'],
]

const MORE_PURE = [
  // What AWS and other clouds bring.
  ...['aws-xray-sdk', 'azure-storage-blob', 'datadog-lambda', 'google-cloud-bigquery', 'opensearch-py', 's3fs'],
  // Other people's services.
  ...['anthropic', 'elasticsearch', 'openai', 'sentry-sdk', 'slack-sdk', 'stripe', 'twilio'],
  // The web.
  ...['asgiref', 'graphene', 'itsdangerous', 'python-jose', 'starlette'],
  // Data.
  ...['attrs', 'dask', 'geopandas', 'lark', 'marshmallow', 'networkx', 'openpyxl', 'pypdf', 'python-dateutil'],
  ...['python-docx', 'python-pptx', 'pytz', 'seaborn', 'sympy', 'tabulate', 'xarray', 'xmltodict'],
  // Databases.
  ...['alembic', 'peewee', 'pymysql', 'sqlmodel'],
  // All the rest.
  ...['celery', 'langchain-core', 'loguru', 'nltk', 'pyopenssl', 'pytest', 'six', 'structlog', 'tenacity', 'tqdm'],
]

/** What is packed one by one, each with what it requires, to see what the checks say of it. Written before they were asked. */
export const CORPUS: readonly ListedDistribution[] = [
  ...DISTRIBUTIONS,
  ...MORE_NATIVE.map(name => ({ name, isNative: true })),
  ...MORE_PURE.map(name => ({ name, isNative: false })),
]

/** For the everyday run: natives of every kind of build, namespaces, vendored modules, loaders of their own, and what imports much. */
export const SMALL_CORPUS: readonly string[] = [
  ...['aiohttp', 'bcrypt', 'cffi', 'cryptography', 'duckdb', 'lxml', 'numpy', 'orjson', 'pandas', 'pillow'],
  ...['psycopg2-binary', 'pymongo', 'pyodbc', 'pyyaml', 'pyzmq', 'sqlalchemy'],
  ...[
    'aws-lambda-powertools',
    'boto3',
    'dask',
    'django',
    'fastapi',
    'google-cloud-storage',
    'jinja2',
    'opentelemetry-sdk',
  ],
  ...['setuptools', 'slack-sdk'],
]

/** By Python: what has no wheel, of its own or of what it requires, that loads there, or none without building another. */
export const WITHOUT_WHEELS: Readonly<Record<string, readonly string[]>> = {
  '3.11': ['gssapi', 'mysqlclient', 'pycurl'],
  '3.12': ['fiona', 'gssapi', 'mysqlclient'],
  '3.13': ['gssapi', 'mysqlclient'],
  '3.14': ['fiona', 'gssapi', 'mysqlclient'],
}

/** An error or warning that is told of a distribution, and is true. */
export interface TrueFinding {
  readonly name: string
  readonly code: string
  readonly why: string
  /** Where it is told; everywhere if absent. */
  readonly pythons?: readonly string[]
  /** The library is on machines that develop, so importing there shows nothing; the report stands for it. */
  readonly isOfLambda?: boolean
}

const LIBRARY = { code: 'ELF_LIBRARY_MISSING', isOfLambda: true }
const MODULE = { code: 'PYTHON_IMPORT_MISSING_IN_PACKAGE' }

export const TRUE_FINDINGS: readonly TrueFinding[] = [
  { name: 'duckdb', ...MODULE, why: 'adbc_driver_duckdb needs adbc_driver_manager, which the extra `all` brings' },
  { name: 'google-cloud-storage', ...MODULE, why: '_storage_v2 needs grpc, which the extra `grpc` brings' },
  { name: 'googleapis-common-protos', ...MODULE, why: 'operations_pb2_grpc needs grpc, which the extra `grpc` brings' },
  {
    name: 'fiona',
    ...LIBRARY,
    pythons: ['3.11'],
    why: 'it needs libexpat: https://github.com/lambgeo/geo-layer/issues/14',
  },
  {
    name: 'lightgbm',
    ...LIBRARY,
    pythons: ['3.11'],
    why: 'it needs libgomp: https://github.com/dmlc/xgboost/issues/11048',
  },
  { name: 'pyodbc', ...LIBRARY, why: 'it needs unixODBC: https://github.com/mkleehammer/pyodbc/wiki/Install' },
  {
    name: 'rasterio',
    ...LIBRARY,
    pythons: ['3.11'],
    why: 'it needs libexpat: https://github.com/lambgeo/geo-layer/issues/14',
  },
  { name: 'slack-sdk', ...MODULE, why: 'the old name, slack, needs aiohttp, which the extra `optional` brings' },
]
