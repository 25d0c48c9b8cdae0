/** Makes DEFLATE streams (RFC 1951). The same bytes in give the same bytes out, on every machine. */
export interface Encoder {
  /** Names the algorithm, its version and level: what its output depends on besides the input. */
  readonly id: string
  readonly deflate: (bytes: Uint8Array) => Promise<Uint8Array>
}

/** libdeflate 1.25 at its highest level, as WebAssembly: integer arithmetic only, so independent of CPU and Node version. */
export async function makeEncoder(): Promise<Encoder> {
  const { deflate } = await import('libdeflate')
  return { id: 'libdeflate-0.1.0/12', deflate: async bytes => deflate(bytes, 12) }
}
