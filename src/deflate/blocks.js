// JavaScript, for a worker thread loads it as it is when lpack runs from its sources.

import { damaged, fillCode, makeCode, peek, slowSymbol, TABLE_BITS, TABLE_MASK } from './codes.js'

// https://www.rfc-editor.org/rfc/rfc1951 §3.2
const STORED = 0
const FIXED = 1
const DYNAMIC = 2
const END_OF_BLOCK = 256
const LAST_LENGTH = 285
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]

/** What a step over several symbols ends with. */
const LITERALS = 0
const LENGTH = 1
const END = 2

/** A word is read at a stretch, and an empty stored block is added: so much room is needed behind a stream. */
const ROOM_BYTES = 12

/**
 * A whole DEFLATE stream as the beginning of one: its last block is final no longer, and it ends with a byte, so that the bytes of
 * another stream can follow. Throws what is a bug: that it isn't a DEFLATE stream and nothing else.
 * @param {Uint8Array} stream
 * @returns {Uint8Array}
 */
export function withoutEnd(stream) {
  const open = new Uint8Array(stream.length + ROOM_BYTES)
  open.set(stream)
  const { lastBlock, end } = walk(open, stream.length)
  open[lastBlock >> 3] = (open[lastBlock >> 3] ?? 0) & ~(1 << (lastBlock & 7))
  if (end % 8 === 0) return open.slice(0, end / 8)
  // An empty stored block, as zlib's sync flush makes it: three bits that are 0, like those up to the next byte, and its length.
  const lengthAt = (end + 3 + 7) >> 3
  open.set([0, 0, 0xff, 0xff], lengthAt)
  return open.slice(0, lengthAt + 4)
}

/**
 * Finds the bit where the last block of a stream starts, and the one behind its end.
 * @param {Uint8Array} bytes with room behind the stream, all 0
 * @param {number} length of the stream
 * @returns {{ readonly lastBlock: number, readonly end: number }}
 */
function walk(bytes, length) {
  const input = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), endBit: length * 8 }
  if (length >= 2 ** 28) throw new Error('a stream of 256 MiB and more has more bits than this counts')
  const codes = {
    literals: makeCode(),
    distances: makeCode(),
    steps: new Uint16Array(TABLE_MASK + 1),
    jumps: new Uint8Array(TABLE_MASK + 1),
  }
  for (let at = 0; ; ) {
    const header = peek(input, at)
    const end = skipBlock(input, at + 3, (header >> 1) & 3, codes)
    if (end > input.endBit) throw damaged('ends too early')
    if ((header & 1) === 1) {
      if ((end + 7) >> 3 !== length || peek(input, end) !== 0) throw damaged('has something behind its end')
      return { lastBlock: at, end }
    }
    at = end
  }
}

/**
 * Returns the bit behind a block.
 * @param {Input} input
 * @param {number} at behind the header
 * @param {number} type
 * @param {Codes} codes
 */
function skipBlock(input, at, type, codes) {
  if (type === STORED) {
    const lengthAt = (at + 7) & ~7
    const lengths = peek(input, lengthAt)
    if ((lengths & 0xffff) !== (~(lengths >>> 16) & 0xffff)) throw damaged('has a stored block of two lengths')
    return lengthAt + 32 + (lengths & 0xffff) * 8
  }
  if (type === FIXED) {
    readFixed(codes)
    return skipSymbols(input, at, codes)
  }
  if (type === DYNAMIC) return skipSymbols(input, readDynamic(input, at, codes), codes)
  throw damaged('has a block of no known type')
}

/**
 * @param {Input} input
 * @param {number} start
 * @param {Codes} codes
 */
function skipSymbols(input, start, codes) {
  const { view, endBit } = input
  const { steps, jumps } = codes
  let at = start
  while (at <= endBit) {
    const word = view.getUint32(at >> 3, true) >>> (at & 7)
    const step = steps[word & TABLE_MASK] ?? 0
    const bits = step >> 2
    // Without a branch, for nothing foretells what comes. Of the word's 25 bits a step takes 15 at most, which leaves enough for the table.
    const jump = (jumps[(word >>> bits) & TABLE_MASK] ?? 0) & -(step & LENGTH)
    at += bits + jump
    if ((step & LENGTH) === 0 ? (step & END) === 0 && step !== 0 : jump !== 0) continue
    if ((step & END) === END) return at
    if (step === 0) {
      const symbol = stepOfSymbol(slowSymbol(input, at, codes.literals))
      at += symbol >> 2
      if ((symbol & END) === END) return at
      if ((symbol & LENGTH) === 0) continue
    }
    at += jumpOfSymbol(slowSymbol(input, at, codes.distances))
  }
  throw damaged('ends too early')
}

