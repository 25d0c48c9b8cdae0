import type { SlimLevel } from '../../model.ts'
import type { Disk } from '../../system/system.ts'
import type { PackageFile } from './package-walk.ts'
import type { InstalledPackage, PackageManifest } from './types.ts'

/** What a host or an editor leaves behind. npm also renames .gitignore to .npmignore where it unpacks, as other managers don't. */
const JUNK =
  /(?:^|\/)(?:\.DS_Store|\.gitignore|\.npmignore|Thumbs\.db|desktop\.ini|npm-debug\.log|\.package-lock\.json|\.yarn-integrity)$/

/** Texts that licences want to be passed on. */
const LEGAL = /^(?:un)?(?:licen[cs]e|notice|copying|copyright|patents|third[-_ ]?party|legal)/i

/** Packages that read TypeScript declarations while they run: they compile. */
const READ_DECLARATIONS = [
  '@ts-morph/common',
  '@typescript/native-preview',
  '@typescript/vfs',
  'ts-morph',
  'typescript',
]

/** Markdown that every repository has, and no program reads. */
const PROJECT_TEXTS =
  /^(?:readme|changelog|changes|history|contributing|contributors|authors|security|upgrading|upgrade|migration|migrating|code[-_]of[-_]conduct|issue_template|pull_request_template|support|roadmap|todo|releases?|governance|maintainers|backers|sponsors)\b/i

/** Settings of development tools at a package's root. */
const TOOL_FILES =
  /^(?:\.(?:editorconfig|eslintignore|eslintrc(?:\.\w+)?|flowconfig|gitattributes|gitmodules|jshintrc|jscsrc|mocharc(?:\.\w+)?|nycrc(?:\.\w+)?|nvmrc|prettierignore|prettierrc(?:\.\w+)?|swcrc|taprc|travis\.yml|zuul\.yml|dockerignore|clang-format)|tsconfig(?:\.[\w.-]+)?\.json|appveyor\.yml|bower\.json|component\.json|Makefile|Gruntfile\.js|Dockerfile[\w.-]*|(?:npm-shrinkwrap|package-lock)\.json|yarn\.lock|pnpm-lock\.yaml)$/

/** Settings of linters that are code, and so stay, but that nothing loads at run time. */
const LINTER_FILES = /^(?:\.eslintrc|eslint\.config|prettier\.config|\.prettierrc)\.[cm]?js$/

const TOOL_FOLDERS = /^\.(?:github|gitlab|circleci|vscode|idea|husky|changeset|nyc_output|yarn)\//

/** Folders at a package's root that stand for its development. */
const DEVELOPMENT_FOLDERS: Readonly<Record<string, string>> = {
  __tests__: 'tests of packages',
  benchmark: 'examples and benchmarks',
  benchmarks: 'examples and benchmarks',
  docs: 'documentation',
  example: 'examples and benchmarks',
  examples: 'examples and benchmarks',
  test: 'tests of packages',
  tests: 'tests of packages',
}

const TYPESCRIPT = /(?<!\.d)\.([cm]?)tsx?$/

/**
 * The files of a package that nothing loads at run time, and the rule that each falls under. `none`: what a host left behind.
 * `safe`: also declarations, source maps, texts, development folders that neither package.json nor the code point into, settings of
 * tools, and TypeScript beside its JavaScript. `strong`: also all TypeScript (Node.js refuses to load it from node_modules), and test
 * files at any depth.
 */
