import { readdirSync, rmSync, statSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkNativeLibraries } from '../../src/check/native/libraries.ts'
import { checkPythonAbi } from '../../src/check/python/abi.ts'
import { makeSubject } from '../../src/check/subject.ts'
import { toArchivePath } from '../../src/formats/archive-path.ts'
import { extensionOf } from '../../src/formats/python-extension.ts'
import type { Finding, Plan } from '../../src/model.ts'
import { describe, inTemporaryFolder, needing } from '../helpers.ts'
import { testFileSet, testNodePlan, testPlan, testSystem, testTarget } from '../worlds.ts'
import { output, ran } from './programs.ts'
import { findPythons } from './pythons.ts'

/** Does something to an unpacked package. */
type Change = (dir: string) => Promise<void>

interface Breakage {
  readonly title: string
  /** The distribution that is imported, as it is unpacked; `name-arm64` and `name-musl` are those for other systems. */
  readonly of: string
  readonly change: Change
  /** What the loader or Python says; null: it loads. */
  readonly words: RegExp | null
  readonly code: string | null
}

const ORJSON = 'orjson/orjson.cpython-311-x86_64-linux-gnu.so'
const RUST = 'cryptography/hazmat/bindings/_rust.abi3.so'
const BLAS_USER = 'numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so'

const nothing: Change = async () => undefined

const bytesAt =
  (path: string, at: number, ...bytes: readonly number[]): Change =>
  async dir => {
    const content = await readFile(join(dir, path))
    content.set(bytes, at)
    await writeFile(join(dir, path), content)
  }

const text =
  (path: string, from: string, to: string): Change =>
  async dir => {
    const content = await readFile(join(dir, path))
    const at = content.indexOf(`\0${from}\0`)
    assert.ok(at !== -1 && to.length <= from.length, `${from} in ${path}`)
    content.write(`${to}\0`, at + 1, 'latin1')
    await writeFile(join(dir, path), content)
  }

/** To a number of bytes, a share of the file, or the bytes before the end of what is loaded. */
const cut =
  (path: string, to: number | `${number}%` | `-${number}`): Change =>
  async dir => {
    const content = await readFile(join(dir, path))
    const share = typeof to === 'string' && to.endsWith('%') ? (content.length * Number(to.slice(0, -1))) / 100 : null
    const length = share ?? (typeof to === 'number' ? to : loadedEnd(content) + Number(to))
    await truncate(join(dir, path), Math.floor(length))
  }

function loadedEnd(content: Buffer): number {
  const ends = Array.from({ length: content.readUInt16LE(56) }, (_, index) => 64 + index * 56)
    .filter(at => content.readUInt32LE(at) === 1)
    .map(at => Number(content.readBigUInt64LE(at + 8) + content.readBigUInt64LE(at + 32)))
  return Math.max(...ends)
}

const replaced =
  (path: string, content: string | Buffer): Change =>
  dir =>
    writeFile(join(dir, path), content)

const renamed =
  (from: string, to: string): Change =>
  dir =>
    rename(join(dir, from), join(dir, to))

const withoutDynamic: Change = async dir => {
  const content = await readFile(join(dir, ORJSON))
  for (let index = 0; index < content.readUInt16LE(56); index++) {
    if (content.readUInt32LE(64 + index * 56) === 2) content.writeUInt32LE(0, 64 + index * 56)
  }
  await writeFile(join(dir, ORJSON), content)
}

const padded = (head: string) => Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(200)])
const NO_FILE = /cannot open shared object file: No such file or directory/
const HEADER = /invalid ELF header/
const SHORT = /file too short/

const orjson = (title: string, change: Change, words: RegExp | null, code: string | null): Breakage => ({
  title,
  of: 'orjson',
  change,
  words,
  code,
})

