import { posix } from 'node:path'
import { finding } from '../../findings.ts'
import type { Finding } from '../../model.ts'
import type { ShapeEntry } from './entries.ts'

const TASK = '/var/task'
/** What is there on Lambda beside the function: the base image, layers, and the folder that is written to. */
const ON_LAMBDA = /^\/(?:opt|tmp|usr|lib|lib64|bin|sbin|etc|dev|proc|var\/(?:lang|runtime|rapid|tracing))(?:\/|$)/
/** As Linux counts before it says ELOOP. */
const MOST_HOPS = 40

/** Links that lead to nothing on Lambda. */
export function linkFindings(entries: readonly ShapeEntry[]): Finding[] {
  const links = new Map(entries.flatMap(({ path, target }) => (target === null ? [] : [[path, target]])))
  if (links.size === 0) return []
  const there = pathsOf(entries)
  return [...links].flatMap(([path, target]) => {
    const place = placeOf(path, links)
    if (place !== null && (there.has(place) || place === TASK || ON_LAMBDA.test(place))) return []
    const isInside = place === null || place.startsWith(`${TASK}/`)
    return [finding(isInside ? 'LINK_LEADS_NOWHERE' : 'LINK_LEADS_OUTSIDE', path, path, target)]
  })
}

/** Files and folders on Lambda. */
function pathsOf(entries: readonly ShapeEntry[]): ReadonlySet<string> {
  const paths = new Set<string>()
  for (const { path, kind } of entries) {
    let place = posix.join(TASK, path.replace(/\/$/, ''))
    if (kind === 'link') place = posix.dirname(place)
    for (; place.length > TASK.length && !paths.has(place); place = posix.dirname(place)) paths.add(place)
  }
  return paths
}

/** Where a path leads on Lambda when all links are followed; null: round and round. */
function placeOf(path: string, links: ReadonlyMap<string, string>): string | null {
  let place = posix.join(TASK, path)
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const link = firstLink(place, links)
    if (link === null) return place
    const target = posix.resolve(posix.dirname(`${TASK}/${link.path}`), link.target)
    place = posix.join(target, place.slice(TASK.length + 1 + link.path.length))
  }
  return null
}

/** The first part of a path that is a link. */
function firstLink(place: string, links: ReadonlyMap<string, string>): { path: string; target: string } | null {
  if (!place.startsWith(`${TASK}/`)) return null
  const parts = place.slice(TASK.length + 1).split('/')
  for (let count = 1; count <= parts.length; count++) {
    const path = parts.slice(0, count).join('/')
    const target = links.get(path)
    if (target !== undefined) return { path, target }
  }
  return null
}
