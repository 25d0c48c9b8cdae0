/** The outside world as a value: stages get it as an argument, tests pass another. */
export interface System {
  /** lpack's own. */
  readonly version: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** As process.platform. */
  readonly platform: string
  /** The day in UTC, such as 2026-11-23. Findings tell by it what AWS has deprecated; no byte of an artifact depends on it. */
  readonly today: string
  readonly machine: Machine
  readonly homeDir: string
  /** What is kept between runs is there. */
  readonly cacheDir: string
  /** Fires when the user interrupts; long work stops and cleans up. */
  readonly signal: AbortSignal
  readonly disk: Disk
  readonly network: Network
  readonly processes: Processes
  readonly progress: Progress
}

export interface Machine {
  /** How many threads can work at once, as its cores and its memory allow. */
  readonly jobs: number
  /** That this process may use, in bytes. */
  readonly memoryBytes: number
}

export type FileKind = 'file' | 'directory' | 'link' | 'other'

export interface FileStat {
  readonly kind: FileKind
  readonly bytes: number
  /** The host's executable bits; never used for what goes into an artifact of wheels. */
  readonly executable: boolean
  /** Another one where the content may be another: size, times and inode, as git's index has them. */
  readonly identity: string
  /** False while a change could come that `identity` would not show: the last one is younger than the coarsest clock of a disk. */
  readonly isSettled: boolean
  /** Milliseconds since the last write or `touch`; below zero where the clocks differ. */
  readonly ageMs: number
}

/** Errors of the operating system (ENOENT, EACCES, ENOSPC …) pass through as they are, with `code`, unless said otherwise. */
export interface Disk {
  /** null if there is nothing. Follows links. */
  readonly stat: (path: string) => Promise<FileStat | null>
  /** null if there is nothing. Does not follow links. */
  readonly lstat: (path: string) => Promise<FileStat | null>
  /** Names in a folder with their kinds, links not followed. Sorted by code unit for determinism. */
  readonly list: (dir: string) => Promise<readonly { readonly name: string; readonly kind: FileKind }[]>
  readonly realPath: (path: string) => Promise<string>
  readonly readBytes: (path: string) => Promise<Uint8Array>
  readonly readText: (path: string) => Promise<string>
  /** `length` bytes at `offset`; fewer at the end of the file. */
  readonly readRange: (path: string, offset: number, length: number) => Promise<Uint8Array>
  /** Of a whole file, in lower-case hex, read in pieces. */
  readonly sha256: (path: string) => Promise<string>
  readonly makeFolder: (dir: string) => Promise<void>
  readonly writeBytes: (path: string, bytes: Uint8Array | string) => Promise<void>
  readonly rename: (from: string, to: string) => Promise<void>
  /** A file of its own with the same bytes: no later change of the one is seen in the other. Shares them until then where the file system can. */
  readonly copy: (from: string, to: string) => Promise<void>
  /** Gives a file or folder these permissions, such as 0o644, whatever the umask; Windows has none. */
  readonly setMode: (path: string, mode: number) => Promise<void>
  /**
   * Writes a file in one step: whoever reads it meanwhile or afterwards, though this run be killed, finds the old one or the new one,
   * whole. It comes into being as a hidden file in `parent`, which must exist and be of the same file system.
   */
  readonly replace: (path: string, pieces: readonly Uint8Array[], parent: string) => Promise<void>
  /** Makes a file look as if it was written just now. */
  readonly touch: (path: string) => Promise<void>
  /** Removes a file or a whole folder; nothing there is fine. */
  readonly remove: (path: string) => Promise<void>
  /** A sink for a file written in pieces; `close` returns when the bytes are with the operating system. */
  readonly openForWriting: (path: string, options?: { readonly append?: boolean }) => Promise<FileSink>
  /**
   * Runs the action with a new empty folder that is removed afterwards, whatever happens, interruption included; if the process is
   * killed, a later one removes it.
   */
  readonly withTemporaryFolder: <T>(action: (dir: string) => Promise<T>) => Promise<T>
  /** The same, with the new folder inside `parent`, so that its files can be renamed into place. */
  readonly withFolderIn: <T>(parent: string, action: (dir: string) => Promise<T>) => Promise<T>
}

