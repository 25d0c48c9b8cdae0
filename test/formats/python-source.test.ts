import * as assert from 'uvu/assert'
import { scanImports, topLevelNames } from '../../src/formats/python-source.ts'
import { describe } from '../helpers.ts'

/** `line level-dots-and-module [names]`, with a `?` at the end of what is optional. */
function importsOf(source: string): readonly string[] {
  return scanImports(source).map(({ module, names, level, line, optional }) => {
    const taken = names.length > 0 ? ` [${names.join(' ')}]` : ''
    return `${line} ${'.'.repeat(level)}${module}${taken}${optional ? '?' : ''}`
  })
}

const IMPORTS: readonly (readonly [title: string, source: string, imports: readonly string[]])[] = [
  ['modules, dotted and renamed', 'import os, a.b.c as d', ['1 os', '1 a.b.c']],
  ['the names taken from a module', 'from a.b import c as d, e', ['1 a.b [c e]']],
  ['all names', 'from a import *', ['1 a [*]']],
  [
    'relative imports',
    'from . import x\nfrom .. .y import z\nfrom ... import w',
    ['1 . [x]', '2 ...y [z]', '3 ... [w]'],
  ],
  ['names in brackets over lines', 'from a import (  # why\n  b,\n  c,\n)\nimport d', ['1 a [b c]', '5 d']],
  ['lines joined by backslashes', 'import \\\n  a, \\\n  b\nimport c', ['1 a', '1 b', '4 c']],
  ['statements behind semicolons', 'x = 1; import a; import b;', ['1 a', '1 b']],
  ['statements behind a string of many lines', 'x = """\n\n"""; import a', ['3 a']],
  ['lines that end in any newline', 'import a\r\nimport b\rimport c\nimport d', ['1 a', '2 b', '3 c', '4 d']],
  ['a source with a byte order mark', '\ufeffimport a', ['1 a']],
  ['a form feed before a statement', 'class A:\n  import a\n\f\nimport b', ['2 a', '4 b']],
  ['names in other scripts as Python compares them', 'import \ufb01le, \u03c0', ['1 file', '1 \u03c0']],
  ['imports in class bodies and in with', 'class A:\n  import a\nwith b:\n  import c', ['2 a', '4 c']],
  ['imports in functions', 'def f():\n  import a\n  class B:\n    import c\nimport d', ['2 a?', '4 c?', '5 d']],
  ['imports in async functions', 'async def f(): import a\nimport b', ['1 a?', '2 b']],
  [
    'imports in one-line branches',
    'if x: import a; import b\nelse: import c\nimport d',
    ['1 a?', '1 b?', '2 c?', '3 d'],
  ],
  ['imports for type checkers', 'if a: pass\nelif TYPE_CHECKING:\n\timport b', ['3 b?']],
  [
    'imports in all parts of try',
    'try:\n import a\nexcept E: import b\nelse:\n import c\nfinally:\n import d',
    ['2 a?', '3 b?', '5 c?', '7 d?'],
  ],
  [
    'imports where errors are suppressed',
    'with contextlib.suppress(ImportError):\n import a\nimport b',
    ['2 a?', '3 b'],
  ],
  ['imports in loops', 'for x in y:\n import a\nelse:\n import b\nwhile 1: import c', ['2 a?', '4 b?', '5 c?']],
  ['imports in match', 'match x:\n case {"a": b}: import a\n case _:\n  import b\nimport c', ['2 a?', '4 b?', '5 c']],
  ['imports behind an odd lambda', 'if (lambda: 1)() or lambda a=lambda: 2: 3: import a', ['1 a?']],
  ['imports behind one walrus', 'if x := y[1:2]: import a', ['1 a?']],
  ['imports at the indentation of a tab', 'if x:\n        a\n\timport b\nimport c', ['3 b?', '4 c']],
]

const NO_IMPORTS: readonly (readonly [title: string, source: string])[] = [
  ['in a string', "x = \"\\\n import a\"\ny = '''\nimport b\n'''"],
  ['in a raw string that ends in a backslash and a quote', 'x = r"\\"\\\nimport a"'],
  ['in a bytes string', "x = Rb'''\nimport a\n'''"],
  ['in a comment', '# \\\n# import a'],
  ['in brackets', 'x = (\nimport_\n)'],
  ['in the text of an f-string', 'x = f"""{y}\nimport a\n{z:\nimport b\n}\nimport c"""'],
  ['in a string inside an f-string with the same quotes', 'x = f"{f"{"\\\nimport a"}"}"'],
  ['in a template string', "x = t'''{y}\nimport a\n'''"],
  ['with words that only start like it', 'imports = 1\nfrom_ = 2\nraise x from y'],
]

/** Texts of f-strings that must end where Python ends them, for the import behind them to be seen. */
const FORMATTED: readonly string[] = [
  'f"{{"',
  'f"}}{{{x}}}"',
  'f"\\N{DASH}{x}"',
  'rf"\\N{x}\\{y}"',
  'f"\\""',
  "f'{x!r:>{w}}'",
  "f'{x:{a}.{b:{c}}}'",
  'f"{x:=^10}{x!=y}{x=}{x=!r:^20}"',
  'f"{d["k"]:{"}"}}"',
  'f"""{ {1: {2: (3)}}[1] }"""',
  'f"{x:%H:%M}"',
  'f"{(lambda x: 1)}"',
  "f'''{\nx # }\n}'''",
  'F"a" fR"b" "c"',
]

