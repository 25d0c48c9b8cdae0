/**
 * The modules that Lambda's Python runtimes have without any artifact, and how they come to the function's own.
 * Names of the standard library and built-in modules as CPython 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0 give them
 * (`sys.stdlib_module_names`, `sys.builtin_module_names`), for newer ones as documented; checked 2026-11-23:
 * https://docs.python.org/3.14/whatsnew/3.14.html#new-modules https://docs.python.org/3.15/whatsnew/3.15.html#new-modules
 * Names that start with an underscore are left out: nobody can tell them from the outside.
 */

/** In all versions; what is for Windows alone is left out. `test` is there, but not in CPython's own list. */
const STANDARD = names(`
  __future__ abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar
  cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg
  csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler
  fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip
  hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress itertools json keyword linecache locale
  logging lzma mailbox marshal math mimetypes mmap modulefinder multiprocessing netrc ntpath nturl2path numbers opcode
  operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile
  pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter
  runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat
  statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios test
  textwrap this threading time timeit tkinter token tokenize trace traceback tracemalloc tty turtle turtledemo types typing
  unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib
  zoneinfo`)

/** The modules that came, by the minor version that brought them. */
const ADDED: readonly (readonly [minor: number, names: string])[] = [
  [11, 'tomllib'],
  [14, 'annotationlib compression'],
  [15, 'profiling'],
]

/** The modules that went, by the first minor version without them. */
const REMOVED: readonly (readonly [minor: number, names: string])[] = [
  [10, 'formatter parser symbol'],
  [11, 'binhex'],
  [12, 'asynchat asyncore distutils imp smtpd'],
  [
    13,
    'aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap nis nntplib ossaudiodev pipes sndhdr spwd sunau telnetlib uu xdrlib',
  ],
  [15, 'sre_compile sre_constants sre_parse'],
]

const WINDOWS_ALONE = names('msilib msvcrt nt winreg winsound')

/** Compiled into the interpreter: Lambda refuses a handler in a module of such a name. */
const BUILT_IN = names(`
  _abc _ast _codecs _collections _functools _imp _io _locale _operator _signal _sre _stat _string _symtable _thread
  _tracemalloc _warnings _weakref atexit builtins errno faulthandler gc itertools marshal posix pwd sys time`)

/**
 * What is imported before the artifact gets onto Python's path, so that an own module of the name is never loaded. Seen
 * with awslambdaric 2.2.1, 3.1.1, 4.0.1 and 4.2.2 on Python 3.9 to 3.13; checked 2026-11-23.
 * https://github.com/aws/aws-lambda-python-runtime-interface-client
 */
const LOADED_EARLY = names(`
  __future__ __main__ abc awslambdaric codecs collections copyreg decimal encodings enum functools genericpath importlib io
  json keyword linecache logging math numbers operator os posixpath re reprlib runtime_client simplejson site stat string
  threading traceback types warnings weakref zipimport`)

/**
 * Packages that the runtime brings; the artifact's own go first.
 * https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-dependencies (checked 2026-11-23)
 */
const RUNTIME_PACKAGES = names(`
  awslambdaric boto3 botocore dateutil jmespath runtime_client s3transfer simplejson six snapshot_restore_py urllib3`)

/** Came with Python's own installation until 3.11; whether a runtime keeps them is not documented. */
const PERHAPS_UNTIL_3_11 = names('_distutils_hack pip pkg_resources setuptools')

/** Modules that many others of the standard library, or boto3, import. */
const WIDELY_USED = names(`
  array ast base64 binascii bisect bz2 calendar concurrent contextlib contextvars copy csv datetime dataclasses dis email
  fcntl fnmatch glob gzip hashlib heapq hmac html http inspect ipaddress locale lzma mimetypes opcode pathlib pickle platform
  pprint queue random select selectors shutil signal socket ssl struct subprocess tempfile textwrap token tokenize typing
  urllib uuid xml zipfile zlib`)

/** Where a module that the artifact lacks can still come from. */
export type RuntimeModule = 'standard' | 'runtime' | 'perhaps' | null

/** What the runtime of a Python version such as 3.13 knows of a topmost module's name. */
export function runtimeModule(name: string, version: string): RuntimeModule {
  const minor = minorOf(version)
  if (BUILT_IN.has(name)) return 'standard'
  if (name.startsWith('_') && name !== '__future__') return LOADED_EARLY.has(name) ? 'standard' : 'perhaps'
  if (STANDARD.has(name)) return 'standard'
  const added = minorIn(ADDED, name)
  if (added !== null) return minor >= added ? 'standard' : null
  const removed = minorIn(REMOVED, name)
  if (removed !== null) return minor < removed ? 'standard' : null
  if (RUNTIME_PACKAGES.has(name)) return 'runtime'
  return minor <= 11 && PERHAPS_UNTIL_3_11.has(name) ? 'perhaps' : null
}

/** Whether Lambda refuses a handler whose module has this first name. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN.has(name)
}

/** Whether an own module of this name is never loaded, since one is there before it. */
export function isLoadedEarly(name: string): boolean {
  return BUILT_IN.has(name) || LOADED_EARLY.has(name)
}

/** Whether it is a package that is there before an own one. */
export function isPackageLoadedEarly(name: string): boolean {
  return ['awslambdaric', 'collections', 'encodings', 'importlib', 'json', 'logging', 'simplejson'].includes(name)
}

/** Whether an own module of this name stands in the way of many modules of Python and of the AWS SDK. */
export function isWidelyUsed(name: string): boolean {
  return WIDELY_USED.has(name)
}

/** Why the standard library of a version lacks a module that others of it have; null if none ever had it. */
export function standardLibraryGap(
  name: string,
  version: string,
):
  | { readonly kind: 'removed' | 'added'; readonly version: string }
  | { readonly kind: 'windows'; readonly version: null }
  | null {
  if (WINDOWS_ALONE.has(name)) return { kind: 'windows', version: null }
  const minor = minorOf(version)
  const removed = minorIn(REMOVED, name)
  if (removed !== null && minor >= removed) return { kind: 'removed', version: `3.${removed}` }
  const added = minorIn(ADDED, name)
  return added !== null && minor < added ? { kind: 'added', version: `3.${added}` } : null
}

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

function minorIn(table: readonly (readonly [minor: number, names: string])[], name: string): number | null {
  return table.find(([, listed]) => listed.split(' ').includes(name))?.[0] ?? null
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}
