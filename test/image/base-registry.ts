import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { BaseImage } from '../../src/image/types.ts'
import { type Loopback, type Respond, serving } from '../loopback.ts'
import { makeTar } from '../tars.ts'

/** What a registry has: documents by the path that they are asked for. */
export type Shelf = ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }>

export interface Published {
  readonly shelf: Shelf
  readonly digest: string
  readonly layers: readonly { readonly digest: string; readonly diffId: string; readonly tar: Buffer }[]
}

export interface PublishOptions {
  readonly isOci?: boolean
  readonly architecture?: string
  readonly os?: string
  readonly layerType?: string
  /** Of the config, in place of what is true. */
  readonly diffIds?: readonly string[]
  readonly config?: Readonly<Record<string, unknown>>
  readonly texts?: readonly string[]
}

export const REPOSITORY = 'lambda/python'

const OCI = 'application/vnd.oci.image'
const DOCKER = 'application/vnd.docker'

/** An image under a tag, as a registry has it. */
export function publish(tag: string, options: PublishOptions = {}): Published {
  const { isOci = true, architecture = 'amd64', os = 'linux', texts = ['bottom', 'top'] } = options
  const layers = texts.map(text => {
    const tar = Buffer.from(makeTar({ 'etc/text': text }))
    const gzip = gzipSync(tar)
    return { tar, gzip, diffId: sha256(tar), digest: sha256(gzip) }
  })
  const config = json({
    architecture,
    os,
    config: { Env: ['PATH=/bin', 'LAMBDA_TASK_ROOT=/var/task'], Entrypoint: ['/lambda-entrypoint.sh'] },
    rootfs: { type: 'layers', diff_ids: options.diffIds ?? layers.map(({ diffId }) => diffId) },
    ...options.config,
  })
  const layerType = options.layerType ?? (isOci ? `${OCI}.layer.v1.tar+gzip` : `${DOCKER}.image.rootfs.diff.tar.gzip`)
  const configType = isOci ? `${OCI}.config.v1+json` : `${DOCKER}.container.image.v1+json`
  const type = isOci ? `${OCI}.manifest.v1+json` : `${DOCKER}.distribution.manifest.v2+json`
  const manifest = json({
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: configType, digest: sha256(config), size: config.length },
    layers: layers.map(({ gzip, digest }) => ({ mediaType: layerType, digest, size: gzip.length })),
  })
  const shelf = new Map([
    [`blobs/${sha256(config)}`, { type: 'application/octet-stream', bytes: config }],
    ...layers.map(
      ({ gzip, digest }) => [`blobs/${digest}`, { type: 'application/octet-stream', bytes: gzip }] as const,
    ),
    [`manifests/${sha256(manifest)}`, { type, bytes: manifest }],
    [`manifests/${tag}`, { type, bytes: manifest }],
  ])
  return { shelf, digest: sha256(manifest), layers }
}

/** An index under a tag. */
export function publishIndex(tag: string, images: readonly (readonly [Published, object])[], isOci = true): Shelf {
  const type = isOci ? `${OCI}.index.v1+json` : `${DOCKER}.distribution.manifest.list.v2+json`
  const manifests = images.map(([{ shelf, digest }, platform]) => {
    const manifest = shelf.get(`manifests/${digest}`)
    return { mediaType: manifest?.type, digest, size: manifest?.bytes.length, platform }
  })
  const bytes = json({ schemaVersion: 2, mediaType: type, manifests })
  const shelves = images.flatMap(([{ shelf }]) => [...shelf])
  return new Map([...shelves, [`manifests/${tag}`, { type, bytes }], [`manifests/${sha256(bytes)}`, { type, bytes }]])
}

/** Runs an action with a registry that has this, and its name with the repository. */
export function shelved<T>(shelf: Shelf, action: (name: string, server: Loopback) => Promise<T>): Promise<T> {
  return serving(answerFrom(shelf), server => action(`${server.url.replace('http://', '')}/${REPOSITORY}`, server))
}

function answerFrom(shelf: Shelf): Respond {
  return (request, response) => {
    const path = (request.url ?? '').replace(`/v2/${REPOSITORY}/`, '')
    if (path === '/v2/') return void response.end()
    const found = shelf.get(path)
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] }))
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const bytes = from === undefined ? found.bytes : found.bytes.subarray(Number(from), Number(to) + 1)
    const range = { 'content-range': `bytes ${from}-${to}/${found.bytes.length}` }
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': found.type,
      'content-length': bytes.length,
      ...(from === undefined ? {} : range),
    })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  }
}

/** A base that needs no registry. */
export function testBase(changes: Partial<BaseImage> = {}): BaseImage {
  const hex = (digit: string) => `sha256:${digit.repeat(64)}`
  return {
    reference: 'public.ecr.aws/lambda/python:3.13-x86_64',
    digest: hex('b'),
    isOci: false,
    config: { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [hex('d')] } },
    layers: [
      {
        kind: 'base',
        mediaType: `${DOCKER}.image.rootfs.diff.tar.gzip`,
        digest: hex('c'),
        size: 1000,
        diffId: hex('d'),
        unzippedBytes: 3000,
        path: null,
      },
    ],
    ...changes,
  }
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function json(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document))
}
