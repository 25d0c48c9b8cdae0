import * as assert from 'uvu/assert'
import { entryFindings, type ShapeEntry } from '../../../src/check/shape/entries.ts'
import { checkShape } from '../../../src/check/shape/shape.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import type { FileEntry, Plan } from '../../../src/model.ts'
import { describe } from '../../helpers.ts'
import { testFile, testFileSet, testNodePlan, testPlan, testSystem } from '../../worlds.ts'

const HANDLER = testFile('lambda_function.py', 'def lambda_handler(event, context): ...\n')

/** An entry as an honest zip has it, but for these. */
function entry(path: string, changes: Partial<ShapeEntry> = {}): ShapeEntry {
  const kind = path.endsWith('/') ? 'folder' : 'file'
  const mode = kind === 'folder' ? 0o755 : 0o644
  return { path, isUtf8: true, mode, kind, target: null, method: 8, isEncrypted: false, ...changes }
}

const link = (path: string, target: string) => entry(path, { kind: 'link', target, mode: 0o777 })
const name = (bytes: number) => 'ä'.repeat(bytes / 2)

/** Entries, and the findings about them as code and path. */
const ENTRIES: [string, ShapeEntry[], string[]][] = [
  ['an honest zip', [entry('app.py'), entry('lib/'), entry('lib/a.py'), entry('bin/tool', { mode: 0o755 })], []],
  ['a name of 255 bytes', [entry(`${name(254)}a`)], []],
  ['a name of 256 bytes', [entry(name(256))], ['NAME_UNPACKABLE']],
  ['a path of 4,085 bytes', [entry(`${'a'.repeat(199)}/`.repeat(20) + 'b'.repeat(85))], []],
  ['a path of 4,086 bytes', [entry(`${'a'.repeat(199)}/`.repeat(20) + 'b'.repeat(86))], ['NAME_UNPACKABLE']],
  ['an absolute name', [entry('/app.py')], ['NAME_UNPACKABLE /app.py']],
  ['a drive', [entry('C:\\app.py')], ['NAME_UNPACKABLE C:\\app.py']],
  ['a way out', [entry('a/../../app.py')], ['NAME_UNPACKABLE a/../../app.py']],
  ['dots that lead nowhere', [entry('a..b/...'), entry('..a'), entry('./app.py')], []],
  ['a NUL', [entry('a\0b')], ['NAME_UNPACKABLE a\0b']],
  ['a backslash', [entry('lib\\a.py')], ['NAME_DOUBTFUL lib\\a.py']],
  ['a control character', [entry('a\nb')], ['NAME_DOUBTFUL a\nb']],
  ['a name of another character set', [entry('Σ.py', { isUtf8: false })], ['NAME_DOUBTFUL Σ.py']],
  ['a name in UTF-8', [entry('grüße 日本.py')], []],
  ['a name that stands twice', [entry('a.py'), entry('a.py')], ['NAME_TWICE a.py']],
  ['a folder that stands twice', [entry('a/'), entry('a/'), entry('a/b.py')], []],
  ['names that differ in case', [entry('a.py'), entry('A.py')], ['CASE_COLLISION A.py']],
  ['a name that is the start of another', [entry('a'), entry('ab')], []],
  ['a file where a folder is needed', [entry('a'), entry('a/b.py'), entry('a/c.py')], ['FILE_AND_FOLDER a']],
  ['a file beside a folder entry of its name', [entry('a'), entry('a/')], ['FILE_AND_FOLDER a']],
  ['a mode of 0600', [entry('app.py', { mode: 0o600 })], ['MODE_UNREADABLE app.py']],
  ['a mode of 0640', [entry('app.py', { mode: 0o640 })], ['MODE_UNREADABLE app.py']],
  ['a mode of 0444', [entry('app.py', { mode: 0o444 })], []],
  ['no mode', [entry('app.py', { mode: null }), entry('b.py', { mode: 0 })], []],
  ['a folder without x', [entry('lib/', { mode: 0o644 })], ['MODE_UNREADABLE lib/']],
  ['a folder that others may enter', [entry('lib/', { mode: 0o711 })], []],
  ['many modes of 0600', Array.from({ length: 6 }, (_, at) => entry(`${at}.py`, { mode: 0o600 })), ['MODE_UNREADABLE']],
  ['a bootstrap without x', [entry('bootstrap')], ['MODE_NOT_EXECUTABLE bootstrap']],
  ['an extension with x', [entry('extensions/log', { mode: 0o755 }), entry('lib/bootstrap')], []],
  ['an encrypted entry', [entry('a.py', { isEncrypted: true, method: 99 })], ['ENTRY_ENCRYPTED a.py']],
  ['an entry in LZMA', [entry('a.py', { method: 14 })], ['ENTRY_METHOD a.py']],
  ['a stored entry', [entry('a.py', { method: 0 })], []],
  ['a link to a file', [entry('b/a.py'), link('b/l', 'a.py'), link('m', 'b/../b/a.py')], []],
  ['a link to a folder', [entry('b/a.py'), link('l', 'b'), link('m', 'l/a.py'), link('n', '.')], []],
  [
    'links to layers and the base image',
    [link('node_modules', '/opt/nodejs/node_modules'), link('l', '../../opt/x'), link('p', '/var/task')],
    [],
  ],
  [
    'a link to the maker',
    [link('l', '/home/me/lib'), link('m', '../../../../home/me/x')],
    ['LINK_LEADS_OUTSIDE l', 'LINK_LEADS_OUTSIDE m'],
  ],
  ['a link above the task', [link('l', '../shared/lib')], ['LINK_LEADS_OUTSIDE l']],
  [
    'a link to what is not there',
    [entry('a.py'), link('l', 'b.py'), link('m', '/var/task/c')],
    ['LINK_LEADS_NOWHERE l', 'LINK_LEADS_NOWHERE m'],
  ],
  [
    'links in a circle',
    [link('a', 'b'), link('b', 'a'), link('c', 'c')],
    ['LINK_LEADS_NOWHERE a', 'LINK_LEADS_NOWHERE b', 'LINK_LEADS_NOWHERE c'],
  ],
]

