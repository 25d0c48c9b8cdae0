import { readTarHeaders, type TarHeader } from '../formats/tar-headers.ts'

/** Characters that start the name of a file that hides one of a layer below. https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
export const WHITEOUT = '.wh.'

const FILE = '0'
const FOLDER = '5'

/**
 * Watches a layer's tar as it is made, for Lambda refuses what Docker takes, and tells so only after the upload: InvalidImage,
 * MissingParentDirectory, UnsupportedImageLayerDetected. `end` throws what is a bug: what is wrong with the layer.
 * https://github.com/aspect-build/rules_aws/pull/145, https://github.com/bazel-contrib/rules_oci/issues/777
 */
export function watchLayer(): { readonly take: (piece: Uint8Array) => void; readonly end: () => void } {
  const folders = new Set<string>()
  let wrong: string | null = null
  let last = Buffer.alloc(0)
  const headers = readTarHeaders(header => {
    if (wrong !== null) return
    const name = Buffer.from(header.name)
    const why = problemOf(header, folders) ?? (Buffer.compare(last, name) >= 0 ? 'is out of order' : null)
    if (why !== null) wrong = `${JSON.stringify(header.name)} ${why}`
    last = name
    if (header.type === FOLDER) folders.add(header.name)
  })
  return {
    take: headers.take,
    end: () => {
      const why = headers.end() ?? wrong
      if (why !== null) throw new Error(`A layer was made that Lambda would not take: ${why}`)
    },
  }
}

function problemOf({ name, type, mode, uid, gid, mtime, bytes, owner }: TarHeader, folders: ReadonlySet<string>) {
  if (type !== FILE && type !== FOLDER) return `is of type ${type}, neither a file nor a folder`
  if ((type === FOLDER) !== name.endsWith('/')) return 'has a name of another kind than it is'
  const parts = name.replace(/\/$/, '').split('/')
  if (parts.some(part => part === '' || part === '.' || part === '..')) return 'has a path that is not plain'
  if (parts.some(part => part.startsWith(WHITEOUT))) return 'would hide a file of a layer below'
  const parent = parts.slice(0, -1).join('/')
  if (parent !== '' && !folders.has(`${parent}/`)) return 'stands before its folder, or without'
  if (type === FOLDER ? mode !== 0o755 || bytes !== 0 : mode !== 0o644 && mode !== 0o755) {
    return `has the mode ${mode.toString(8)}`
  }
  return uid !== 0 || gid !== 0 || owner !== '' || mtime !== 0 ? 'has an owner or a time' : null
}
