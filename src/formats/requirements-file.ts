import { type Marker, parseMarker, parseRequirement, type Requirement } from './pep508.ts'
import { readOptions, type WrittenOption } from './requirements-options.ts'

/** Hashes that a line accepts. */
export interface LineHashes {
  /** sha256 in lower-case hex, that of the URL's fragment included. */
  readonly hashes: readonly string[]
  /** Those of other algorithms, as `algorithm:hex`. */
  readonly otherHashes: readonly string[]
}

interface OnLine {
  /** Where the line begins, counted from 1. */
  readonly line: number
}

/** A project or an archive that is named by its place alone. */
export interface ArchiveLine extends LineHashes, OnLine {
  /** `path`: on disk, relative to the requirements file, or a file: URL; `url-archive`: any other URL, `git+https:` included. */
  readonly kind: 'path' | 'url-archive'
  /** Without extras, marker and fragment. */
  readonly target: string
  /** Normalised, from `#egg=`; null if the line does not tell. */
  readonly name: string | null
  readonly extras: readonly string[]
  readonly marker: Marker | null
  /** From `#subdirectory=`; '' if there is none. */
  readonly subdirectory: string
}

/** One meaning of a line of a requirements file: https://pip.pypa.io/en/stable/reference/requirements-file-format/ */
export type RequirementLine =
  | ({ readonly kind: 'requirement'; readonly requirement: Requirement } & LineHashes & OnLine)
  | ({ readonly kind: 'include' | 'constraint'; readonly path: string } & OnLine)
  /** `target` is as written, its extras and fragment included. */
  | ({ readonly kind: 'editable'; readonly target: string; readonly marker: Marker | null } & OnLine)
  | ArchiveLine
  /** `name` is the long name without dashes; `value` is '' for switches. */
  | ({ readonly kind: 'option'; readonly name: string; readonly value: string } & OnLine)

/**
 * Parses one requirements file; what it includes is the caller's affair. `${NAME}` becomes the environment's value where it has one.
 * Throws a SyntaxError whose message begins with the line, as in `line 3: …`.
 */
export function parseRequirementsText(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): readonly RequirementLine[] {
  return logicalLines(text).flatMap(({ written, line }) => {
    try {
      return parseLine(expandVariables(written, environment), line)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new SyntaxError(`line ${line}: ${error.message}`, { cause: error })
    }
  })
}

interface LogicalLine extends OnLine {
  readonly written: string
}

/** Lines without comments, those that end in a backslash joined with the next. */
function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = []
  let pending: string[] = []
  let start = 1
  const finish = (): void => {
    const written = withoutComment(pending.join('')).trim()
    if (written !== '') lines.push({ written, line: start })
    pending = []
  }
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (pending.length === 0) start = index + 1
    const isComment = /^\s*#/.test(line)
    // As pip: a comment ends a joined line, and its own backslash joins nothing.
    if (line.endsWith('\\') && !isComment) {
      pending.push(line.slice(0, -1))
    } else {
      pending.push(isComment ? ` ${line}` : line)
      finish()
    }
  }
  finish()
  return lines
}

function withoutComment(line: string): string {
  for (let at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
    // A # inside a word is the fragment of a URL.
    if (at === 0 || /\s/.test(line[at - 1] ?? '')) return line.slice(0, at)
  }
  return line
}

const expandVariables = (line: string, environment: Readonly<Record<string, string | undefined>>): string =>
  line.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => environment[name] || whole)

/** uv writes a marker behind an editable, which pip does not read. */
const EDITABLE_WITH_MARKER = /^(?:-e|--editable)[\s=]\s*(\S.*?)\s+;(.*)$/

function parseLine(written: string, line: number): readonly RequirementLine[] {
  const [, editable, marker = ''] = EDITABLE_WITH_MARKER.exec(written) ?? []
  if (editable !== undefined) return [{ kind: 'editable', target: editable, marker: parseMarker(marker), line }]
  const optionsAt = /(?:^|\s)-/.exec(written)?.index ?? written.length
  const target = written.slice(0, optionsAt).trim()
  const options = readOptions(written.slice(optionsAt))
  const hashes = readHashes(options.filter(option => option.name === 'hash'))
  const others = options.filter(option => option.name !== 'hash').map(option => optionLine(option, line))
  if (target !== '') return [targetLine(target, hashes, line), ...others]
  if (options.length !== others.length)
    throw new SyntaxError('--hash stands on the line of its requirement, or after a `\\` at its end')
  return others
}