/** @typedef {import('./codes.js').Input} Input */

/**
 * @typedef {object} Codes
 * @property {import('./codes.js').Code} literals
 * @property {import('./codes.js').Code} distances
 * @property {Uint16Array} steps by the next bits: how many bits the symbols have that are whole in them, and in the lowest two what they end with; 0 where that is none
 * @property {Uint8Array} jumps by the bits behind a length: how many bits its distance has; 0 where its code is longer
 */

/**
 * What the next bits hold of whole symbols: literals, of which nothing is wanted, are stepped over together.
 * @param {Codes} codes
 */
function fillSteps({ steps, jumps, literals: { table }, distances }) {
  for (let index = 0; index <= TABLE_MASK; index++) {
    let bits = 0
    let kind = LITERALS
    while (kind === LITERALS) {
      const symbol = table[index >> bits] ?? 0
      if (symbol === 0 || (symbol & 15) > TABLE_BITS - bits || symbol >> 4 > LAST_LENGTH) break
      const step = stepOfSymbol(symbol)
      bits += step >> 2
      kind = step & 3
    }
    steps[index] = (bits << 2) | kind
    jumps[index] = jumpOfSymbol(distances.table[index] ?? 0)
  }
}

/**
 * @param {number} symbol of the code of literals and lengths, with the length of its code
 * @returns {number} its bits and kind, as in `steps`
 */
function stepOfSymbol(symbol) {
  const value = symbol >> 4
  const bits = symbol & 15
  if (value < END_OF_BLOCK) return (bits << 2) | LITERALS
  if (value === END_OF_BLOCK) return (bits << 2) | END
  const extra = LENGTH_EXTRA[value - END_OF_BLOCK - 1]
  if (extra === undefined) throw damaged('has a length that there is none of')
  return ((bits + extra) << 2) | LENGTH
}

/**
 * @param {number} symbol of the code of distances, with the length of its code
 * @returns {number} its bits
 */
function jumpOfSymbol(symbol) {
  const value = symbol >> 4
  return (symbol & 15) + (value < 4 ? 0 : (value >> 1) - 1)
}

/** @param {Codes} codes */
function readFixed(codes) {
  fillCode(
    codes.literals,
    Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  )
  fillCode(codes.distances, new Uint8Array(30).fill(5))
  fillSteps(codes)
}

/**
 * Reads the codes of a dynamic block. Returns the bit behind them.
 * @param {Input} input
 * @param {number} start
 * @param {Codes} codes
 */
function readDynamic(input, start, codes) {
  const header = peek(input, start)
  const literals = 257 + (header & 31)
  const distances = 1 + ((header >> 5) & 31)
  let at = start + 14
  if (literals > 286 || distances > 30) throw damaged('has more codes than there can be')
  const lengthLengths = new Uint8Array(19)
  for (const symbol of LENGTH_ORDER.slice(0, 4 + ((header >> 10) & 15))) {
    lengthLengths[symbol] = peek(input, at) & 7
    at += 3
  }
  fillCode(codes.literals, lengthLengths)
  const lengths = new Uint8Array(literals + distances)
  for (let place = 0; place < lengths.length; ) {
    const symbol = slowSymbol(input, at, codes.literals)
    at += symbol & 15
    const { bits, times, length } = repeatOf(symbol >> 4, peek(input, at), lengths[place - 1])
    at += bits
    if (place + times > lengths.length) throw damaged('has more codes than it says')
    lengths.fill(length, place, place + times)
    place += times
  }
  if (lengths[END_OF_BLOCK] === 0) throw damaged('has a block without an end')
  fillCode(codes.literals, lengths.subarray(0, literals))
  fillCode(codes.distances, lengths.subarray(literals))
  fillSteps(codes)
  return at
}

/**
 * §3.2.7: what a symbol of the code of lengths stands for.
 * @param {number} symbol
 * @param {number} next the bits behind it
 * @param {number | undefined} previous the length before
 */
function repeatOf(symbol, next, previous) {
  if (symbol < 16) return { bits: 0, times: 1, length: symbol }
  if (symbol === 17) return { bits: 3, times: 3 + (next & 7), length: 0 }
  if (symbol === 18) return { bits: 7, times: 11 + (next & 127), length: 0 }
  if (previous === undefined) throw damaged('repeats a length before there is one')
  return { bits: 2, times: 3 + (next & 3), length: previous }
}
