import type { Random } from './survive.ts'

/** The bytes after some flips, cuts, insertions and copies within a range. */
export function damagedBytes(bytes: Uint8Array, random: Random, [from, to]: readonly [number, number]): Uint8Array {
  let damaged = Buffer.from(bytes)
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = Math.min(from + random.below(Math.max(1, to - from)), Math.max(0, damaged.length - 1))
    const length = random.onceIn(4) ? random.below(200) : random.below(5)
    switch (random.below(6)) {
      case 0:
      case 1:
        damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8))
        break
      case 2:
        damaged[at] = random.pick([0, 0xff, 0x7f, 0x80, 0x0a, 0x2f])
        break
      case 3:
        damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)])
        break
      case 4: {
        const piece = Buffer.from(Array.from({ length }, () => random.below(256)))
        damaged = Buffer.concat([damaged.subarray(0, at), piece, damaged.subarray(at)])
        break
      }
      default:
        damaged.copy(damaged, at, random.below(damaged.length), random.below(damaged.length))
    }
  }
  return random.onceIn(25) ? damaged.subarray(0, random.below(damaged.length)) : damaged
}

/** What nobody expects in a value or a line. */
const ODD_PIECES = [
  '',
  '0',
  '-1',
  '1e400',
  '99999999999999999999999999',
  'true',
  'null',
  '[]',
  '{}',
  '[[]]',
  '""',
  '"\\u0000"',
  '"__proto__"',
  '__proto__ = 1',
  '"constructor"',
  'toString',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '../../../etc/passwd',
  'file:///etc/passwd',
  'https://[::1',
  'http://%zz/',
  'https://u:%zz@example.com/x-1.0.zip',
  'file://host/x-1.0-py3-none-any.whl',
  'file:///a%2Fb-1.0-py3-none-any.whl',
  '%',
  '"'.repeat(300),
  '['.repeat(3000),
  '{'.repeat(3000),
  '('.repeat(3000),
  '>=1,'.repeat(500),
  `${'a'.repeat(20_000)}`,
  '1.'.repeat(5000),
  '; python_version == "3"',
  "; extra == 'x' or extra != 'x'",
  '\r',
  '\t',
  '\\',
  '#',
  '$HOME ${X}',
  '\ud800',
  'é',
]

/** The text after some damage to its lines, values, numbers and quotes, or to its bytes. */
export function damagedText(text: string, random: Random): string {
  let damaged = text
  for (let times = 1 + random.below(3); times > 0; times--)
    damaged = DAMAGES[random.below(DAMAGES.length)]?.(damaged, random) ?? damaged
  return damaged
}

type Damage = (text: string, random: Random) => string

const DAMAGES: readonly Damage[] = [
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1 + random.below(3))),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[random.below(lines.length)] ?? '')),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, random.pick(ODD_PIECES))),
  (text, random) => onLines(text, random, (lines, at) => lines.push(...lines.splice(at, 1 + random.below(30)))),
  // Values of other types.
  (text, random) => atMatch(text, random, /"[^"\n]*"/g, () => random.pick(ODD_PIECES)),
  (text, random) => atMatch(text, random, /"[^"\n]*"/g, () => JSON.stringify(random.pick(ODD_PIECES))),
  (text, random) =>
    atMatch(text, random, /\b\d+\b/g, () =>
      random.pick(['-1', '1e999', '9'.repeat(400), '"1"', '0x', 'nan', '1979-05-27']),
    ),
  (text, random) => atMatch(text, random, /[[\]{}]/g, () => random.pick(['[', ']', '{', '}', '[[', ''])),
  (text, random) => atMatch(text, random, /[=:]\s*(?=\S)/g, () => random.pick(['= [', '= {', ': ', '= 1 #', '='])),
  // One name for another makes cycles, twins and packages of nowhere.
  (text, random) => {
    const values = [...text.matchAll(/"[^"\n]*"/g)].map(match => match[0])
    return values.length === 0 ? text : atMatch(text, random, /"[^"\n]*"/g, () => random.pick(values))
  },
  (text, random) => {
    const keys = [...text.matchAll(/^[\w-]+(?= =)/gm)].map(match => match[0])
    return keys.length === 0 ? text : atMatch(text, random, /^[\w-]+(?= =)/gm, () => random.pick(keys))
  },
  (text, random) => {
    const at = random.below(text.length + 1)
    return text.slice(0, at) + random.pick(ODD_PIECES) + text.slice(at + random.below(4))
  },
  (text, random) => Buffer.from(damagedBytes(Buffer.from(text), random, [0, Buffer.byteLength(text)])).toString('utf8'),
]

function onLines(text: string, random: Random, change: (lines: string[], at: number) => unknown): string {
  const lines = text.split('\n')
  change(lines, random.below(lines.length))
  return lines.join('\n')
}

function atMatch(text: string, random: Random, pattern: RegExp, replacement: () => string): string {
  const matches = [...text.matchAll(pattern)]
  if (matches.length === 0) return text
  const match = random.pick(matches)
  return text.slice(0, match.index) + replacement() + text.slice(match.index + match[0].length)
}

const ODD_VALUES = (): readonly unknown[] => [
  '',
  ' ',
  0,
  -1,
  1.5,
  true,
  {},
  [],
  [{}],
  [[['x']]],
  { name: 1 },
  { path: '.' },
  { url: 'https://[::1' },
  { url: 'file://host/x' },
  'file:///a%2Fb-1.0-py3-none-any.whl',
  'https://u:%zz@example.com/x-1.0.zip',
  { git: 'https://example.com/x.git' },
  { version: {} },
  { marker: '(' },
  '>=1,<1',
  '==1.*',
  '.',
  '../..',
  '\0',
  'a\nb',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  'git+https://example.com/x.git@main#subdirectory=..',
  'sha256:0',
  'sha512:00',
  'extra == "x"',
  'python_version < "4" and ('.repeat(50),
  'https://example.com/a-1.0-py3-none-any.whl',
  'file:///a/b.whl',
  new Date(0),
]

/** A deep copy of data after values in it were removed, replaced by odd ones, or by each other. */
export function damagedData<T>(data: T, random: Random): T {
  const copy = structuredClone(data)
  for (let times = 1 + random.below(3); times > 0; times--) {
    const places = placesIn(copy)
    if (places.length === 0) return copy
    const { holder, key } = random.pick(places)
    const other = random.pick(places)
    switch (random.below(5)) {
      case 0:
        if (Array.isArray(holder)) holder.splice(Number(key), 1)
        else delete holder[key]
        break
      case 1:
        if (Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]))
        else
          holder[random.pick(['__proto__ ', 'name', 'version', 'source', 'unknown', other.key])] = structuredClone(
            holder[key],
          )
        break
      case 2:
        holder[key] = structuredClone(other.holder[other.key])
        break
      default:
        holder[key] = random.pick(ODD_VALUES())
    }
  }
  return copy
}

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}

function placesIn(data: unknown): Place[] {
  if (typeof data !== 'object' || data === null || data instanceof Date) return []
  const holder = data as Record<string, unknown>
  return Object.keys(holder).flatMap(key => [{ holder, key }, ...placesIn(holder[key])])
}