/** Files, and the findings about them. */
const FILES: [string, FileEntry[], string[], Plan?][] = [
  ['a function', [HANDLER, testFile('lib/a.py', '')], []],
  ['a layer', [testFile('python/lambda_function.py', ''), testFile('bin/tool', '')], ['LAYOUT_OF_LAYER']],
  [
    'a package that is called python',
    [testFile('python/app.py', '')],
    [],
    testPlan('/root', { handler: 'python/app.handler' }),
  ],
  ['a layer of Node.js', [testFile('nodejs/node_modules/a/index.js', '')], ['LAYOUT_OF_LAYER'], testNodePlan('/root')],
  ['a folder named as a layer of another language', [testFile('nodejs/a.py', '')], []],
  [
    'a wrapped function',
    [testFile('app/lambda_function.py', ''), testFile('app/b.py', ''), testFile('__MACOSX/app/._b.py', '')],
    ['LAYOUT_WRAPPED', 'SYSTEM_LITTER __MACOSX/app/._b.py'],
  ],
  [
    'a wrapped function of Node.js',
    [testFile('app/src/index.mjs', '')],
    ['LAYOUT_WRAPPED'],
    testNodePlan('/root', { handler: 'src/index.api.handler' }),
  ],
  [
    'a handler in the one folder',
    [testFile('app/main.py', '')],
    [],
    testPlan('/root', { handler: 'app.main.handler' }),
  ],
  ['a handler that is nowhere', [testFile('app/other.py', '')], []],
  ['litter', [HANDLER, testFile('.DS_Store', 'x'), testFile('a/Thumbs.db', 'x')], ['SYSTEM_LITTER']],
  [
    'names that are near to litter',
    [HANDLER, testFile('DS_Store', ''), testFile('__MACOSX.py', ''), testFile('._version.py', '')],
    [],
  ],
  [
    'metadata without modules',
    [HANDLER, testFile('a-1.dist-info/RECORD', 'a/__init__.py,,\na-1.dist-info/METADATA,,\n')],
    ['DISTRIBUTION_WITHOUT_FILES a-1.dist-info'],
  ],
  [
    'metadata with one module of many',
    [HANDLER, testFile('a/b.py', ''), testFile('a-1.dist-info/RECORD', 'a/__init__.py,,\na/b.py,,\n')],
    [],
  ],
  [
    'metadata of a package without modules',
    [HANDLER, testFile('a-1.dist-info/RECORD', 'a.pyi,,\n../../bin/a.py,,\n')],
    [],
  ],
  ['metadata that can’t be read', [HANDLER, testFile('a-1.dist-info/RECORD', '"a.py,,\n"x"y')], []],
  [
    'scripts of another machine',
    [HANDLER, testFile('bin/flask', '#!/home/me/venv/bin/python\nimport sys\n')],
    ['SCRIPT_FOREIGN bin/flask'],
  ],
  [
    'scripts of any machine',
    [
      HANDLER,
      testFile('bin/a', '#!/usr/bin/env python3\n'),
      testFile('bin/b', '#!/bin/sh'),
      testFile('bin/c', 'x'),
      testFile('bin/d', '#!python'),
    ],
    [],
  ],
  ['bytecode alone, of this version', [HANDLER, testFile('a.pyc', pyc(3571))], []],
  ['bytecode alone, of another version', [HANDLER, testFile('a.pyc', pyc(3531))], ['BYTECODE_OTHER_PYTHON a.pyc']],
  ['bytecode of another version beside its source', [HANDLER, testFile('a.pyc', pyc(3531)), testFile('a.py', '')], []],
  [
    'bytecode of a version that has no number yet',
    [HANDLER, testFile('a.pyc', pyc(3531))],
    [],
    testPlan('/root', { runtime: 'python3.15' }),
  ],
  [
    'cached bytecode that is never checked',
    [HANDLER, testFile('__pycache__/lambda_function.cpython-313.pyc', pyc(3571, 1))],
    [],
  ],
  [
    'cached bytecode by time',
    [HANDLER, testFile('__pycache__/lambda_function.cpython-313.opt-2.pyc', pyc(3571))],
    ['BYTECODE_TIMED __pycache__/lambda_function.cpython-313.opt-2.pyc'],
  ],
  [
    'cached bytecode of another version',
    [HANDLER, testFile('__pycache__/lambda_function.cpython-312.pyc', pyc(3531))],
    ['BYTECODE_UNUSED __pycache__/lambda_function.cpython-312.pyc'],
  ],
  [
    'cached bytecode without source',
    [
      HANDLER,
      testFile('__pycache__/a.cpython-313.pyc', pyc(3571)),
      testFile('__pycache__/b.cpython-313.pyc', pyc(3571)),
    ],
    ['BYTECODE_UNUSED'],
  ],
  [
    'bytecode that is cut',
    [HANDLER, testFile('__pycache__/lambda_function.cpython-313.pyc', pyc(3571).subarray(0, 6))],
    [],
  ],
  [
    'bytecode in a function of Node.js',
    [testFile('index.js', ''), testFile('a.pyc', pyc(1))],
    [],
    testNodePlan('/root'),
  ],
]