export async function findUnused(
  installed: InstalledPackage,
  files: readonly PackageFile[],
  { level, disk }: { readonly level: SlimLevel; readonly disk: Disk },
): Promise<ReadonlyMap<PackageFile, string>> {
  const found = new Map<PackageFile, string>()
  const code = makeCode(files, disk)
  const paths = new Set(files.map(({ path }) => path))
  const points = pointsOf(installed.manifest)
  const unusedFolders = level === 'none' ? [] : await findUnusedFolders(files, points, code)
  const readsMarkdown = async () => code.matches(/\.(?:md|markdown)['"`]/, '')
  for (const file of files) {
    if (JUNK.test(file.path)) found.set(file, 'files of the host')
    if (level === 'none' || found.has(file) || isKept(file.path, points)) continue
    const folder = file.path.includes('/') ? (file.path.split('/')[0] ?? '') : ''
    const rule = unusedFolders.includes(folder)
      ? DEVELOPMENT_FOLDERS[folder]
      : (ruleByName(file.path, installed.name) ??
        typeScriptRule(file.path, paths, level) ??
        (await markdownRule(file.path, readsMarkdown)) ??
        (level === 'strong' ? testRule(file.path) : null))
    if (rule !== null && rule !== undefined) found.set(file, rule)
  }
  return found
}

/** Why a file stays whatever its name is like; null: no such reason. */
export function reasonToKeep(path: string, manifest: PackageManifest): string | null {
  if (path === 'package.json') return 'Node.js reads it'
  if (pointsOf(manifest).includes(path)) return 'package.json names it'
  return isKept(path, []) ? 'licences want to be passed on' : null
}

/** package.json, legal texts and what package.json names stay. */
function isKept(path: string, points: readonly string[]): boolean {
  return path === 'package.json' || LEGAL.test(path.slice(path.lastIndexOf('/') + 1)) || points.includes(path)
}

function ruleByName(path: string, packageName: string): string | null {
  if (/\.d\.[cm]?ts$/.test(path) || /\.d\.\w+\.ts$/.test(path))
    return READ_DECLARATIONS.includes(packageName) ? null : 'type declarations'
  if (/\.(?:[cm]?[jt]sx?|css|wasm)\.map$/.test(path)) return 'source maps of packages'
  if (/\.(?:flow|tsbuildinfo)$/.test(path)) return 'type declarations'
  if (TOOL_FILES.test(path) || TOOL_FOLDERS.test(path)) return 'settings of development tools'
  return null
}

function typeScriptRule(path: string, paths: ReadonlySet<string>, level: SlimLevel): string | null {
  const match = TYPESCRIPT.exec(path)
  if (match === null) return null
  const stem = path.slice(0, match.index)
  const isBeside = paths.has(`${stem}.${match[1] ?? ''}js`) || paths.has(`${stem}.jsx`)
  return isBeside || level === 'strong' ? 'TypeScript sources' : null
}

async function markdownRule(path: string, readsMarkdown: () => Promise<boolean>): Promise<string | null> {
  if (!/\.(?:md|markdown|mkd)$/i.test(path)) return null
  const name = path.slice(path.lastIndexOf('/') + 1)
  return PROJECT_TEXTS.test(name) || !(await readsMarkdown()) ? 'texts of packages' : null
}

function testRule(path: string): string | null {
  return /(?:^|\/)__tests__\//.test(path) || /\.(?:test|spec)\.[cm]?[jt]sx?$/.test(path) ? 'tests of packages' : null
}

/** Every path that package.json points to by name. */
function pointsOf(manifest: PackageManifest): readonly string[] {
  return [manifest.main, ...manifest.bin, ...textsIn(manifest.exports)].map(path => path.replace(/^(?:\.?\/)+/, ''))
}

/** But for the condition `types`, and such as `types@<=5.4`, which only compilers take. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => (/^types(?:@|$)/.test(key) ? [] : textsIn(one)))
}

async function findUnusedFolders(
  files: readonly PackageFile[],
  points: readonly string[],
  code: Code,
): Promise<readonly string[]> {
  const unused: string[] = []
  for (const name of Object.keys(DEVELOPMENT_FOLDERS)) {
    if (!files.some(({ path }) => path.startsWith(`${name}/`))) continue
    const isNamed = points.some(path => path === name || path.startsWith(`${name}/`))
    if (!isNamed && !(await code.matches(mentionOf(name), `${name}/`))) unused.push(name)
  }
  return unused
}

/** A path into a folder as code writes it: `'./test/x'`, `'test/x'`, or joined to the folder of the module. */
function mentionOf(folder: string): RegExp {
  const relative = `['"\`](?:\\.{1,2}/)+${folder}['"\`/]`
  const bare = `['"\`]/?${folder}/`
  const joined = `(?:__dirname|import\\.meta\\.\\w+)[^\\n;]{0,80}['"\`]/?${folder}['"\`/]`
  return new RegExp(`${relative}|${bare}|${joined}`)
}

function isSettings(path: string): boolean {
  return TOOL_FILES.test(path) || TOOL_FOLDERS.test(path) || LINTER_FILES.test(path)
}

interface Code {
  /** True if some JavaScript or JSON outside of the folder matches, settings of tools aside. */
  readonly matches: (pattern: RegExp, outside: string) => Promise<boolean>
}

/** Read when first asked for: few packages have anything to look for. */
function makeCode(files: readonly PackageFile[], disk: Disk): Code {
  const texts = new Map<string, string>()
  return {
    matches: async (pattern, outside) => {
      for (const { path, onDisk } of files) {
        if (!/\.(?:[cm]?jsx?|json)$/.test(path) || path === 'package.json' || isSettings(path)) continue
        if (outside !== '' && path.startsWith(outside)) continue
        const text = texts.get(path) ?? (await disk.readText(onDisk))
        texts.set(path, text)
        if (pattern.test(text)) return true
      }
      return false
    },
  }
}
