import type { Cache } from '../cache/open.ts'
import type { Encoder } from '../deflate/encoder.ts'
import type {
  Architecture,
  FileEntry,
  FileSet,
  Finding,
  FunctionConfig,
  ImageArtifact,
  InstalledInImage,
} from '../model.ts'
import type { System } from '../system/system.ts'
import type { Engine } from './engines.ts'

/** What an image is made of, decided: no registry has been asked yet, and nothing is written. */
export interface Recipe {
  readonly config: FunctionConfig
  readonly architecture: Architecture
  /** The base image as a Dockerfile names it; pinned by digest where the config asks for that. */
  readonly base: string
  /** Of Amazon Linux 2023, or of Amazon Linux 2. */
  readonly packageManager: 'dnf' | 'yum'
  /** ENV of the image, without what looks like a secret. Sorted by name. */
  readonly environment: readonly (readonly [name: string, value: string])[]
  /** Sorted by name. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  /** Distributions that pip installs while the image is built. */
  readonly installs: readonly InstalledInImage[]
  /** Bottom first, none empty: dependencies, copies, code. */
  readonly layers: readonly RecipeLayer[]
}

/** Files that get a layer of their own, so that a change of others leaves it as it is. */
export interface RecipeLayer {
  readonly kind: 'dependencies' | 'copy' | 'code'
  /** Its folder in the build context, such as `dependencies` or `copy-models`. */
  readonly folder: string
  /** Sorted by the bytes of their paths. */
  readonly files: readonly FileEntry[]
}

/** Content that a registry or a layout has under its digest. https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  readonly mediaType: string
  /** `sha256:` and lower-case hex. */
  readonly digest: string
  readonly size: number
}

/** A layer as an image has it. */
export interface ImageLayer extends Descriptor {
  /** The digest of the uncompressed tar. */
  readonly diffId: string
  /** Of the uncompressed tar; null where nobody told and it was not fetched. */
  readonly unzippedBytes: number | null
  readonly kind: 'base' | RecipeLayer['kind']
  /** Where its gzipped bytes lie on this disk; null of a base layer that was not fetched. */
  readonly path: string | null
}

/** A base image for one architecture. */
export interface BaseImage {
  /** As the user wrote it. */
  readonly reference: string
  /** The digest of the architecture's own manifest. */
  readonly digest: string
  /** True if its manifest has OCI media types, false if Docker's. */
  readonly isOci: boolean
  /** Its config document, parsed. https://github.com/opencontainers/image-spec/blob/main/config.md */
  readonly config: Readonly<Record<string, unknown>>
  readonly layers: readonly ImageLayer[]
}

/** An image whose every byte is decided. */
export interface ComposedImage {
  readonly recipe: Recipe
  readonly base: BaseImage
  /** Base layers first. */
  readonly layers: readonly ImageLayer[]
  readonly config: Uint8Array
  /** In OCI's media types, for a layout, and in the base's, for a push; the same where the base is OCI. */
  readonly oci: ComposedManifest
  readonly asBase: ComposedManifest
}

export interface ComposedManifest {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Uint8Array
}

/** One repository of a registry, as far as images need it. Throws UserErrors that name the registry, the repository and what to do. */
export interface Repository {
  /** Such as public.ecr.aws. */
  readonly registry: string
  /** Such as lambda/python. */
  readonly name: string
  /** By tag or digest; all four media types of manifests and indexes are accepted. Verified against a digest. */
  readonly manifest: (
    reference: string,
  ) => Promise<{ readonly mediaType: string; readonly digest: string; readonly bytes: Uint8Array }>
  readonly hasBlob: (digest: string) => Promise<boolean>
  /** Into a file, verified in size and digest; nothing is left there on a failure. */
  readonly downloadBlob: (blob: Descriptor, path: string) => Promise<void>
  /** The last `length` bytes of a blob, by a range request; null where the registry answers none. */
  readonly tailOf: (blob: Descriptor, length: number) => Promise<Uint8Array | null>
  /** False where the registry would rather have it uploaded. */
  readonly mountBlob: (digest: string, from: string) => Promise<boolean>
  /** Resumed or tried again where that can help. */
  readonly uploadBlob: (
    blob: Descriptor,
    source: { readonly path: string } | { readonly bytes: Uint8Array },
  ) => Promise<void>
  readonly putManifest: (reference: string, manifest: ComposedManifest) => Promise<void>
}

/** What a push did, in bytes that were sent. */
export interface PushResult {
  /** With its digest: `registry/name@sha256:…`. */
  readonly reference: string
  readonly digest: string
  readonly uploadedBytes: number
  readonly uploaded: number
  readonly mounted: number
  readonly present: number
}

/** What is to be made of recipes. */
export interface ImageRequest {
  readonly outDir: string
  /** Have an engine build the Dockerfile: the named one, or the first that is found. null: don't. */
  readonly build: { readonly engine: string | null } | null
  /** Write an OCI layout instead of a Dockerfile. */
  readonly oci: boolean
  /** Push without an engine, by this reference, in which {name} stands for a function's name; null: don't. */
  readonly push: string | null
  /** Ask no registry about a base that is in the cache. */
  readonly offline: boolean
  /** Told what an engine writes, as it comes; null: nobody is. */
  readonly onOutput: ((text: string) => void) | null
}

/** What a request needs of this machine and says of registries, known before the work. */
export interface ImageMeans {
  readonly engine: Engine | null
  /** What each image is pushed as; null: nothing is. */
  readonly targets: readonly string[] | null
}

export interface WantedImage extends Pick<FileSet, 'beside'> {
  readonly recipe: Recipe
}

export interface MadeImage {
  readonly artifact: ImageArtifact
  /** What turned up while it was made. */
  readonly found: readonly Finding[]
}

export interface ImageTools {
  readonly encoder: Encoder
  readonly cache: Cache
  /** A folder of this run. */
  readonly workDir: string
  readonly system: System
}
