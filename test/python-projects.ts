/** A small Python function, broken or nearly, and what the checks say of it on Python 3.13. */
export interface PythonProject {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly handler: string
  readonly codes: readonly string[]
}

const HANDLER = 'def handler(event, context): return event\n'

/** A function whose module is app.py and ends in a handler. */
function app(
  title: string,
  source: string,
  codes: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): PythonProject {
  return { title, files: { 'app.py': `${source}\n${HANDLER}`, ...more }, handler: 'app.handler', codes }
}

function handled(
  title: string,
  handler: string,
  files: Readonly<Record<string, string>>,
  codes: readonly string[] = [],
): PythonProject {
  return { title, files, handler, codes }
}

export const PYTHON_PROJECTS: readonly PythonProject[] = [
  // Modules that are there or not.
  app('imports the standard library and the SDK', 'import os.path, json, boto3\nfrom botocore.config import Config'),
  app('lacks a module of its own', 'import helpers', ['PYTHON_IMPORT_MISSING'], { 'helper.py': '' }),
  app('has a module of its own', 'import helper', [], { 'helper.py': '' }),
  app('lacks a distribution', 'import json\nimport requests', ['PYTHON_IMPORT_MISSING']),
  app('lacks a distribution of another name', 'import yaml', ['PYTHON_IMPORT_MISSING']),
  app('lacks two distributions', 'import yaml, requests', ['PYTHON_IMPORT_MISSING', 'PYTHON_IMPORT_MISSING']),
  app('lacks a distribution deep down', 'from lib import one', ['PYTHON_IMPORT_MISSING'], {
    'lib/one.py': 'from .two import x',
    'lib/two.py': 'import numpy\nx = 1',
  }),
  app('lacks a distribution in what a package takes of itself', 'import lib', ['PYTHON_IMPORT_MISSING'], {
    'lib/__init__.py': 'from . import part\n',
    'lib/part.py': 'import numpy\n',
  }),
  app('has a package that binds a name before it takes it of itself', 'import lib', [], {
    'lib/__init__.py': 'part = 1\nfrom . import part\n',
    'lib/part.py': 'import numpy\n',
  }),
  app('lacks what it need not have', 'try:\n    import requests\nexcept ImportError:\n    requests = None'),
  app('lacks what one line need not have', 'try: import requests\nexcept ImportError: requests = None'),
  app('lacks what a function imports', 'def later():\n    import requests'),
  app('lacks what types need', 'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests'),
  app('lacks what it suppresses', 'import contextlib\nwith contextlib.suppress(ImportError):\n    import requests'),
  app('speaks of imports in its docstring', '"""\nimport requests\nfrom now on import nothing\n"""'),
  app('lacks a module after a semicolon', 'import json; import requests', ['PYTHON_IMPORT_MISSING']),
  app(
    'lacks a module of several lines',
    'from helper import (\n    one,\n    two,\n)\nimport requests',
    ['PYTHON_IMPORT_MISSING'],
    {
      'helper.py': 'one = two = 1',
    },
  ),
  app(
    'lacks a module that only an optional one needs',
    'try:\n    import extra\nexcept ImportError:\n    extra = None',
    [],
    {
      'extra.py': 'import requests',
    },
  ),
  // Packages.
  app('has a namespace package', 'import company.tools.text', [], { 'company/tools/text.py': '' }),
  app('has a submodule', 'from pkg import part', [], { 'pkg/__init__.py': '', 'pkg/part.py': '' }),
  app('lacks a submodule', 'import pkg.part', ['PYTHON_IMPORT_MISSING'], { 'pkg/__init__.py': '' }),
  app('takes a module for a package', 'import pkg.part', ['PYTHON_IMPORT_MISSING'], { 'pkg.py': '' }),
  app('lacks a name of a namespace package', 'from company import tools', ['PYTHON_NAME_MISSING'], {
    'company/other.py': '',
  }),
  app('lacks a name of a package', 'from pkg import part', ['PYTHON_NAME_MISSING'], { 'pkg/__init__.py': 'parts = 1' }),
  app('has a name in a branch', 'from pkg import part', [], { 'pkg.py': 'if True:\n    part = 1' }),
  app('has a name by __getattr__', 'from pkg import part', [], { 'pkg.py': 'def __getattr__(name): return 1' }),
  app('has a name by globals', 'from pkg import part', [], { 'pkg.py': "globals()['part'] = 1" }),
  app('has a name by a star', 'from pkg import part', [], {
    'pkg/__init__.py': 'from .inner import *',
    'pkg/inner.py': 'part = 1',
  }),
  app('lacks a name behind a star', 'from pkg import part', ['PYTHON_NAME_MISSING'], {
    'pkg/__init__.py': 'from .inner import *',
    'pkg/inner.py': 'parts = 1',
  }),
  app('has a name that another module sets', 'import setter\nfrom pkg import part', [], {
    'pkg.py': '',
    'setter.py': 'import pkg\npkg.part = 1',
  }),
  app('takes a package before a module', 'from pkg import part', ['PYTHON_NAME_MISSING'], {
    'pkg.py': 'part = 1',
    'pkg/__init__.py': '',
  }),
  app('names a submodule that its package has as a name', 'from pkg import part', [], {
    'pkg/__init__.py': 'part = 1',
    'pkg/part.py': 'import requests',
  }),
  app('has a module from sys.modules', 'import made.part', [], {
    'made/__init__.py': "import sys, json\nsys.modules['made.part'] = json",
  }),
  // Relative imports.
  handled('imports a sibling', 'pkg.app.handler', {
    'pkg/app.py': `from . import util\n${HANDLER}`,
    'pkg/util.py': '',
  }),
  handled('imports a sibling of its parent', 'pkg/sub/app.handler', {
    'pkg/sub/app.py': `from ..util import x\n${HANDLER}`,
    'pkg/util.py': 'x = 1',
  }),
  handled(
    'lacks a sibling',
    'pkg.app.handler',
    { 'pkg/app.py': `from .utils import x\n${HANDLER}`, 'pkg/util.py': 'x = 1' },
    ['PYTHON_IMPORT_MISSING'],
  ),
  handled(
    'lacks a sibling as a name',
    'pkg.app.handler',
    { 'pkg/app.py': `from . import utils\n${HANDLER}`, 'pkg/util.py': '' },
    ['PYTHON_NAME_MISSING'],
  ),
  app('imports a sibling without a package', 'from . import util', ['PYTHON_RELATIVE_IMPORT'], { 'util.py': '' }),
  handled(
    'imports from beyond its package',
    'pkg.app.handler',
    { 'pkg/app.py': `from ..util import x\n${HANDLER}`, 'util.py': 'x = 1' },
    ['PYTHON_RELATIVE_IMPORT'],
  ),
  // Circles.
  app('goes in a circle by modules', 'import other\nx = 1', [], { 'other.py': 'import app' }),
  app('goes in a circle for a name that is there', 'x = 1\nimport other', [], { 'other.py': 'from app import x' }),
  app('goes in a circle for a name that comes later', 'import other\nx = 1', ['PYTHON_CIRCULAR_IMPORT'], {
    'other.py': 'from app import x',
  }),
  app('goes in a circle inside a function', 'import other\nx = 1', [], {
    'other.py': 'def later():\n    from app import x',
  }),
  app(
    'goes in a circle that another order breaks',
    'try:\n    import other\nexcept ImportError:\n    pass\nimport third\nx = 1',
    [],
    {
      'other.py': 'import third',
      'third.py': 'y = 1',
    },
  ),
  // Names of Python's.
  app('imports a module that 3.12 lost', 'import distutils', ['PYTHON_IMPORT_MISSING']),
  app('imports a module that 3.13 lost', 'import cgi', ['PYTHON_IMPORT_MISSING']),
  app('imports a module that 3.11 brought', 'import tomllib'),
  app('imports a module of Windows', 'import winreg', ['PYTHON_IMPORT_MISSING']),
  app('has an unused module of a name of Python', 'import os', [], { 'numbers.py': 'x = 1' }),
  handled('has a handler in a built-in module', 'time.handler', { 'time.py': HANDLER }, ['HANDLER_MODULE_BUILT_IN']),
  handled('has a handler in a module loaded before', 'json.handler', { 'json.py': HANDLER }, [
    'HANDLER_MODULE_NEVER_LOADED',
  ]),
  handled('has a handler in a package loaded before', 'logging/app.handler', { 'logging/app.py': HANDLER }, [
    'HANDLER_MODULE_NEVER_LOADED',
  ]),
  handled('has a handler in a module like a standard one', 'cmd.handler', { 'cmd.py': HANDLER }, [
    'HANDLER_MODULE_LIKE_STANDARD',
  ]),
  app('has a folder of the name of a standard module', 'import email.message', [], { 'email/template.txt': 'Hello' }),
  // Handlers.
  handled('has a handler with slashes', 'src/api/app.handler', { 'src/api/app.py': HANDLER }),
  handled('has a handler in a package', 'pkg.handler', {
    'pkg/__init__.py': 'from .app import handler\n',
    'pkg/app.py': HANDLER,
  }),
  handled('has a handler in a missing module', 'src/app.handler', { 'app.py': HANDLER }, ['HANDLER_MODULE_MISSING']),
  handled('has a handler in a file with a hyphen', 'my-app.handler', { 'my-app.py': HANDLER }),
  handled('has a handler without a dot', 'handler', { 'handler.py': HANDLER }, ['HANDLER_MALFORMED']),
  handled('has a handler without a module', '.handler', { 'handler.py': HANDLER }, ['HANDLER_MALFORMED']),
  handled('has a handler from above', '../app.handler', { 'app.py': HANDLER }, ['HANDLER_MALFORMED']),
  handled(
    'has a handler of two names',
    'app.Api.handler',
    { 'app.py': 'class Api:\n    def handler(event, context): ...\n' },
    ['HANDLER_MODULE_MISSING'],
  ),
  handled('has a handler of another name', 'app.main', { 'app.py': HANDLER }, ['HANDLER_FUNCTION_MISSING']),
  handled('has a handler in a folder', 'src.handler', { 'src/handler.py': HANDLER }, ['HANDLER_FUNCTION_MISSING']),
  handled('has a handler by a star', 'app.handler', { 'app.py': 'from impl import *\n', 'impl.py': HANDLER }),
  handled('lacks a handler behind a star', 'app.main', { 'app.py': 'from impl import *\n', 'impl.py': HANDLER }, [
    'HANDLER_FUNCTION_MISSING',
  ]),
  handled('has a handler by __getattr__', 'app.handler', {
    'app.py': 'def __getattr__(name): return lambda e, c: e\n',
  }),
  handled('has a handler that is assigned', 'app.handler', { 'app.py': 'handler = lambda event, context: event\n' }),
  // Handlers that Lambda never awaits.
  handled('has an async handler', 'app.handler', { 'app.py': 'async def handler(event, context): return event\n' }, [
    'HANDLER_ASYNC',
  ]),
  handled(
    'has an async handler elsewhere',
    'app.main',
    { 'app.py': 'from impl import handler as main\n', 'impl.py': 'async def handler(event, context): ...\n' },
    ['HANDLER_ASYNC'],
  ),
  handled(
    'has an async handler by another name',
    'app.handler',
    { 'app.py': 'async def main(event, context): ...\nhandler = main\n' },
    ['HANDLER_ASYNC'],
  ),
  handled('has an async handler that is wrapped', 'app.handler', {
    'app.py':
      'import asyncio\ndef sync(f): return lambda e, c: asyncio.run(f(e, c))\n@sync\nasync def handler(event, context): return event\n',
  }),
  handled('has an async handler that is replaced', 'app.handler', {
    'app.py':
      'import asyncio\nasync def handler(event, context): return event\nrun = handler\ndef handler(event, context): return asyncio.run(run(event, context))\n',
  }),
  handled('runs an async function', 'app.handler', {
    'app.py':
      'import asyncio\nasync def main(event, context): return event\ndef handler(event, context): return asyncio.run(main(event, context))\n',
  }),
]
