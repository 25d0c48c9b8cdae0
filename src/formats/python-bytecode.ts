// https://peps.python.org/pep-3147/, https://peps.python.org/pep-0552/

/** The first bytes of compiled Python, in bytes. */
export const BYTECODE_HEAD_BYTES = 16

/** The number that marks a version's bytecode. A version under development has none yet. https://github.com/python/cpython/blob/main/Include/internal/pycore_magic_number.h */
const MAGIC_NUMBERS: Readonly<Record<string, number>> = {
  '3.9': 3425,
  '3.10': 3439,
  '3.11': 3495,
  '3.12': 3531,
  '3.13': 3571,
  '3.14': 3627,
}

/** Whether a version of Python (such as 3.13) loads bytecode with this head: 'unknown' where the version has no number yet. */
export function loadsBytecode(head: Uint8Array, version: string): boolean | 'unknown' {
  const wanted = MAGIC_NUMBERS[version]
  if (wanted === undefined) return 'unknown'
  return head[0] === (wanted & 0xff) && head[1] === wanted >> 8 && head[2] === 0x0d && head[3] === 0x0a
}

/** True if Python compares the time and size of the source before it takes this bytecode, rather than its hash or nothing. */
export function isCheckedByTime(head: Uint8Array): boolean {
  return head.length >= BYTECODE_HEAD_BYTES && [4, 5, 6, 7].every(at => head[at] === 0)
}