function optionLine({ name, value }: WrittenOption, line: number): RequirementLine {
  if (name === 'requirement') return { kind: 'include', path: value, line }
  if (name === 'constraint') return { kind: 'constraint', path: value, line }
  if (name === 'editable') return { kind: 'editable', target: value, marker: null, line }
  return { kind: 'option', name, value, line }
}

function readHashes(options: readonly WrittenOption[]): LineHashes {
  const hashes: string[] = []
  const otherHashes: string[] = []
  for (const { value } of options) {
    const match = /^([a-z0-9_]+):([0-9a-f]+)$/i.exec(value)
    const [, algorithm = '', hex = ''] = match ?? []
    if (match === null || (algorithm === 'sha256' && hex.length !== 64)) {
      throw new SyntaxError(`--hash=${value} is not an algorithm and its hex digits, as in sha256:… with 64 of them`)
    }
    if (algorithm === 'sha256') hashes.push(hex.toLowerCase())
    else otherHashes.push(`${algorithm}:${hex.toLowerCase()}`)
  }
  return { hashes, otherHashes }
}

// ── What stands before the options: a requirement, a URL or a path ───────────────────────────────

const NAMED = /^[a-zA-Z0-9][a-zA-Z0-9._-]*\s*(?:\[[^\]]*\]\s*)?@/
// One letter before the colon is a drive of Windows.
const URL_SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]+:\S/
const ARCHIVE = /\.(?:whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz)$/i

function targetLine(target: string, given: LineHashes, line: number): RequirementLine {
  if (NAMED.test(target) || !isPlace(target)) {
    const requirement = parseRequirement(target)
    return { kind: 'requirement', requirement, ...withFragmentHash(given, requirement.url ?? ''), line }
  }
  const isUrl = URL_SCHEME.test(target)
  // A semicolon may be part of a URL, so there it needs a space before or after it.
  const markerAt = target.search(isUrl ? /\s;|;\s/ : /;/)
  const place = (markerAt < 0 ? target : target.slice(0, markerAt)).trim()
  const marker = markerAt < 0 ? null : parseMarker(target.slice(markerAt).trim().replace(/^;/, ''))
  const [address = '', fragment = ''] = isUrl ? splitOnce(place, '#') : [place]
  const [path, pathExtras] = splitExtras(address)
  const facts = new URLSearchParams(fragment.replaceAll('+', '%2B'))
  const [egg, eggExtras] = splitExtras(facts.get('egg') ?? '')
  const named = egg === '' ? null : parseRequirement(egg)
  return {
    kind: !isUrl || /^file:/i.test(path) ? 'path' : 'url-archive',
    target: path,
    name: named?.name ?? null,
    extras: parseRequirement(`x${pathExtras || eggExtras}`).extras,
    marker,
    subdirectory: facts.get('subdirectory') ?? '',
    ...withFragmentHash(given, place),
    line,
  }
}

function isPlace(target: string): boolean {
  const beforeMarker = target.split(';', 1)[0]?.trim() ?? ''
  const [path] = splitExtras(beforeMarker)
  return path.startsWith('.') || /[/\\]/.test(path) || ARCHIVE.test(path) || URL_SCHEME.test(path)
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

/** `./project[extra]` as the path and `[extra]`. */
function splitExtras(text: string): readonly [string, string] {
  const at = text.endsWith(']') ? text.lastIndexOf('[') : -1
  return at <= 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at)]
}

function withFragmentHash(given: LineHashes, url: string): LineHashes {
  const sha256 = /[#&]sha256=([0-9a-f]{64})(?:&|$)/i.exec(url.slice(Math.max(0, url.indexOf('#'))))?.[1]?.toLowerCase()
  if (sha256 === undefined || given.hashes.includes(sha256)) return given
  return { ...given, hashes: [...given.hashes, sha256] }
}