export interface FileSink {
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Network {
  /**
   * A small document (index page, metadata) by GET, redirects followed, retried where that can help.
   * Throws UserError NETWORK_UNREACHABLE where no answer comes. Other statuses are returned.
   */
  readonly get: (
    url: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly url: string; readonly contentType: string; readonly text: string }>
  /**
   * A file, streamed to `path` (resumed from what a cut answer left, retried); nothing is left there when it throws.
   * Returns its bytes and sha256. Throws UserError NETWORK_UNREACHABLE, DOWNLOAD_REFUSED (status) or DOWNLOAD_TOO_LARGE.
   */
  readonly download: (request: DownloadRequest) => Promise<{ readonly bytes: number; readonly sha256: string }>
  /**
   * One request with its answer, tried once. Redirects are followed, those of a PUT where they keep it one; credentials stay with the
   * scheme, host and port they were given for. Throws ExchangeFailure where no whole answer comes in time, and the signal's reason.
   */
  readonly exchange: (request: ExchangeRequest) => Promise<ExchangeAnswer>
  /**
   * One request of a protocol: nothing is followed, nothing is tried again, any status is an answer. Throws ExchangeFailure where no
   * whole answer comes in time, UserError FILE_CHANGED where the file of the body is shorter than told, and the signal's reason.
   */
  readonly send: (request: SendRequest) => Promise<SendAnswer>
  /** For those who try again on their own. */
  readonly patience: Patience
  /** The same network with what pip's configuration adds: its proxy wins over the environment's, its certificates are trusted beside. */
  readonly configured: (settings: NetworkSettings) => Network
}

export interface NetworkSettings {
  /** A file of PEM certificates to trust. */
  readonly caFile: string | null
  /** URL of a proxy for all requests that NO_PROXY doesn't exempt. */
  readonly proxy: string | null
}

export interface ExchangeRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  /** An answer with more than this is none. */
  readonly maxBytes: number
  /** For all of it, connecting and redirects included. */
  readonly deadlineMs: number
  /** Between two signs of life; while a body is sent there are none. */
  readonly idleMs: number
  /** Stops this exchange alone. */
  readonly signal: AbortSignal
}

export interface ExchangeAnswer {
  readonly status: number
  /** Of a GET that was answered with 200; else empty. */
  readonly body: Uint8Array
}

/** How long and how often something is tried. */
export interface Patience {
  /** Until the headers of an answer are there, connecting included. */
  readonly answerMs: number
  /** Between two pieces of a body. */
  readonly idleMs: number
  readonly retries: number
  /** Before the first retry; doubled for each more. */
  readonly backoffMs: number
  /** The most that a Retry-After header is obeyed. */
  readonly longestWaitMs: number
}

export interface SendRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent with its length; of a file, a range of it, as it is read. */
  readonly body: Uint8Array | { readonly path: string; readonly offset: number; readonly bytes: number } | null
  /** Of the answer, no more than this is kept. */
  readonly maxBytes: number
  /** Until the answer begins, from when all is sent; between two pieces of a body it is the network's own patience. */
  readonly answerMs: number
  /** Stops this request alone. */
  readonly signal: AbortSignal
  /** Called with the bytes of the body that have been handed over so far. */
  readonly onSent?: (bytes: number) => void
}

export interface SendAnswer {
  readonly status: number
  /** Where it was asked, without credentials. */
  readonly url: string
  /** By lower-case names; those that came several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** False if the body had more than was kept. */
  readonly isWhole: boolean
}

export interface DownloadRequest {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** More than this is refused while it streams; Infinity if unknown. */
  readonly maxBytes: number
  /** Stops this download alone. */
  readonly signal: AbortSignal
  /** Called with the bytes received so far. */
  readonly onProgress: (bytes: number) => void
}

export interface Processes {
  /** The absolute path of a program on PATH, or null. */
  readonly find: (name: string) => Promise<string | null>
  /** Runs a program without a shell. Throws UserError TOOL_FAILED with the end of its stderr when it fails. */
  readonly run: (
    command: string,
    args: readonly string[],
    options?: RunOptions,
  ) => Promise<{ readonly stdout: string; readonly stderr: string }>
}

export interface RunOptions {
  readonly cwd?: string
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** What the program reads; else nothing. */
  readonly stdin?: string
  /** Called with what the program writes to stdout and stderr, as it comes. */
  readonly onOutput?: (text: string) => void
}

/** What a person sees while work goes on. Silent unless on a terminal. */
export interface Progress {
  /** `done` and `total` in bytes; total 0 if unknown. */
  readonly show: (activity: string, done: number, total: number) => void
  readonly clear: () => void
  /** A sentence that stays: something went wrong that changes no artifact. */
  readonly warn: (sentence: string) => void
}