const BREAKAGES: readonly Breakage[] = [
  orjson('as it is', nothing, null, null),
  orjson('for AArch64 by e_machine', bytesAt(ORJSON, 18, 183), NO_FILE, 'ELF_WRONG_ARCHITECTURE'),
  orjson('for i386 by e_machine', bytesAt(ORJSON, 18, 3), NO_FILE, 'ELF_WRONG_ARCHITECTURE'),
  orjson('of 32 bits', bytesAt(ORJSON, 4, 1), /wrong ELF class: ELFCLASS32/, 'ELF_WRONG_ARCHITECTURE'),
  orjson('big-endian', bytesAt(ORJSON, 5, 2), /ELF file data encoding not little-endian/, 'ELF_WRONG_ARCHITECTURE'),
  orjson('of another ELF version', bytesAt(ORJSON, 6, 2), /ELF file version ident does not match/, 'ELF_DAMAGED'),
  orjson('of another e_version', bytesAt(ORJSON, 20, 0), /ELF file version does not match/, 'ELF_DAMAGED'),
  orjson('for FreeBSD by its OS ABI', bytesAt(ORJSON, 7, 9), /ELF file OS ABI invalid/, 'ELF_DAMAGED'),
  orjson("with GNU's OS ABI", bytesAt(ORJSON, 7, 3), null, null),
  orjson('an object file', bytesAt(ORJSON, 16, 1), /only ET_DYN and ET_EXEC can be loaded/, 'ELF_DAMAGED'),
  orjson('a core dump', bytesAt(ORJSON, 16, 4), /only ET_DYN and ET_EXEC can be loaded/, 'ELF_DAMAGED'),
  orjson('program headers of 32 bytes', bytesAt(ORJSON, 54, 32), /phentsize not the expected size/, 'ELF_DAMAGED'),
  orjson('without program headers', bytesAt(ORJSON, 56, 0), /object file has no/, 'ELF_DAMAGED'),
  orjson(
    'with program headers beyond the end',
    bytesAt(ORJSON, 35, 9),
    /cannot read file data|file too short/,
    'ELF_DAMAGED',
  ),
  orjson('without a dynamic segment', withoutDynamic, /object file has no dynamic section/, 'ELF_DAMAGED'),
  orjson('of another magic number', bytesAt(ORJSON, 1, 0x46), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('empty', cut(ORJSON, 0), SHORT, 'ELF_FOREIGN_FORMAT'),
  orjson('cut to 1 byte', cut(ORJSON, 1), SHORT, 'ELF_FOREIGN_FORMAT'),
  orjson('cut to 4 bytes', cut(ORJSON, 4), SHORT, 'ELF_DAMAGED'),
  orjson('cut to 63 bytes', cut(ORJSON, 63), SHORT, 'ELF_DAMAGED'),
  // Where mapped pages lie beyond the end, the process dies of a bus error.
  orjson('cut to its header', cut(ORJSON, 64), /cannot read file data|file too short/, 'ELF_DAMAGED'),
  orjson('cut to 1,000 bytes', cut(ORJSON, 1000), /./s, 'ELF_DAMAGED'),
  orjson('cut to 4,096 bytes', cut(ORJSON, 4096), /./s, 'ELF_DAMAGED'),
  orjson('cut to a tenth', cut(ORJSON, '10%'), /./s, 'ELF_DAMAGED'),
  orjson('cut to half', cut(ORJSON, '50%'), /./s, 'ELF_DAMAGED'),
  orjson('cut to nine tenths', cut(ORJSON, '90%'), /./s, 'ELF_DAMAGED'),
  orjson('without its section headers', cut(ORJSON, '-0'), null, null),
  orjson('a Mach-O file', replaced(ORJSON, padded('cffaedfe0c000001')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('a universal Mach-O file', replaced(ORJSON, padded('cafebabe00000002')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('a PE file', replaced(ORJSON, padded('4d5a9000')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('a static library', replaced(ORJSON, padded('213c617263683e0a')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('LLVM bitcode', replaced(ORJSON, padded('4243c0de')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson('a zip', replaced(ORJSON, padded('504b0304')), HEADER, 'ELF_FOREIGN_FORMAT'),
  orjson(
    'a Git LFS pointer',
    replaced(ORJSON, `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 239336\n`),
    HEADER,
    'ELF_FOREIGN_FORMAT',
  ),
  orjson(
    'a linker script',
    replaced(ORJSON, `GROUP ( ${'/lib64/libc.so.6 '.repeat(9)})\n`),
    HEADER,
    'ELF_FOREIGN_FORMAT',
  ),
  orjson('a short text', replaced(ORJSON, 'hello\n'), SHORT, 'ELF_FOREIGN_FORMAT'),
  orjson(
    'needing a glibc that is not there',
    text(ORJSON, 'GLIBC_2.14', 'GLIBC_2.99'),
    /version `GLIBC_2\.99' not found/,
    'ELF_GLIBC_TOO_NEW',
  ),
  orjson('needing the glibc that is there', text(ORJSON, 'GLIBC_2.14', 'GLIBC_2.14'), null, null),
  orjson(
    'needing a library that is nowhere',
    text(ORJSON, 'libc.so.6', 'libq.so.6'),
    /libq\.so\.6: cannot open shared object/,
    'ELF_LIBRARY_MISSING',
  ),
  orjson('needing a plain libc.so', text(ORJSON, 'libc.so.6', 'libc.so'), /libc\.so/, 'ELF_MUSL'),
  orjson(
    'named for Python 3.10',
    renamed(ORJSON, 'orjson/orjson.cpython-310-x86_64-linux-gnu.so'),
    /No module named 'orjson.orjson'/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for Python without the lock',
    renamed(ORJSON, 'orjson/orjson.cpython-313t-x86_64-linux-gnu.so'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for AArch64',
    renamed(ORJSON, 'orjson/orjson.cpython-311-aarch64-linux-gnu.so'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for musl',
    renamed(ORJSON, 'orjson/orjson.cpython-311-x86_64-linux-musl.so'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for macOS',
    renamed(ORJSON, 'orjson/orjson.cpython-311-darwin.so'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for Windows',
    renamed(ORJSON, 'orjson/orjson.cp311-win_amd64.pyd'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson(
    'named for PyPy',
    renamed(ORJSON, 'orjson/orjson.pypy311-pp73-x86_64-linux-gnu.so'),
    /No module named/,
    'PYTHON_EXTENSION_FOREIGN',
  ),
  orjson('named for the stable ABI', renamed(ORJSON, 'orjson/orjson.abi3.so'), null, null),
  orjson('named plainly', renamed(ORJSON, 'orjson/orjson.so'), null, null),
  { title: 'as it is', of: 'numpy', change: nothing, words: null, code: null },
  {
    title: 'without the libraries that its RPATH leads to',
    of: 'numpy',
    change: dir => rm(join(dir, 'numpy.libs'), { recursive: true }),
    words: NO_FILE,
    code: 'ELF_LIBRARY_MISSING',
  },
  {
    title: 'with a library for AArch64 beside',
    of: 'numpy',
    change: async dir => {
      for (const name of readdirSync(join(dir, 'numpy.libs'))) await bytesAt(`numpy.libs/${name}`, 18, 183)(dir)
    },
    words: NO_FILE,
    code: 'ELF_WRONG_ARCHITECTURE',
  },
  {
    title: 'with a C++ runtime that is not there',
    of: 'numpy',
    change: text(BLAS_USER, 'GLIBCXX_3.4', 'GLIBCXX_9.9'),
    words: /version `GLIBCXX_9\.9' not found/,
    code: 'ELF_LIBSTDCXX_TOO_NEW',
  },
  { title: 'as it is', of: 'cryptography', change: nothing, words: null, code: null },
  { title: 'cut off', of: 'cryptography', change: cut(RUST, '-4096'), words: /./s, code: 'ELF_DAMAGED' },
  {
    title: 'of the wheel for AArch64',
    of: 'cryptography-arm64',
    change: nothing,
    words: NO_FILE,
    code: 'ELF_WRONG_ARCHITECTURE',
  },
  {
    title: 'of the wheel for musl',
    of: 'cryptography-musl',
    change: nothing,
    words: /libc\.musl-x86_64\.so\.1/,
    code: 'ELF_MUSL',
  },
  {
    title: 'of the wheel for AArch64',
    of: 'orjson-arm64',
    change: nothing,
    words: /No module named/,
    code: 'PYTHON_EXTENSION_FOREIGN',
  },
  {
    title: 'of the wheel for musl',
    of: 'orjson-musl',
    change: nothing,
    words: /No module named/,
    code: 'PYTHON_EXTENSION_FOREIGN',
  },
]

const WHEELS: readonly [folder: string, wheel: string, platform: string][] = [
  ['orjson', 'orjson==3.13.0', 'manylinux_2_17_x86_64'],
  ['orjson-arm64', 'orjson==3.13.0', 'manylinux_2_17_aarch64'],
  ['orjson-musl', 'orjson==3.13.0', 'musllinux_1_2_x86_64'],
  ['numpy', 'numpy==2.2.6', 'manylinux_2_17_x86_64'],
  ['cryptography', 'cryptography==50.0.2', 'manylinux_2_34_x86_64'],
  ['cryptography-arm64', 'cryptography==50.0.2', 'manylinux_2_34_aarch64'],
  ['cryptography-musl', 'cryptography==50.0.2', 'musllinux_1_2_x86_64'],
  ['cffi', 'cffi==2.1.1', 'manylinux_2_17_x86_64'],
]

const IMPORTS: Readonly<Record<string, string>> = { cryptography: 'cryptography.fernet' }

interface NodeBreakage {
  readonly title: string
  readonly change: Change
  readonly words: RegExp | null
  readonly code: string | null
}

const ADDON = 'node_modules/bufferutil/prebuilds/linux-x64/bufferutil.node'
const fromOther =
  (platform: string): Change =>
  dir =>
    cp(join(dir, `node_modules/bufferutil/prebuilds/${platform}/bufferutil.node`), join(dir, ADDON))

const NODE_BREAKAGES: readonly NodeBreakage[] = [
  {
    title: 'as it is, with add-ons for other systems in folders of their names',
    change: nothing,
    words: null,
    code: null,
  },
  { title: 'for AArch64', change: bytesAt(ADDON, 18, 183), words: NO_FILE, code: 'ELF_WRONG_ARCHITECTURE' },
  { title: 'of 32 bits', change: bytesAt(ADDON, 4, 1), words: /wrong ELF class/, code: 'ELF_WRONG_ARCHITECTURE' },
  { title: 'of macOS in its place', change: fromOther('darwin-arm64'), words: HEADER, code: 'ELF_FOREIGN_FORMAT' },
  { title: 'of Windows in its place', change: fromOther('win32-x64'), words: HEADER, code: 'ELF_FOREIGN_FORMAT' },
  { title: 'empty', change: cut(ADDON, 0), words: SHORT, code: 'ELF_FOREIGN_FORMAT' },
  { title: 'cut to half', change: cut(ADDON, '50%'), words: /./s, code: 'ELF_DAMAGED' },
  {
    title: 'needing a library that is nowhere',
    change: text(ADDON, 'libc.so.6', 'libq.so.6'),
    words: /libq\.so\.6/,
    code: 'ELF_LIBRARY_MISSING',
  },
]

/** The distributions and the npm package, unpacked once for the run. */
let unpacked: Promise<string> | null = null

async function unpack(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lpack-native-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  for (const [folder, wheel, platform] of WHEELS) {
    const wheels = join(dir, `${folder}.wheels`)
    await output('python3', [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--implementation', 'cp'],
      ...['--python-version', '3.11', '--platform', platform, '--dest', wheels, wheel],
    ])
    const [name = ''] = readdirSync(wheels)
    await output('python3', ['-m', 'zipfile', '-e', join(wheels, name), join(dir, folder)])
  }
  await mkdir(join(dir, 'node'))
  await output('npm', ['install', '--silent', '--ignore-scripts', 'bufferutil@4.1.0'], { cwd: join(dir, 'node') })
  return dir
}

async function check(dir: string, plan: Plan): Promise<readonly Finding[]> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(dir, path)).isFile())
    .sort()
    .map(path => {
      const { size } = statSync(join(dir, path))
      const content = { kind: 'disk', path: join(dir, path) } as const
      return { path: toArchivePath(path), bytes: size, executable: false, owner: null, content }
    })
  const subject = makeSubject(plan, testFileSet(files), testSystem())
  const findings = [...(await checkNativeLibraries(subject)), ...(await checkPythonAbi(subject))]
  return findings.filter(({ severity, code }) => severity === 'error' || code === 'ELF_LIBRARY_MISSING')
}

/** The findings there are if and only if it doesn't load, in words that the loader has. */
function compare(
  findings: readonly Finding[],
  err: string,
  code: number,
  expected: { readonly words: RegExp | null; readonly code: string | null },
): void {
  const said = findings.map(({ code, message }) => `${code}: ${message}`).join('\n')
  assert.is(code !== 0, expected.words !== null, `the loader: ${err}`)
  if (expected.words !== null) assert.ok(code !== 1 || expected.words.test(err), `the loader: ${err}`)
  assert.equal(
    findings.map(one => one.code),
    expected.code === null ? [] : [expected.code],
    said,
  )
  const isExact = expected.words !== null && expected.words.source !== '.' && !expected.words.source.includes('|')
  if (isExact) assert.ok(expected.words?.test(said), `${said}\nthe loader: ${err}`)
}

const PYTHON = findPythons(['3.11']).get('3.11')
const isHost = process.platform === 'linux' && process.arch === 'x64'

describe('real/check-native', it => {
  const test = isHost && PYTHON !== undefined ? needing(it, 'python3', 'npm') : it.skip
  const glibc = { major: 2, minor: 36 }
  const target = { ...testTarget('python3.11'), glibc }

  for (const [version, python] of findPythons(['3.9', '3.10', '3.11', '3.12', '3.13'])) {
    it(`looks for modules by the suffixes of Python ${version}`, async () => {
      const code = 'import importlib.machinery, json; print(json.dumps(importlib.machinery.EXTENSION_SUFFIXES))'
      const taken = JSON.parse(await output(python, ['-c', code])) as readonly string[]
      const named = ['.so', '.pyd', '.abi3.so', ...['39', '310', '311', '312', '313', '313t'].flatMap(suffixesOf)]
      const loadable = named.filter(
        suffix => extensionOf(`a/b${suffix}`, { version, architecture: 'x86_64' })?.isLoadable,
      )
      assert.equal([...loadable].sort(), [...taken].sort())
    })
  }

  for (const breakage of BREAKAGES) {
    const verdict =
      breakage.words === null ? 'finds nothing, and it loads' : `finds ${breakage.code}, and it does not load`
    test(`${breakage.of} ${breakage.title}: ${verdict}`, () =>
      inTemporaryFolder(async dir => {
        unpacked ??= unpack()
        const source = await unpacked
        await cp(join(source, breakage.of), dir, { recursive: true })
        const [name = ''] = breakage.of.split('-')
        if (name === 'cryptography') await cp(join(source, 'cffi'), dir, { recursive: true })
        await breakage.change(dir)
        const { code, err } = await load(PYTHON ?? '', ['-B', '-c', `import ${IMPORTS[name] ?? name}`], dir)
        compare(await check(dir, testPlan(dir, { runtime: 'python3.11' }, { target })), err, code, breakage)
      }))
  }

  for (const breakage of NODE_BREAKAGES) {
    const verdict =
      breakage.words === null ? 'finds nothing, and it loads' : `finds ${breakage.code}, and it does not load`
    test(`bufferutil ${breakage.title}: ${verdict}`, () =>
      inTemporaryFolder(async dir => {
        unpacked ??= unpack()
        await cp(join(await unpacked, 'node'), dir, { recursive: true })
        await breakage.change(dir)
        const { code, err } = await load(process.execPath, ['-e', `require('./${ADDON}')`], dir)
        compare(await check(dir, testNodePlan(dir)), err, code, breakage)
      }))
  }
})

const suffixesOf = (python: string): readonly string[] =>
  ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'x86_64-linux-musl', 'darwin'].map(one => `.cpython-${python}-${one}.so`)

/** A loader that dies of a bus error has not loaded. */
async function load(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly err: string }> {
  try {
    const env = { ...process.env, LD_LIBRARY_PATH: `${cwd}:${cwd}/lib`, PYTHONPATH: cwd }
    return await ran(program, args, { cwd, env })
  } catch (error) {
    return { code: 128, err: String(error) }
  }
}
