import { isAbsolute, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import type { NodePlan, PackageManager } from '../../../model.ts'
import type { Message } from './esbuild.ts'
import { splitSpecifier } from './main-fields.ts'
import type { Owners } from './owners.ts'
import type { Place } from './places.ts'
import type { Work } from './work.ts'

/** All that esbuild has against the code, as one mistake of the user's; what isn't esbuild's is thrown as it is. */
export async function failureOf(error: unknown, { plan, place, owners }: Work): Promise<UserError> {
  const messages = (error as { readonly errors?: readonly Message[] }).errors
  if (messages === undefined) throw error
  const ours = messages.find(({ pluginName, detail }) => pluginName === 'lpack' && detail instanceof Error)
  if (ours !== undefined) throw ours.detail
  const missing = await Promise.all(messages.map(message => missingPackage(message, place, owners)))
  const names = missing.filter(name => name !== null)
  if (names.length < messages.length) return new UserError('BUNDLE_FAILED', plan.config.name, messages.map(lineOf))
  const lines = messages.map((message, index) => `${placeOf(message)}${names[index]}`)
  return new UserError('MODULE_NOT_INSTALLED', plan.config.name, lines, await installCommand(plan, names, owners))
}

/** The package that an import needs and nobody installed; null: the message is about something else. */
async function missingPackage(message: Message, place: Place, owners: Owners): Promise<string | null> {
  const specifier = /^Could not resolve "([^"]+)"$/.exec(message.text)?.[1]
  // Names that start with # or ~ are mapped by package.json or tsconfig.json.
  if (specifier === undefined || !/^[@\w]/.test(specifier) || isAbsolute(specifier)) return null
  const { name } = splitSpecifier(specifier)
  const file = message.location?.file
  if (file === undefined || !/^(@[\w.~-]+\/)?[\w.~-]+$/.test(name)) return null
  const importer = join(place.root, file, '..')
  return (await owners.resolve(name, importer)) === null ? name : null
}

/** `src/index.ts:3:7: message`, and in lines of their own what esbuild adds that helps. */
function lineOf(message: Message): string {
  const plugin = message.pluginName === '' || message.pluginName === 'lpack' ? '' : `[${message.pluginName}] `
  // lpack says itself what \`external\` does.
  const notes = message.notes
    .map(note => note.text)
    .filter(text => text !== '' && !text.startsWith('You can mark the path'))
  return [`${placeOf(message)}${plugin}${message.text}`, ...notes.map(note => `    ${note}`)].join('\n')
}

function placeOf({ location }: Message): string {
  return location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `
}

const ADD: Readonly<Record<PackageManager, string>> = { npm: 'npm install', pnpm: 'pnpm add', yarn: 'yarn add' }

/** What package.json declares is only to be installed; anything else is to be added. */
async function installCommand({ project }: NodePlan, names: readonly string[], owners: Owners): Promise<string> {
  const manifest = (await owners.manifest(project.dir)) ?? {}
  const keys = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
  const declared = keys.flatMap(key => Object.keys(manifest[key] ?? {}))
  const undeclared = [...new Set(names)].filter(name => !declared.includes(name)).sort()
  const manager = project.lock?.manager ?? 'npm'
  return undeclared.length === 0 ? `${manager} install` : `${ADD[manager]} ${undeclared.join(' ')}`
}
