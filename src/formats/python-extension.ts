import { posix } from 'node:path'
import type { Architecture } from '../model.ts'

/** A file name that Python takes, or another Python would take, for a compiled module. */
export interface PythonExtension {
  /** The module's name, without its package. */
  readonly module: string
  /** What the name says of the Python that it is for, such as `cpython-313-x86_64-linux-gnu`; '' where it says nothing. */
  readonly tag: string
  /** True if the target's Python looks for such a name. */
  readonly isLoadable: boolean
}

interface Interpreter {
  /** Such as 3.13. */
  readonly version: string
  readonly architecture: Architecture
}

const TAGGED = /^([^.]+)\.((?:cpython|cp|pypy|graalpy|graalpython|pyston)-?\d[\w-]*|abi\d+t?)\.(?:so|pyd)$/
const PLAIN = /^([^.]+)\.(so|pyd)$/

/** The first version that also takes `.abi3t.so`. https://peps.python.org/pep-0803/ */
const FIRST_ABI3T_MINOR = 15

/**
 * Reads the name of a file as `import` does; null if it is no compiled module's. CPython on Linux looks for
 * `.cpython-313-x86_64-linux-gnu.so`, `.abi3.so` and `.so`. https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES
 */
export function extensionOf(path: string, { version, architecture }: Interpreter): PythonExtension | null {
  const name = posix.basename(path)
  const plain = PLAIN.exec(name)
  if (plain !== null) return { module: plain[1] ?? '', tag: '', isLoadable: plain[2] === 'so' }
  const [, module = '', tag = ''] = TAGGED.exec(name) ?? []
  if (module === '') return null
  const minor = version.split('.')[1] ?? ''
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64'
  const taken = [
    `cpython-3${minor}-${machine}-linux-gnu`,
    'abi3',
    ...(Number(minor) >= FIRST_ABI3T_MINOR ? ['abi3t'] : []),
  ]
  return { module, tag, isLoadable: taken.includes(tag) && name.endsWith('.so') }
}
