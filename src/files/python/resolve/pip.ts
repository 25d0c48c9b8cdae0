import { dirname, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { Requirement } from '../../../formats/pep508.ts'
import type { MarkerEnvironment, PythonTarget } from '../../../model.ts'
import type { System } from '../../../system/system.ts'
import { askPython, hostPythons } from '../host-python.ts'
import { describeTarget } from '../target.ts'
import { outputOfFailure } from '../tool-failure.ts'
import type { Selection } from '../types.ts'
import type { Question } from './declared.ts'
import { readPipReport, requirementsOfReport } from './pip-report.ts'

/** Prints the marker environment that this interpreter's pip works with. */
const MARKERS_PROGRAM =
  'import json; from pip._vendor.packaging.markers import default_environment as e; print(json.dumps(dict(e())))'

/** The kernel's; known of no machine but the one at hand. */
const KERNEL_MARKERS: readonly (keyof MarkerEnvironment)[] = ['platform_release', 'platform_version']

type FoundPip = { readonly kind: 'python'; readonly python: string } | { readonly kind: 'none'; readonly why: string }

/** The first Python with pip here whose whole marker environment, but the kernel's, is the target's. */
export async function findPip({ target }: Question, system: System): Promise<FoundPip> {
  let why: string | null = null
  for (const python of await hostPythons(system)) {
    const markers = readMarkers(await askPython(python, MARKERS_PROGRAM, system))
    const different = markers === null ? null : firstDifference(markers, target.markers)
    if (markers !== null && different === null) return { kind: 'python', python }
    if (different !== null)
      why ??= `uv is not on PATH, and pip resolves for the machine that it runs on, where ${different}`
  }
  return { kind: 'none', why: why ?? 'neither uv nor a Python with pip is on PATH' }
}

function readMarkers(printed: string | null): Readonly<Record<string, unknown>> | null {
  if (printed === null) return null
  const value: unknown = JSON.parse(printed)
  return typeof value === 'object' && value !== null ? { ...value } : null
}

function firstDifference(host: Readonly<Record<string, unknown>>, target: MarkerEnvironment): string | null {
  for (const [key, value] of Object.entries(target)) {
    const isKernels = KERNEL_MARKERS.some(name => name === key)
    if (!isKernels && host[key] !== value) return `${key} is ${String(host[key])}, not ${value}`
  }
  return null
}

/** The question answered by `pip install --dry-run --report`. Source distributions are not considered. */
export async function resolveWithPip(python: string, question: Question, system: System): Promise<Selection> {
  return system.disk.withTemporaryFolder(async folder => {
    // On its output, pip colours the report where the user's FORCE_COLOR asks for it.
    const path = join(folder, 'report.json')
    await run(python, [...(await pipArguments(question, folder, system)), '--report', path], question, system)
    const report = await system.disk.readText(path)
    refuseKernelMarkers(question, report)
    return readPipReport(report)
  })
}

async function run(
  python: string,
  args: readonly string[],
  { manifest, target }: Question,
  system: System,
): Promise<void> {
  try {
    await system.processes.run(python, args, { cwd: dirname(manifest.path) })
  } catch (error) {
    const output = outputOfFailure(error)
    if (output === null) throw error
    throw new UserError('RESOLUTION_FAILED', manifest.path, describeTarget(target), 'pip', output)
  }
}

async function pipArguments(
  { manifest, declared, target, findLinks }: Question,
  folder: string,
  system: System,
): Promise<readonly string[]> {
  const listed = join(folder, 'requirements.txt')
  // pip takes no dependencies of a project without building it.
  if (manifest.kind === 'pyproject')
    await system.disk.writeBytes(listed, declared.map(line => `${written(line)}\n`).join(''))
  return [
    ...[
      '-m',
      'pip',
      'install',
      '--dry-run',
      '--ignore-installed',
      '--quiet',
      '--no-input',
      '--disable-pip-version-check',
    ],
    ...['--target', join(folder, 'target'), '--only-binary', ':all:', '--implementation', 'cp'],
    ...['--python-version', target.markers.python_full_version],
    // pip expands no manylinux platform downwards, so each is named.
    ...platformsOf(target).flatMap(platform => ['--platform', platform]),
    ...findLinks.flatMap(links => ['--find-links', links]),
    ...['-r', manifest.kind === 'pyproject' ? listed : manifest.path],
  ]
}

function platformsOf(target: PythonTarget): readonly string[] {
  const platforms = target.tags.map(tag => tag.slice(tag.lastIndexOf('-') + 1))
  return [...new Set(platforms)].filter(platform => platform.startsWith('manylinux'))
}

/** Without its marker, which holds. */
function written({ name, extras, specifier, url }: Requirement): string {
  const bracketed = extras.length === 0 ? name : `${name}[${extras.join(',')}]`
  return url === null ? `${bracketed}${specifier}` : `${bracketed} @ ${url}`
}

/** pip answered for this machine's kernel, and Lambda's is another. */
function refuseKernelMarkers({ manifest, target }: Question, report: string): void {
  for (const [name, line] of requirementsOfReport(report)) {
    const marker = KERNEL_MARKERS.find(key => new RegExp(`;.*\\b${key}\\b`).test(line))
    if (marker === undefined) continue
    const why = `uv is not on PATH, and ${name} requires \`${line}\`, which pip answers for this machine's kernel`
    throw new UserError('UNLOCKED_NEEDS_UV', manifest.path, describeTarget(target), why)
  }
}
