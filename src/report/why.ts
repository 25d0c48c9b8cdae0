import { join, relative, resolve, sep } from 'node:path'
import { UserError } from '../errors.ts'
import { nearest } from '../formats/nearest.ts'
import type { System } from '../system/system.ts'
import { type Known, NOTHING, type WhyAnswer } from './why/answer.ts'
import { sourceOf, sourcePath } from './why/chain.ts'
import { fileAnswers } from './why/files.ts'
import { packageAnswers, unneededAnswer } from './why/packages.ts'

export type { WhyAnswer } from './why/answer.ts'

/**
 * Why a file or package is in a function's artifact, or why it isn't. `asked` is a path in the artifact or on disk, a folder, a glob, or the
 * name of a package; all that it can mean is answered. Throws UserError WHY_UNKNOWN.
 */
export async function answersTo(asked: string, known: Known, system: System): Promise<readonly WhyAnswer[]> {
  const text = asked.split(sep).join('/')
  const paths = await pathsMeant(text, known, system)
  const packages = packageAnswers(text, known)
  const answers = [...packages, ...fileAnswers(text, paths, known, packages)]
  if (answers.length > 0) return answers
  const absent = await absentAnswer(text, paths, known, system)
  if (absent !== null) return [absent]
  const names = [...known.fileSet.packages.map(({ name }) => name), ...known.fileSet.files.map(({ path }) => path)]
  throw new UserError('WHY_UNKNOWN', asked, known.plan.config.name, nearest(text, names), sourceOf(known.plan))
}

/** A path is meant in the artifact or from the function's root, and from the current folder. */
async function pathsMeant(text: string, { plan }: Known, { cwd, disk }: System): Promise<readonly string[]> {
  const { root } = plan.config
  const plain = text.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  const onDisk = resolve(cwd, text)
  const wanted = [plain, relative(root, onDisk)]
  for (const path of [onDisk, join(root, plain)]) {
    // Package managers link packages, and a bundle knows its modules by their real paths.
    if ((await disk.stat(path)) === null) continue
    wanted.push(relative(await disk.realPath(root), await disk.realPath(path)))
  }
  return [...new Set(wanted.map(path => path.split(sep).join('/')))].filter(path => path !== '')
}

async function absentAnswer(
  text: string,
  paths: readonly string[],
  known: Known,
  system: System,
): Promise<WhyAnswer | null> {
  const inFolder = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(text)?.[1]
  const unneeded = unneededAnswer(inFolder ?? text, known)
  const rule = await mention(inFolder ?? text, known, system)
  // What package.json asks for is in its lock, too.
  const isTold = rule === null || known.plan.language === 'node'
  if (unneeded !== null) return isTold ? unneeded : { ...unneeded, rules: [...unneeded.rules, rule] }
  const below = await belowFolder(paths, known, system)
  if (below !== null || rule === null) return below
  return { ...NOTHING, kind: 'package', name: text, package: null, state: 'unneeded', rules: [rule] }
}

/** A path below a folder that stays out as a whole. */
async function belowFolder(
  paths: readonly string[],
  { plan, decisions }: Known,
  { disk }: System,
): Promise<WhyAnswer | null> {
  for (const path of paths) {
    const folder = decisions.leftOut.find(one => one.isFolder && (one.path === '' || path.startsWith(`${one.path}/`)))
    if (folder === undefined || (await disk.stat(join(plan.config.root, path))) === null) continue
    const rule = folder.path === '' ? folder.rule : `${folder.path}: ${folder.rule}`
    return { ...NOTHING, kind: 'file', name: path, package: null, state: 'left-out', paths: [path], rules: [rule] }
  }
  return null
}

/** A package that what the dependencies come from names, though nothing leads to it: of a development group, say. */
async function mention(text: string, { plan }: Known, { disk }: System): Promise<string | null> {
  const path = sourcePath(plan)
  if (path === null || !/^(?:@[\w.-]+\/)?[\w.-]+$/.test(text) || (await disk.stat(path))?.kind !== 'file') return null
  const name = text.split(/[-_.]+/).join('[-_.]+')
  if (!new RegExp(`(?<![\\w.@/-])${name}(?![\\w.-])`, 'i').test(await disk.readText(path))) return null
  const { runtime, architecture } = plan.config
  return `${sourceOf(plan)} names it, and nothing that the function needs on ${runtime} ${architecture} leads to it`
}
