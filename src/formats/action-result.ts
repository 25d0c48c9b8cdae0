/**
 * The part of an ActionResult of Bazel's Remote Execution API that tells of files, in Protocol Buffers' encoding.
 * https://github.com/bazelbuild/remote-apis/blob/main/build/bazel/remote/execution/v2/remote_execution.proto
 * https://protobuf.dev/programming-guides/encoding/
 */
export interface OutputFile {
  /** Relative, not empty. */
  readonly path: string
  readonly digest: Digest
  /** The file itself, where it is small; empty: it is elsewhere. */
  readonly contents: Uint8Array
}

export interface Digest {
  /** sha256 in lower-case hex. */
  readonly hash: string
  readonly bytes: number
}

// Field numbers.
const OUTPUT_FILES = 2
const PATH = 1
const DIGEST = 2
const CONTENTS = 5
const HASH = 1
const SIZE_BYTES = 2

const SHA256 = /^[0-9a-f]{64}$/

export function encodeActionResult(files: readonly OutputFile[]): Uint8Array {
  return Buffer.concat(
    files.flatMap(({ path, digest, contents }) => {
      const size = digest.bytes === 0 ? [] : [varint(SIZE_BYTES << 3), varint(digest.bytes)]
      return lengthDelimited(OUTPUT_FILES, [
        ...lengthDelimited(PATH, [Buffer.from(path)]),
        ...lengthDelimited(DIGEST, [...lengthDelimited(HASH, [Buffer.from(digest.hash)]), ...size]),
        ...(contents.length === 0 ? [] : lengthDelimited(CONTENTS, [contents])),
      ])
    }),
  )
}

/**
 * The files of an ActionResult, in its order; null for anything that is none, and for more than `maxFiles`. What else it tells is passed
 * over. `contents` are views of the bytes.
 */
export function decodeActionResult(bytes: Uint8Array, maxFiles: number): readonly OutputFile[] | null {
  const files: OutputFile[] = []
  for (const field of fieldsOf(bytes)) {
    if (field === null) return null
    if (field.number !== OUTPUT_FILES) continue
    const file = typeof field.value === 'number' ? null : decodeFile(field.value)
    if (file === null || files.length === maxFiles) return null
    files.push(file)
  }
  return files
}

function decodeFile(bytes: Uint8Array): OutputFile | null {
  const fields = singular(bytes)
  const path = textOf(fields?.get(PATH))
  const digest = digestOf(fields?.get(DIGEST))
  const contents = fields?.get(CONTENTS) ?? new Uint8Array()
  if (path === null || path === '' || digest === null || typeof contents === 'number') return null
  return { path, digest, contents }
}

function digestOf(value: Value | undefined): Digest | null {
  const fields = value instanceof Uint8Array ? singular(value) : null
  const hash = textOf(fields?.get(HASH))
  const bytes = fields?.get(SIZE_BYTES) ?? 0
  if (hash === null || !SHA256.test(hash) || typeof bytes !== 'number' || !Number.isSafeInteger(bytes)) return null
  return { hash, bytes }
}

function textOf(value: Value | undefined): string | null {
  if (!(value instanceof Uint8Array)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    return null // It isn't UTF-8.
  }
}

/** A varint, beyond 2^53 as Infinity; fixed-width numbers, which nothing here needs, as NaN; else what is length-delimited. */
type Value = number | Uint8Array

interface Field {
  readonly number: number
  readonly value: Value
}

/** The fields that this file knows. Null where one is there twice, which no writer does. */
function singular(bytes: Uint8Array): ReadonlyMap<number, Value> | null {
  const fields = new Map<number, Value>()
  for (const field of fieldsOf(bytes)) {
    if (field === null || fields.has(field.number)) return null
    if (field.number <= CONTENTS) fields.set(field.number, field.value)
  }
  return fields
}

/** The fields of a message one by one; null and the end where the bytes are none. */
function* fieldsOf(bytes: Uint8Array): Generator<Field | null> {
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    const number = Math.floor(tag.value / 8)
    if (tag.end === 0 || number < 1 || number >= 2 ** 29) return yield null
    const field = readValue(bytes, tag.end, tag.value % 8)
    if (field === null) return yield null
    at = field.end
    yield { number, value: field.value }
  }
}

function readValue(bytes: Uint8Array, at: number, wireType: number): { value: Value; end: number } | null {
  switch (wireType) {
    case 0: {
      const varint = readVarint(bytes, at)
      return varint.end === 0 ? null : varint
    }
    case 1:
    case 5: {
      const end = at + (wireType === 1 ? 8 : 4)
      return end > bytes.length ? null : { value: Number.NaN, end }
    }
    case 2: {
      const length = readVarint(bytes, at)
      const end = length.end + length.value
      if (length.end === 0 || end > bytes.length) return null
      return { value: bytes.subarray(length.end, end), end }
    }
    default:
      return null // A group, which this message never had, or no wire type at all.
  }
}

/** `end` 0: there is none. */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0
  for (let place = 0; place < 10; place++) {
    const byte = bytes[start + place]
    if (byte === undefined) break
    value += (byte & 0x7f) * 2 ** (7 * place)
    if (byte < 0x80) return { value: value > Number.MAX_SAFE_INTEGER ? Infinity : value, end: start + place + 1 }
  }
  return { value: 0, end: 0 }
}

function lengthDelimited(number: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  return [varint((number << 3) | 2), varint(bytes), ...parts]
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.of(...bytes, rest)
}
