// Reading DEFLATE's codes. JavaScript, for a worker thread loads it as it is when lpack runs from its sources.

// https://www.rfc-editor.org/rfc/rfc1951 §3.2
const LONGEST_CODE = 15

/** A table is looked up with so many bits; longer codes, which are rare, are decoded bit by bit. */
export const TABLE_BITS = 10
export const TABLE_MASK = (1 << TABLE_BITS) - 1

/** @typedef {{ readonly view: DataView, readonly endBit: number }} Input */

/**
 * At least 25 bits from a bit on.
 * @param {Input} input
 * @param {number} at
 */
export function peek({ view, endBit }, at) {
  if (at > endBit) throw damaged('ends too early')
  return view.getUint32(at >> 3, true) >>> (at & 7)
}

/**
 * @typedef {object} Code
 * @property {Uint16Array} table by the next bits: the symbol, and below it in 4 bits the length of its code; 0 where that is longer
 * @property {Uint16Array} counts how many codes there are of each length
 * @property {Uint16Array} sorted symbols by their codes
 */

/** @returns {Code} */
export function makeCode() {
  return {
    table: new Uint16Array(TABLE_MASK + 1),
    counts: new Uint16Array(LONGEST_CODE + 1),
    sorted: new Uint16Array(288),
  }
}

/**
 * @param {Code} code
 * @param {Uint8Array} lengths
 */
export function fillCode({ table, counts, sorted }, lengths) {
  counts.fill(0)
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  counts[0] = 0
  const places = new Uint16Array(LONGEST_CODE + 2)
  const codes = new Uint16Array(LONGEST_CODE + 2)
  let free = 1
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const count = counts[length] ?? 0
    free = free * 2 - count
    if (free < 0) throw damaged('has more codes than there can be')
    places[length + 1] = (places[length] ?? 0) + count
    codes[length + 1] = ((codes[length] ?? 0) + count) << 1
  }
  table.fill(0)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0
    if (length === 0) continue
    const place = places[length] ?? 0
    places[length] = place + 1
    sorted[place] = symbol
    const code = codes[length] ?? 0
    codes[length] = code + 1
    if (length > TABLE_BITS) continue
    for (let at = reversed(code, length); at <= TABLE_MASK; at += 1 << length) table[at] = (symbol << 4) | length
  }
}

/**
 * @param {number} code
 * @param {number} length
 */
function reversed(code, length) {
  let bits = 0
  for (let left = 0; left < length; left++) bits |= ((code >> left) & 1) << (length - 1 - left)
  return bits
}

/**
 * A symbol, and below it in 4 bits the length of its code.
 * @param {Input} input
 * @param {number} at
 * @param {Code} code
 */
export function slowSymbol(input, at, { counts, sorted }) {
  const bits = peek(input, at)
  let value = 0
  let first = 0
  let place = 0
  for (let length = 1; length <= LONGEST_CODE; length++) {
    value |= (bits >> (length - 1)) & 1
    const count = counts[length] ?? 0
    if (value - first < count) return ((sorted[place + value - first] ?? 0) << 4) | length
    place += count
    first = (first + count) << 1
    value <<= 1
  }
  throw damaged('has a code that stands for nothing')
}

/** @param {string} why */
export function damaged(why) {
  return new Error(`A DEFLATE stream ${why}`)
}
