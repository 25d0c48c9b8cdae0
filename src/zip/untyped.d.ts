// The private parts of archiver's packages that zip/archiver.ts uses; none of the three ships types.

declare module 'archiver' {
  import type { Transform } from 'node:stream'
  export class Archiver extends Transform {
    append(source: Buffer, data: never): this
    finalize(): Promise<void>
    abort(): this
    _modulePipe(): void
  }
}

declare module 'compress-commons' {
  export class ZipArchiveEntry {
    name: string
    time: number
    _offsets: { file: number; data: number; contents: number }
    setUnixMode(mode: number): void
    setMethod(method: number): void
    setVersionNeededToExtract(version: number): void
    setSize(bytes: number): void
    setCompressedSize(bytes: number): void
    setCrc(crc32: number): void
    getGeneralPurposeBit(): { useUTF8ForNames(use: boolean): void }
  }
}

declare module 'zip-stream' {
  import type { Transform } from 'node:stream'
  import type { ZipArchiveEntry } from 'compress-commons'
  export default class ZipStream extends Transform {
    /** Bytes written so far. */
    offset: number
    finalize(): void
    write(chunk: Uint8Array | string, callback?: (error?: Error | null) => void): boolean
    end(): this
    _finish(): void
    _writeCentralFileHeader(entry: ZipArchiveEntry): void
    _writeLocalFileHeader(entry: ZipArchiveEntry): void
    _afterAppend(entry: ZipArchiveEntry): void
  }
}
