import * as assert from 'uvu/assert'
import { checkNativeLibraries } from '../../../src/check/native/libraries.ts'
import { makeSubject } from '../../../src/check/subject.ts'
import type { FileEntry, Plan } from '../../../src/model.ts'
import { type ElfRecipe, elfFile } from '../../elf-files.ts'
import { describe } from '../../helpers.ts'
import { testFile, testFileSet, testNodePlan, testPlan, testSystem } from '../../worlds.ts'

const CORE = 'fast/_core.cpython-313-x86_64-linux-gnu.so'
const INIT = testFile('fast/__init__.py', 'from fast._core import run\n', { owner: 'fast' })

async function codesOf(files: readonly FileEntry[], plan: Plan = testPlan('/root')): Promise<readonly string[]> {
  const findings = await checkNativeLibraries(makeSubject(plan, testFileSet(files), testSystem()))
  return findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`)
}

function module(recipe: ElfRecipe, path = CORE): FileEntry {
  const stem = path.split('/').at(-1)?.split('.')[0]
  return testFile(path, elfFile({ strings: [`PyInit_${stem}`], ...recipe }), { owner: 'fast' })
}

function library(path: string, recipe: ElfRecipe = {}): FileEntry {
  return testFile(path, elfFile(recipe), { owner: 'fast' })
}

const glibc = (version: string): ElfRecipe => ({ versions: { 'libc.so.6': ['GLIBC_2.2.5', version] } })
const cxx = (version: string): ElfRecipe => ({ versions: { 'libstdc++.so.6': [version] } })
const python = (runtime: string) => testPlan('/root', { runtime })
const layers = [{ arn: 'arn:aws:lambda:eu-west-1:1:layer:gl:1', unzippedBytes: null }]

const CASES: [title: string, files: readonly FileEntry[], expected: string | null, plan?: Plan][] = [
  ['a module for the processor', [INIT, module({ needed: ['libc.so.6'] })], null],
  ['a module for another processor', [INIT, module({ machine: 183 })], 'error ELF_WRONG_ARCHITECTURE'],
  [
    'a module for arm64 on arm64',
    [INIT, module({ machine: 183 }, 'fast/_core.abi3.so')],
    null,
    testPlan('/root', { architecture: 'arm64' }),
  ],
  ['a module that glibc 2.34 is enough for', [INIT, module(glibc('GLIBC_2.34'))], null],
  ['a module that glibc 2.34 is not enough for', [INIT, module(glibc('GLIBC_2.35'))], 'error ELF_GLIBC_TOO_NEW'],
  [
    'a module that asks for relative relocations',
    [INIT, module(glibc('GLIBC_ABI_DT_RELR'))],
    'error ELF_GLIBC_TOO_NEW',
  ],
  [
    'a module that glibc 2.26 is enough for',
    [INIT, module(glibc('GLIBC_2.26'), 'fast/_core.abi3.so')],
    null,
    python('python3.11'),
  ],
  [
    'a module that glibc 2.26 is not enough for',
    [INIT, module(glibc('GLIBC_2.27'), 'fast/_core.abi3.so')],
    'error ELF_GLIBC_TOO_NEW',
    python('python3.11'),
  ],
  ['a C++ runtime that is there', [INIT, module(cxx('GLIBCXX_3.4.33'))], null],
  ['a C++ runtime that is not there', [INIT, module(cxx('GLIBCXX_3.4.34'))], 'error ELF_LIBSTDCXX_TOO_NEW'],
  [
    'a C++ runtime of Amazon Linux 2',
    [INIT, module(cxx('CXXABI_1.3.12'), 'fast/_core.abi3.so')],
    'error ELF_LIBSTDCXX_TOO_NEW',
    python('python3.11'),
  ],
  [
    'a C++ runtime that is brought along',
    [INIT, module({ ...cxx('GLIBCXX_3.4.34'), rpath: '$ORIGIN' }), library('fast/libstdc++.so.6')],
    null,
  ],
  ['musl', [INIT, module({ needed: ['libc.musl-x86_64.so.1'] })], 'error ELF_MUSL'],
  ['a library that is nowhere', [INIT, module({ needed: ['libGL.so.1'] })], 'warning ELF_LIBRARY_MISSING'],
  [
    'a library that a layer may have',
    [INIT, module({ needed: ['libGL.so.1'] })],
    'note ELF_LIBRARY_IN_LAYER',
    testPlan('/root', { layers }),
  ],
  [
    'a library that a library needs',
    [INIT, module({ needed: ['libone.so'], rpath: '$ORIGIN' }), library('fast/libone.so', { needed: ['libtwo.so'] })],
    'warning ELF_LIBRARY_MISSING',
  ],
  [
    'a library where the RPATH leads',
    [
      INIT,
      module({ needed: ['libone.so.1.1.1k'], rpath: '$ORIGIN/../fast.libs' }),
      library('fast.libs/libone.so.1.1.1k'),
    ],
    null,
  ],
  ['a library in lib/', [INIT, module({ needed: ['libone.so'] }), library('lib/libone.so')], null],
  [
    'a library that its package loads before',
    [INIT, module({ needed: ['libone.so'] }), library('fast/deep/libone.so')],
    null,
  ],
  ['a graphics driver', [INIT, module({ needed: ['libcuda.so.1'] })], null],
  ['a library of the system', [INIT, module({ needed: ['libz.so.1', 'libstdc++.so.6', 'libssl.so.3'] })], null],
  [
    'a broken library that a module brings along',
    [INIT, module({ needed: ['libone.so'], rpath: '$ORIGIN' }), library('fast/libone.so', { machine: 183 })],
    'error ELF_WRONG_ARCHITECTURE fast/libone.so',
  ],
  [
    'a plugin whose name is a word of the code',
    [
      testFile('fast/__init__.py', "method = 'sign_in'\n", { owner: 'fast' }),
      library('fast/plugins/sign_in.so', { needed: ['libudev.so.1'] }),
    ],
    null,
  ],
  [
    'a plugin that the code names',
    [
      testFile('fast/__init__.py', "CDLL('sign_in.so')\n", { owner: 'fast' }),
      library('fast/plugins/sign_in.so', { needed: ['libudev.so.1'] }),
    ],
    'warning ELF_LIBRARY_MISSING',
  ],
  ['a plugin that nothing names', [INIT, library('fast/plugins/libqxcb.so', { needed: ['libX11.so.6'] })], null],
  [
    'a library that code names',
    [
      testFile('fast/__init__.py', 'CDLL(here / "libone.so")', { owner: 'fast' }),
      library('fast/libone.so', { machine: 183 }),
    ],
    'warning NATIVE_FILE_UNUSABLE',
  ],
  ['a library named for another processor', [INIT, library('lib/libone-arm64.so', { machine: 183 })], null],
  [
    'a module that may be missing',
    [
      testFile('fast/__init__.py', 'try:\n    from fast._core import run\nexcept ImportError:\n    run = None\n', {
        owner: 'fast',
      }),
      module({ needed: ['libtbb.so.12'] }),
    ],
    null,
  ],
  ['a module of another Python', [INIT, module({ machine: 183 }, 'fast/_core.cpython-313-aarch64-linux-gnu.so')], null],
  [
    'a Mach-O file',
    [INIT, testFile(CORE, Buffer.concat([Buffer.from('cffaedfe', 'hex'), Buffer.alloc(99)]))],
    'error ELF_FOREIGN_FORMAT',
  ],
  ['a file that is cut off', [INIT, testFile(CORE, elfFile().subarray(0, -1))], 'error ELF_DAMAGED'],
  ['an empty file', [INIT, testFile(CORE, '')], 'error ELF_FOREIGN_FORMAT'],
  [
    'a program for another processor',
    [testFile('bin/tool', elfFile({ machine: 183, interpreter: '/lib/ld-linux-aarch64.so.1' }), { executable: true })],
    'warning NATIVE_FILE_UNUSABLE',
  ],
  ['a script', [testFile('bin/tool', '#!/bin/sh\n', { executable: true })], null],
  [
    'an add-on for another processor',
    [testFile('node_modules/a/build/Release/a.node', elfFile({ machine: 183 }))],
    'error ELF_WRONG_ARCHITECTURE',
    testNodePlan('/root'),
  ],
  [
    'an add-on for another processor in a folder of that name',
    [testFile('node_modules/a/prebuilds/linux-arm64/a.node', elfFile({ machine: 183 }))],
    null,
    testNodePlan('/root'),
  ],
  [
    'an add-on of a package for another system',
    [testFile('node_modules/@img/sharp-darwin-arm64/lib/sharp.node', Buffer.from('cffaedfe', 'hex'))],
    null,
    testNodePlan('/root'),
  ],
  [
    'an add-on beside one that loads',
    [testFile('node_modules/a/a.node', elfFile({ machine: 183 })), testFile('node_modules/a/b.node', elfFile())],
    null,
    testNodePlan('/root'),
  ],
  [
    'an add-on for musl beside one that loads',
    [
      testFile('node_modules/a/a.node', elfFile({ needed: ['libc.musl-x86_64.so.1'] })),
      testFile('node_modules/a/b.node', elfFile()),
    ],
    null,
    testNodePlan('/root'),
  ],
  [
    'an add-on for Amazon Linux 2',
    [testFile('a.node', elfFile(glibc('GLIBC_2.28')))],
    'error ELF_GLIBC_TOO_NEW',
    testNodePlan('/root', { runtime: 'nodejs18.x' }),
  ],
]

describe('check/native-libraries', it => {
  for (const [title, files, expected, plan] of CASES) {
    it(`finds ${expected ?? 'nothing'} for ${title}`, async () => {
      const found = await codesOf(files, plan)
      assert.is(found.length, expected === null ? 0 : 1, found.join('\n'))
      assert.ok((found[0] ?? '').startsWith(expected ?? ''), found.join('\n'))
    })
  }

  it('tells once of all files of a package, with the newest version that they need', async () => {
    const files = [INIT, module(glibc('GLIBC_2.35')), module(glibc('GLIBC_2.38'), 'fast/_more.abi3.so')]
    const findings = await checkNativeLibraries(makeSubject(testPlan('/root'), testFileSet(files), testSystem()))
    assert.is(findings.length, 1)
    assert.match(findings[0]?.message ?? '', "version `GLIBC_2.38' not found (required by _more.abi3.so)")
    assert.match(findings[0]?.message ?? '', '1 more compiled file of fast')
  })

  it("tells of the function's own library where the loader does not look", async () => {
    const own = (path: string, recipe: ElfRecipe) => testFile(path, elfFile({ strings: ['PyInit__core'], ...recipe }))
    const needing = own('_core.abi3.so', { needed: ['libone.so'] })
    assert.equal(await codesOf([needing, own('vendor/libone.so', {})]), ['note ELF_LIBRARY_ELSEWHERE _core.abi3.so'])
    const led = own('_core.abi3.so', { needed: ['libone.so'], runpath: '$ORIGIN/vendor' })
    assert.equal(await codesOf([led, own('vendor/libone.so', {})]), [])
  })
})