const NAMES: readonly (readonly [source: string, names: string])[] = [
  ['def f(a, b=1): c = 2\nasync def g(): d = 3\nclass H: i = 4; j = 5', 'H f g'],
  ['def f():\n  global a\n  a = 1', 'f'],
  ['a = b = c, d = e', 'a b c d'],
  ['(a, [b, *c]), d.e, f[g], h().i, (j or k).l = m', 'a b c'],
  ['a: int\nb: int = 1\nc.d: int = 2\ne: lambda f=1: 2 = 3', 'b e'],
  ['a += 1\nb >>= 1\nc //= 1\nd <= 1\ne >= 1\nf != 1\ng == 1', 'a b c'],
  ['f(a=1)\nx[b] = 2\nprint(c, end="")', ''],
  ['f = lambda a=1, *b: (c := 2)', 'f'],
  ['f = [(a := b) for c in d if (e := c)]', 'a e f'],
  ['f(lambda: 1, (a := 2))\nlambda b=(c := 1): b', 'a c'],
  ['f"{(a := 1)}{b:=10}"', 'a'],
  ['import a.b, c.d as e\nfrom f import g as h, i\nfrom . import j', 'a e h i j'],
  ['for a, (b, c.d) in e: f = 1\nelse: g = 2', 'a b f g'],
  ['while a: b = 1\nif (c := d): e = 2\nelif f: g = 3\nelse:\n h = 4', 'b c e g h'],
  ['with a as b, c() as (d, e), f as g.h: i = 1\nwith (j as k, l as m,): pass', 'b d e i k m'],
  ['try: a = 1\nexcept E as b: c = 2\nelse: d = 3\nfinally: e = 4', 'a c d e'],
  [
    'match a:\n case B(c, d=e) | [f, *g, *_] if h: i = 1\n case {"j": k, **l}: pass\n case M.n | None: pass\n case b"" as o: pass',
    'c e f g i k l o',
  ],
  ['match = 1\ncase = 2\ntype = 3\nmatch[4]: int = 5\ntype in x', 'case match type'],
  ['type A = int\ntype B[T] = list[T]', 'A B'],
  ['del a\nassert b\nreturn_ = 1; c = 2', 'c return_'],
  ['@d(a=1)\ndef f(b: int = (c := 1)) -> e: g = 1', 'c f'],
  ['\ufb01 = 1\nZ = _ = a = 2', 'Z _ a fi'],
]

const HOSTILE: readonly (readonly [title: string, source: string])[] = [
  ['a line of megabytes', `x = [${'1, '.repeat(500_000)}]`],
  ['a target of many names', `${'a, '.repeat(300_000)} = 1`],
  ['a chain of assignments', `a, b, c: ${'a = '.repeat(300_000)}1`],
  ['brackets that never close', '([{'.repeat(100_000)],
  ['brackets that never open', ')]}'.repeat(100_000)],
  ['balanced brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)} = 1`],
  ['f-strings in f-strings', 'f"{'.repeat(100_000)],
  ['specifications in specifications', `f"{x:${'{y:'.repeat(100_000)}`],
  ['names of characters that never come', 'f"\\N{'.repeat(100_000)],
  ['strings that do not end', '"\n'.repeat(100_000)],
  ['a triple quote that does not end', `"""${'import a\n'.repeat(100_000)}`],
  ['joined lines to the end', '\\\n'.repeat(100_000)],
  ['statements on one line', 'import a;'.repeat(100_000)],
  ['headers on one line', 'if x: '.repeat(100_000)],
  ['lambdas in lambdas', `${'(lambda: '.repeat(100_000)}(x := 1)`],
  ['aliases in aliases', `with ${'a as ('.repeat(100_000)}:`],
  ['imports cut off', `from a import ${'b as '.repeat(100_000)}`],
  ['a name of combining marks', `${'\u0315\u0300'.repeat(300_000)} = 1`],
  ['blocks in blocks', Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}if x:\n`).join('')],
  ['lone surrogates and zero bytes', '\ud800\0'.repeat(100_000)],
]

describe('scanImports', it => {
  for (const [title, source, imports] of IMPORTS) {
    it(`reads ${title}`, () => assert.equal(importsOf(source), imports))
  }
  for (const [title, source] of NO_IMPORTS) {
    it(`sees no import ${title}`, () =>
      assert.equal(importsOf(`${source}\nimport behind`).map(withoutLine), ['behind']))
  }
  for (const string of FORMATTED) {
    it(`finds the end of ${JSON.stringify(string)}`, () => {
      assert.equal(importsOf(`${string}; import a\nimport b`).map(withoutLine), ['a', 'b'])
    })
  }
  it('reads the lines below a string that is not closed', () => {
    assert.equal(importsOf('x = "abc\nimport a\ny = f\'{z}\nimport b'), ['2 a', '4 b'])
  })
})

describe('topLevelNames', it => {
  for (const [source, names] of NAMES) {
    it(`reads ${JSON.stringify(source)}`, () => assert.is(topLevelNames(source).names.join(' '), names))
  }
  it('tells which functions are async, of the module alone', () => {
    const source =
      'async def b(): pass\nif x:\n  async def a(): pass\nclass C:\n  async def d(self): pass\ndef e(): pass'
    assert.equal(topLevelNames(source), { names: ['C', 'a', 'b', 'e'], asyncDefs: ['a', 'b'], stars: [] })
  })
  it('tells whose names are all taken', () => {
    const source = 'from .b import *\nfrom a import *\nfrom .. import *\ndef f():\n  from c import d'
    assert.equal(topLevelNames(source).stars, ['..', '.b', 'a'])
  })
})

describe('hostile Python sources', it => {
  for (const [title, source] of HOSTILE) {
    it(`takes little time for ${title}`, () => {
      const start = performance.now()
      scanImports(source)
      topLevelNames(source)
      assert.ok(performance.now() - start < 5000)
    })
  }
})

function withoutLine(text: string): string {
  return text.replace(/^\d+ /, '')
}
