import type { ComparedFile, ComparedPackage, ComparedShare, DiffSide, Packing } from '../../src/report/diff.ts'

/** A file of a comparison whose content stands for its checksum. */
export function file(path: string, content: string, changes: Partial<ComparedFile> = {}): ComparedFile {
  const bytes = content.length
  const crc32 = Buffer.from(content.slice(0, 4).padEnd(4)).toString('hex')
  return {
    path,
    bytes,
    zippedBytes: bytes + 76 + 2 * path.length,
    crc32,
    mode: '644',
    package: '(function)',
    ...changes,
  }
}

export function pack(id: string, version: string, zippedBytes: number): ComparedPackage {
  const name = id.replace(/(?<=.)@.*$/, '')
  return { id, name, version, bytes: zippedBytes * 2, zippedBytes }
}

/** A side with a hash of its own; of how it is packed nothing is told. */
export function side(
  files: readonly ComparedFile[],
  more: {
    readonly packages?: readonly ComparedPackage[]
    readonly inlined?: readonly ComparedShare[]
    readonly packing?: Packing | null
    readonly sha256?: string
    readonly path?: string
  } = {},
): DiffSide {
  const { packages = [], inlined = [], packing = null, sha256 = 'a'.repeat(64), path = '/old.zip' } = more
  const bytes = files.reduce((sum, one) => sum + one.zippedBytes, 22)
  const unzippedBytes = files.reduce((sum, one) => sum + one.bytes, 0)
  return { path, artifact: { bytes, unzippedBytes, sha256 }, packages, files, inlined, packing }
}

/** How a zip of these files would be made. */
export function packing(files: readonly ComparedFile[], changes: Partial<Packing[number]> = {}): Packing {
  return files.map(({ path, bytes }) => ({
    path,
    kind: 'file',
    method: 8,
    time: 0x21,
    compressedBytes: bytes,
    ...changes,
  }))
}
