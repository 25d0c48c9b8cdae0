/** The names that are left out by default, written down apart from the program's own list. */
const DEFAULTS =
  /^(\.git|\.hg|\.svn|node_modules|__pycache__|.*\.pyc|\.env.*|.*\.egg-info|.*\.tfstate.*|Dockerfile|uv\.lock|pylock\.toml|pylock\.[^/]*\.toml|requirements[^/]*\.txt)$/s

/** Which files go in, by the rules alone: with `include` what it names, `exclude` subtracts, defaults yield to a name. */
export function expected(
  tree: ReadonlyMap<string, string>,
  include: readonly string[],
  exclude: readonly string[],
): string[] {
  return [...tree.keys()]
    .filter(path => !exclude.some(pattern => covers(pattern, path)))
    .filter(path => {
      const parts = path.split('/')
      const left = parts.flatMap((name, depth) => (DEFAULTS.test(name) ? [depth] : []))
      if (include.length === 0) return left.length === 0
      return include.some(pattern => covers(pattern, path) && left.every(depth => namesPart(pattern, parts, depth)))
    })
    .sort()
}

/** True if the pattern matches the path or a folder above it. */
function covers(pattern: string, path: string): boolean {
  const parts = path.split('/')
  return parts.some((_, at) => matchParts(partsOf(pattern), parts.slice(0, at + 1)))
}

function partsOf(pattern: string): string[] {
  return pattern.replace(/^\.\//, '').replace(/\/+$/, '').split('/')
}

function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...rest] = pattern
  if (head === undefined) return path.length === 0
  if (head === '**') return matchParts(rest, path) || (path.length > 0 && matchParts(pattern, path.slice(1)))
  return path.length > 0 && matchName(head, path[0] ?? '') && matchParts(rest, path.slice(1))
}

function matchName(pattern: string, name: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : pattern === name
}

/** True if another name in this place would not be matched. */
function namesPart(pattern: string, parts: readonly string[], depth: number): boolean {
  return !covers(pattern, parts.map((part, at) => (at === depth ? 'some other name' : part)).join('/'))
}
