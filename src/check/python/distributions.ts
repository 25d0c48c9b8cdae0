/**
 * Distributions by the module that they bring, where the names differ by more than case; after pipreqs' table, corrected
 * for today's names on PyPI (checked 2026-11-23). https://github.com/bndr/pipreqs/blob/master/pipreqs/mapping
 */
const DISTRIBUTIONS = table(`
  Crypto:pycryptodome Cryptodome:pycryptodomex Levenshtein:levenshtein attr:attrs MySQLdb:mysqlclient OpenSSL:pyOpenSSL PIL:Pillow
  PyPDF2:PyPDF2 Xlib:python-xlib aws_lambda_powertools:aws-lambda-powertools aws_xray_sdk:aws-xray-sdk bs4:beautifulsoup4
  bson:pymongo gridfs:pymongo cairosvg:CairoSVG cv2:opencv-python-headless dateutil:python-dateutil
  datadog_lambda:datadog-lambda decouple:python-decouple discord:discord.py dns:dnspython docx:python-docx
  dotenv:python-dotenv email_validator:email-validator engineio:python-engineio faiss:faiss-cpu fitz:PyMuPDF
  flask_cors:Flask-Cors flask_sqlalchemy:Flask-SQLAlchemy git:GitPython github:PyGithub gitlab:python-gitlab
  google.api_core:google-api-core google.auth:google-auth google.cloud.bigquery:google-cloud-bigquery
  google.cloud.firestore:google-cloud-firestore google.cloud.logging:google-cloud-logging
  google.cloud.pubsub:google-cloud-pubsub google.cloud.pubsub_v1:google-cloud-pubsub
  google.cloud.secretmanager:google-cloud-secret-manager google.cloud.storage:google-cloud-storage
  google.genai:google-genai google.generativeai:google-generativeai google.oauth2:google-auth google.protobuf:protobuf
  googleapiclient:google-api-python-client google_auth_oauthlib:google-auth-oauthlib grpc:grpcio jose:python-jose jwt:PyJWT
  kafka:kafka-python ldap:python-ldap llama_index:llama-index lxml:lxml magic:python-magic markdown:Markdown
  markdown_it:markdown-it-py markupsafe:MarkupSafe mysql:mysql-connector-python nacl:PyNaCl
  newrelic:newrelic oauth2client:oauth2client opensearchpy:opensearch-py phonenumbers:phonenumbers pkg_resources:setuptools
  psycopg2:psycopg2-binary pptx:python-pptx pycryptodome:pycryptodome pydantic_core:pydantic_core
  pydantic_settings:pydantic-settings pymysql:PyMySQL pyodbc:pyodbc pythonjsonlogger:python-json-logger pywintypes:pywin32
  rest_framework:djangorestframework ruamel.yaml:ruamel.yaml sentry_sdk:sentry-sdk serial:pyserial simple_salesforce:simple-salesforce
  skimage:scikit-image sklearn:scikit-learn slack:slackclient slack_bolt:slack-bolt slack_sdk:slack-sdk slugify:python-slugify
  snowflake.connector:snowflake-connector-python socketio:python-socketio socks:PySocks sqlalchemy:SQLAlchemy
  stripe:stripe telegram:python-telegram-bot twilio:twilio typing_extensions:typing_extensions usb:pyusb
  websocket:websocket-client werkzeug:Werkzeug yaml:PyYAML zmq:pyzmq`)

/** Distributions that bring a module of their own name. */
const SAME_NAME = new Set(
  `aiobotocore aiohttp anthropic asyncpg attrs bcrypt cachetools certifi cffi chardet charset_normalizer click cryptography
  django elasticsearch fastapi flask httpx idna jinja2 jmespath joblib jsonschema langchain loguru mangum marshmallow
  matplotlib msgpack networkx nltk numpy openai openpyxl orjson packaging pandas paramiko pillow_heif polars psutil psycopg
  pyarrow pydantic pymongo pytest pytz redis regex requests requests_oauthlib requests_toolbelt rich s3fs scipy seaborn
  setuptools shapely simplejson six starlette structlog tabulate tenacity tiktoken tomli toml torch tqdm transformers twilio
  tzdata ujson urllib3 uvicorn watchtower websockets wrapt xmltodict zeep`.split(/\s+/),
)

/** What takes the place of modules that the standard library has lost. https://peps.python.org/pep-0594/ (checked 2026-11-23) */
const REPLACEMENTS = table(`
  asynchat:pyasynchat asyncore:pyasyncore audioop:audioop-lts cgi:legacy-cgi cgitb:legacy-cgi crypt:legacycrypt
  distutils:setuptools imghdr:standard-imghdr aifc:standard-aifc chunk:standard-chunk mailcap:standard-mailcap
  nntplib:standard-nntplib pipes:standard-pipes smtpd:standard-smtpd sndhdr:standard-sndhdr sunau:standard-sunau
  telnetlib:standard-telnetlib uu:standard-uu xdrlib:standard-xdrlib`)

/** The parts of the longest names in the table. */
const LONGEST = 3

/** The distribution that brings a dotted module, if it is well known. */
export function distributionOf(module: string): string | null {
  const parts = module.split('.', LONGEST)
  for (let count = parts.length; count > 0; count--) {
    const name = parts.slice(0, count).join('.')
    const found = DISTRIBUTIONS.get(name) ?? (SAME_NAME.has(name) ? name.replaceAll('_', '-') : null)
    if (found !== null) return found
  }
  return null
}

/** In words, what brings a module back that the standard library has lost; null: nothing that is well known. */
export function replacementOf(module: string): string | null {
  if (module === 'imp') return 'importlib takes its place'
  if (module === 'distutils') return 'setuptools brings it, once `setuptools` is imported'
  const found = REPLACEMENTS.get(module)
  return found === undefined ? null : `${found} on PyPI brings it back`
}

function table(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .trim()
      .split(/\s+/)
      .map(entry => {
        const [module = '', distribution = ''] = entry.split(':')
        return [module, distribution] as const
      }),
  )
}
