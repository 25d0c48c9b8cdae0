import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sep } from 'node:path'
import { versionOf } from '../src/files/python/index/package-files.ts'
import { normaliseName } from '../src/formats/package-name.ts'
import { makeDisk } from '../src/system/disk.ts'
import type { Disk, System } from '../src/system/system.ts'
import { quickNetwork, type Respond } from './loopback.ts'
import { makeWheel, type WheelRecipe } from './wheels.ts'
import { testSystem } from './worlds.ts'

export interface IndexedFile {
  readonly filename: string
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly requiresPython?: string
  readonly yanked?: boolean
}

/** A wheel for an index of a test. */
export function indexedWheel(
  name: string,
  version: string,
  tag = 'py3-none-any',
  more: Partial<WheelRecipe & IndexedFile> = {},
): IndexedFile {
  return { ...makeWheel({ name, version, tag, ...more }), ...more }
}

/** A source distribution in name only. */
export function indexedSdist(name: string, version: string): IndexedFile {
  const bytes = Buffer.from(`the sources of ${name} ${version}`)
  return { filename: `${name}-${version}.tar.gz`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export interface IndexManners {
  readonly format?: 'json' | 'html'
  /** False: pages tell no hashes. */
  readonly areHashesTold?: boolean
  /** user:password that everything asks for. */
  readonly credentials?: string
}

/** Answers as a package index does: pages below /simple/, files below /files/. */
export function packageIndex(files: readonly IndexedFile[], manners: IndexManners = {}): Respond {
  const { format = 'json', areHashesTold = true, credentials } = manners
  return (request, response) => {
    if (credentials !== undefined && !isAuthorised(request, credentials)) return void response.writeHead(401).end()
    const [, room = '', name = ''] = (request.url ?? '').split('/')
    if (room === 'files') {
      const file = files.find(each => each.filename === decodeURIComponent(name))
      return void (file === undefined ? response.writeHead(404).end() : response.end(file.bytes))
    }
    const ofProject = files.filter(file => projectOf(file.filename) === name)
    if (room !== 'simple' || ofProject.length === 0) return void response.writeHead(404).end()
    if (format === 'json') sendJson(response, ofProject, areHashesTold)
    else sendHtml(response, ofProject, areHashesTold)
  }
}

function isAuthorised(request: IncomingMessage, credentials: string): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(credentials).toString('base64')}`
}

function projectOf(filename: string): string {
  const name = filename.split('-')[0] ?? ''
  return versionOf(filename, normaliseName(name)) === null ? '' : normaliseName(name)
}

function sendJson(response: ServerResponse, files: readonly IndexedFile[], areHashesTold: boolean): void {
  response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json')
  const listed = files.map(({ filename, bytes, sha256, requiresPython, yanked }) => ({
    filename,
    url: `../../files/${encodeURIComponent(filename)}`,
    hashes: areHashesTold ? { sha256 } : {},
    ...(areHashesTold ? { size: bytes.length } : {}),
    ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
    yanked: yanked ?? false,
  }))
  response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'x', files: listed }))
}

function sendHtml(response: ServerResponse, files: readonly IndexedFile[], areHashesTold: boolean): void {
  response.setHeader('content-type', 'text/html')
  const links = files.map(({ filename, sha256, requiresPython, yanked }) => {
    const url = `../../files/${encodeURIComponent(filename)}${areHashesTold ? `#sha256=${sha256}` : ''}`
    const python = requiresPython === undefined ? '' : ` data-requires-python="${requiresPython.replace('>', '&gt;')}"`
    return `<a href="${url}"${python}${yanked ? ' data-yanked=""' : ''}>${filename}</a><br/>`
  })
  response.end(`<!DOCTYPE html><html><body>\n${links.join('\n')}\n</body></html>`)
}

/** A system that sees nothing on disk outside of a folder, so that the configuration of this machine can't matter. */
export function sealedSystem(
  dir: string,
  env: Readonly<Record<string, string>> = {},
  changes: Partial<System> = {},
): System {
  const disk = makeDisk()
  const isInside = (path: string) => path === dir || path.startsWith(dir + sep)
  const sealed: Disk = { ...disk, stat: async path => (isInside(path) ? disk.stat(path) : null) }
  const network = quickNetwork(env, changes.signal)
  return testSystem({ cwd: dir, homeDir: `${dir}/home`, platform: 'linux', env, disk: sealed, network, ...changes })
}
