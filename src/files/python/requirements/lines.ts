import { dirname, isAbsolute, resolve } from 'node:path'
import { UserError } from '../../../errors.ts'
import { parseRequirementsText, type RequirementLine } from '../../../formats/requirements-file.ts'
import { unreadable } from '../../../system/fault.ts'
import type { System } from '../../../system/system.ts'
import { reasonOf } from '../locks/document.ts'
import { locate } from '../locks/selection.ts'
import type { NamedIndexes } from '../types.ts'

/** A line of a requirements file or of one that it includes. */
export type FileLine = RequirementLine & {
  readonly file: string
  /** True for lines of constraints files: they limit what other lines ask for. */
  readonly isConstraint: boolean
}

/** All lines of a requirements file, those of its `-r` and `-c` files in their place, each file once. */
export async function readLines(path: string, text: string | null, system: System): Promise<readonly FileLine[]> {
  const seen = new Set<string>()
  const readFile = async (file: string, content: string, isConstraint: boolean): Promise<readonly FileLine[]> => {
    const key = `${isConstraint} ${file}`
    if (seen.has(key)) return []
    seen.add(key)
    const lines: FileLine[] = []
    for (const line of parseLines(file, content, system)) {
      if (line.kind !== 'include' && line.kind !== 'constraint') {
        lines.push({ ...line, file, isConstraint })
        continue
      }
      const included = includedPath(file, line.path, line.line)
      if ((await system.disk.stat(included))?.kind !== 'file')
        throw new UserError('REQUIREMENTS_MISSING', included, file, line.line)
      lines.push(
        ...(await readFile(included, await readText(included, system), isConstraint || line.kind === 'constraint')),
      )
    }
    return lines
  }
  return readFile(path, text ?? (await readText(path, system)), false)
}

function includedPath(file: string, written: string, line: number): string {
  if (/^https?:\/\//i.test(written))
    throw new UserError(
      'REQUIREMENTS_UNREADABLE',
      file,
      line,
      `it includes ${written}; download that file and include it by its path`,
    )
  return locate(written, dirname(file))
}

async function readText(path: string, system: System): Promise<string> {
  try {
    return await system.disk.readText(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function parseLines(file: string, text: string, system: System): readonly RequirementLine[] {
  try {
    return parseRequirementsText(text, system.env)
  } catch (error) {
    const [, line = '1', why = reasonOf(error)] = /^line (\d+): (.*)$/s.exec(reasonOf(error)) ?? []
    throw new UserError('REQUIREMENTS_UNREADABLE', file, Number(line), why)
  }
}

/** The indexes that the files' options name. The last `--index-url` counts, as for pip. */
export function readIndexes(lines: readonly FileLine[]): NamedIndexes {
  const options = lines.filter(line => line.kind === 'option')
  const values = (name: string) => options.filter(option => option.name === name)
  const forbidding = values('no-index')[0]
  return {
    indexUrl: values('index-url').at(-1)?.value ?? null,
    extraIndexUrls: values('extra-index-url').map(option => option.value),
    findLinks: values('find-links').map(({ value, file }) =>
      isAbsolute(value) ? resolve(value) : locate(value, dirname(file)),
    ),
    noIndex: forbidding === undefined ? null : `--no-index in ${forbidding.file}`,
  }
}
