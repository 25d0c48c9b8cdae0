import { UserError } from '../../errors.ts'
import type { ComparedFile, ComparedPackage, ComparedShare, DiffSide } from '../diff.ts'

/** Reads what an earlier `report --json` printed: a side for each function, by name. Throws UserError DIFF_UNREADABLE and DIFF_WITHOUT_FILES. */
export function sidesOfDocument(text: string, path: string): ReadonlyMap<string, DiffSide> {
  const document = parsed(text, path)
  const functions = isRecord(document) ? document['functions'] : undefined
  if (!Array.isArray(functions)) throw new UserError('DIFF_UNREADABLE', path, 'it has no `functions`')
  return new Map(functions.map((one: unknown, at) => sideOf(one, `functions[${at}]`, path)))
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    // JavaScript's words quote the text, which may be anything.
    throw new UserError('DIFF_UNREADABLE', path, 'it is neither a zip nor JSON')
  }
}

function sideOf(one: unknown, key: string, path: string): readonly [string, DiffSide] {
  const report = recordAt(one, key, path)
  if (!Array.isArray(report['files'])) throw new UserError('DIFF_WITHOUT_FILES', path)
  const artifact = recordAt(report['artifact'], `${key}.artifact`, path)
  const reader = makeReader(path)
  const side: DiffSide = {
    path,
    artifact: {
      bytes: reader.size(artifact, 'bytes', `${key}.artifact`),
      unzippedBytes: reader.size(artifact, 'unzippedBytes', `${key}.artifact`),
      sha256: reader.text(artifact, 'sha256', `${key}.artifact`, /^[0-9a-f]{64}$/),
    },
    packages: listAt(report['packages'], `${key}.packages`, path).map((entry, at): ComparedPackage => {
      const where = `${key}.packages[${at}]`
      const from = recordAt(entry, where, path)
      return {
        id: reader.text(from, 'id', where, null),
        name: reader.text(from, 'name', where, null),
        version: reader.text(from, 'version', where, null),
        bytes: reader.size(from, 'bytes', where),
        zippedBytes: reader.size(from, 'zippedBytes', where),
      }
    }),
    files: listAt(report['files'], `${key}.files`, path).map((entry, at): ComparedFile => {
      const where = `${key}.files[${at}]`
      const from = recordAt(entry, where, path)
      return {
        path: reader.text(from, 'path', where, null),
        bytes: reader.size(from, 'bytes', where),
        zippedBytes: reader.size(from, 'zippedBytes', where),
        crc32: reader.text(from, 'crc32', where, /^[0-9a-f]{8}$/),
        mode: from['mode'] === null ? null : reader.text(from, 'mode', where, /^[0-7]{1,4}$/),
        package: reader.text(from, 'package', where, null),
      }
    }),
    inlined: listAt(report['inlined'], `${key}.inlined`, path).map((entry, at): ComparedShare => {
      const where = `${key}.inlined[${at}]`
      const from = recordAt(entry, where, path)
      return {
        path: reader.text(from, 'path', where, null),
        package: reader.text(from, 'package', where, null),
        bytes: reader.size(from, 'bytes', where),
        zippedBytes: reader.size(from, 'zippedBytes', where),
      }
    }),
    packing: null,
  }
  return [reader.text(report, 'name', key, null), side]
}

type Json = Readonly<Record<string, unknown>>

function makeReader(path: string) {
  const wrong = (where: string, key: string) =>
    new UserError('DIFF_UNREADABLE', path, `\`${where}.${key}\` is not what lpack writes there`)
  return {
    text: (from: Json, key: string, where: string, pattern: RegExp | null): string => {
      const value = from[key]
      if (typeof value !== 'string' || pattern?.test(value) === false) throw wrong(where, key)
      return value
    },
    size: (from: Json, key: string, where: string): number => {
      const value = from[key]
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(where, key)
      return value
    },
  }
}

function recordAt(value: unknown, key: string, path: string): Json {
  if (!isRecord(value)) throw new UserError('DIFF_UNREADABLE', path, `\`${key}\` is no object`)
  return value
}

function listAt(value: unknown, key: string, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UserError('DIFF_UNREADABLE', path, `\`${key}\` is no list`)
  return value
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
