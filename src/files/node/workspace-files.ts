import { makePattern } from '../../formats/glob.ts'
import { exclusionOf } from '../default-exclusions.ts'
import type { PackageFile } from './package-walk.ts'
import type { PackageManifest } from './types.ts'

/** What npm never publishes: the one holds tokens. */
const NEVER = /(?:^|\/)(?:\.npmrc|\.git)(?:\/|$)/

/** What npm always publishes. https://docs.npmjs.com/cli/v11/configuring-npm/package-json#files */
const ALWAYS = /^(?:package\.json|(?:readme|licen[cs]e)(?:\.\w+)?)$/i

/** Of a package that lies in the workspace as its authors work on it: what it would publish. */
export function publishedFiles(manifest: PackageManifest, files: readonly PackageFile[]): readonly PackageFile[] {
  const wanted = manifest.files.filter(glob => !glob.startsWith('!')).map(anchored)
  const unwanted = manifest.files.filter(glob => glob.startsWith('!')).map(glob => anchored(glob.slice(1)))
  const points = [manifest.main.replace(/^(?:\.?\/)+/, ''), ...manifest.bin]
  return files.filter(({ path }) => {
    if (NEVER.test(path)) return false
    if (wanted.length === 0) return path.split('/').every(name => exclusionOf(name) === null)
    if (ALWAYS.test(path) || points.includes(path) || points.includes(path.replace(/\.[cm]?js$/, ''))) return true
    return wanted.some(({ matches }) => matches(path)) && !unwanted.some(({ matches }) => matches(path))
  })
}

function anchored(glob: string): ReturnType<typeof makePattern> {
  return makePattern(glob.replace(/^(?:\.?\/)+/, ''))
}
