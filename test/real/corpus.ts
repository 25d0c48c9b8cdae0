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

/** For the everyday run: natives of every kind, namespaces, and what imports much. */
export const SMALL_CORPUS: readonly string[] = []
