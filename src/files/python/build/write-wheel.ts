import { join } from 'node:path'
import { normaliseName } from '../../../formats/pep508.ts'
import { writeRecord } from '../../../formats/record.ts'
import { type StoredRecord, storedDirectory, storeMember } from '../../../formats/stored-zip.ts'
import { readDirectory, readMember } from '../../../formats/zip-directory.ts'
import type { Disk } from '../../../system/system.ts'
import type { LocalWheel } from '../types.ts'
import type { PlainProject } from './plain-project.ts'

interface WheelMember {
  readonly path: string
  readonly read: () => Promise<Uint8Array>
}

/** The wheel of a plain project, made from its sources. */
export function packProject(project: PlainProject, outDir: string, disk: Disk): Promise<LocalWheel> {
  return writeWheel(
    project,
    project.files.map(({ path, source }) => ({ path, read: () => disk.readBytes(source) })),
    outDir,
    disk,
  )
}

/** A built wheel of a plain project with the metadata that `packProject` would write. */
export async function rewriteMetadata(
  wheel: LocalWheel,
  project: PlainProject,
  outDir: string,
  disk: Disk,
): Promise<LocalWheel> {
  const members = (await readDirectory(wheel.path, disk)).filter(({ name }) => !/^[^/]+\.dist-info\//.test(name))
  return writeWheel(
    project,
    members.map(member => ({ path: member.name, read: () => readMember(wheel.path, member, disk) })),
    outDir,
    disk,
  )
}

/** https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
async function writeWheel(
  project: PlainProject,
  modules: readonly WheelMember[],
  outDir: string,
  disk: Disk,
): Promise<LocalWheel> {
  const name = normaliseName(project.name)
  const stem = `${name.replaceAll('-', '_')}-${project.version}`
  const texts: Readonly<Record<string, string>> = {
    METADATA: metadataOf(project),
    WHEEL,
    ...(project.entryPoints === '' ? {} : { 'entry_points.txt': project.entryPoints }),
  }
  const members = [
    ...modules,
    ...Object.entries(texts).map(([file, text]) => ({
      path: `${stem}.dist-info/${file}`,
      read: async () => Buffer.from(text),
    })),
    ...project.licences.map(({ path, source }) => ({
      path: `${stem}.dist-info/licenses/${path}`,
      read: () => disk.readBytes(source),
    })),
  ]
  const recordPath = `${stem}.dist-info/RECORD`
  const record = writeRecord([...members.map(({ path }) => path), recordPath])
  const filename = `${stem}-py3-none-any.whl`
  await disk.makeFolder(outDir)
  await writeZip(
    join(outDir, filename),
    [...members, { path: recordPath, read: async () => Buffer.from(record) }],
    disk,
  )
  return { name, path: join(outDir, filename), filename }
}

const WHEEL = 'Wheel-Version: 1.0\nGenerator: lpack\nRoot-Is-Purelib: true\nTag: py3-none-any\n'

/** https://packaging.python.org/en/latest/specifications/core-metadata/ */
function metadataOf(project: PlainProject): string {
  return [
    'Metadata-Version: 2.1',
    `Name: ${project.name}`,
    `Version: ${project.version}`,
    ...(project.requiresPython === null ? [] : [`Requires-Python: ${project.requiresPython}`]),
    ...project.extras.map(extra => `Provides-Extra: ${extra}`),
    ...project.requires.map(line => `Requires-Dist: ${line}`),
    '',
  ].join('\n')
}

async function writeZip(path: string, members: readonly WheelMember[], disk: Disk): Promise<void> {
  const sink = await disk.openForWriting(path)
  try {
    const records: StoredRecord[] = []
    let offset = 0
    // Sorted for determinism
    for (const member of [...members].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const content = await member.read()
      const { record, head } = storeMember(
        { name: member.path, content, executable: startsWithInterpreter(content) },
        offset,
      )
      await sink.write(head)
      await sink.write(content)
      offset += head.length + content.length
      records.push(record)
    }
    await sink.write(storedDirectory(records, offset))
  } finally {
    await sink.close()
  }
}

/** The host's own bits don't count: Windows has none. */
function startsWithInterpreter(content: Uint8Array): boolean {
  return content[0] === 0x23 && content[1] === 0x21
}