describe('check/shape', it => {
  for (const [what, entries, expected] of ENTRIES) {
    it(`finds ${expected.length === 0 ? 'nothing' : expected.join(', ').slice(0, 60)} in ${what}`, () => {
      // A name that is too long is not repeated here.
      const found = entryFindings(entries).map(({ code, path }) =>
        path.length > 100 ? code : `${code} ${path}`.trim(),
      )
      assert.equal(found, expected)
    })
  }

  for (const [what, files, expected, plan] of FILES) {
    it(`finds ${expected.length === 0 ? 'nothing' : expected.join(', ')} in ${what}`, async () => {
      const found = await checkShape(makeSubject(plan ?? testPlan('/root'), testFileSet(files), testSystem()))
      assert.equal(
        found.map(({ code, path }) => `${code} ${path}`.trim()),
        expected,
      )
    })
  }

  it('counts entries where ZIP64 begins', () => {
    const entries = Array.from({ length: 65_534 }, (_, at) => entry(`${at}`))
    assert.equal(entryFindings(entries), [])
    assert.equal(
      entryFindings([...entries, entry('one/')]).map(({ code, message }) => `${code} ${message.slice(0, 25)}`),
      ['ENTRIES_MANY The zip has 65535 entries'],
    )
  })

  it('prints no name that a terminal would obey', () => {
    for (const path of ['a\x1b[2Jb', 'a\x7f', 'a\0b\x07', `${'x'.repeat(5000)}\n`]) {
      const [found] = entryFindings([entry(path)])
      assert.ok(found !== undefined && !/[\x00-\x1f\x7f]/.test(found.message) && found.message.length < 500)
    }
  })

  it('survives random names and targets', () => {
    const parts = ['..', '.', '', 'a', 'b', 'A', '\0', '\\', 'é', '/', 'a'.repeat(300), '__pycache__']
    let state = 3
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
      return (state >>> 8) % below
    }
    const path = () => Array.from({ length: next(5) }, () => parts[next(parts.length)]).join('/')
    for (let round = 0; round < 2000; round++) {
      entryFindings(
        Array.from({ length: next(12) }, () =>
          next(2) === 0 ? link(path(), path()) : entry(path(), { mode: next(0o1000), method: next(20) }),
        ),
      )
    }
  })
})

/** The head of compiled Python: magic number, flags, and what follows. */
function pyc(magic: number, flags = 0): Buffer {
  const head = Buffer.alloc(20)
  head.writeUInt16LE(magic, 0)
  head.write('\r\n', 2)
  head.writeUInt32LE(flags, 4)
  return head
}
