import { isAbsolute, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { percentDecoded, withoutFileScheme } from '../../../formats/url-text.ts'
import type { System } from '../../../system/system.ts'

export interface Index {
  /** Without credentials and without a slash at the end. */
  readonly url: string
  readonly username: string | null
  readonly password: string | null
}

/** What one place of configuration (a tool's variables, a file) says. */
export interface Layer {
  /** The default index; null: not said here. */
  readonly indexUrl: Index | null
  readonly extras: readonly Index[]
  /** Indexes that only packages of a lock use which name them; known here for their credentials. */
  readonly others: readonly Index[]
  /** Absolute paths or URLs. */
  readonly findLinks: readonly string[]
  /** What forbids indexes, such as PIP_NO_INDEX; null: nothing. */
  readonly noIndex: string | null
}

export const NO_LAYER: Layer = { indexUrl: null, extras: [], others: [], findLinks: [], noIndex: null }

/** An index from what a user wrote: a URL, or a folder. */
export function indexOf(text: string): Index {
  if (!URL.canParse(text) && /^https?:/i.test(text)) {
    throw new UserError(
      'INDEX_SETTINGS_BROKEN',
      `The index "${shown(text)}"`,
      'this is no URL; in credentials write / as %2F',
    )
  }
  if (!URL.canParse(text) || /^[a-z]:[\\/]/i.test(text)) {
    return { url: text.replace(/[/\\]+$/, ''), username: null, password: null }
  }
  const url = new URL(text)
  if (!/^(https?|file):$/.test(url.protocol)) {
    throw new UserError(
      'INDEX_SETTINGS_BROKEN',
      `The index "${shown(text)}"`,
      'its URL must start with https://, http:// or file://',
    )
  }
  const username = url.username === '' ? null : percentDecoded(url.username)
  const password = url.password === '' ? null : percentDecoded(url.password)
  url.username = ''
  url.password = ''
  return { url: url.href.replace(/\/+$/, ''), username, password }
}

function shown(text: string): string {
  return text.replace(/\/\/.*@/, '//…@')
}

/** `${NAME}` becomes the variable's value, where there is one. */
export function expandVariables(text: string, env: System['env']): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => env[name] ?? whole)
}

/** Folders become absolute, `file:` URLs become folders, other URLs stay. */
export function findLinkOf(text: string, dir: string, homeDir: string): string {
  if (/^file:/i.test(text)) return withoutFileScheme(text)
  if (/^https?:\/\//i.test(text)) return text
  if (text.startsWith('~/')) return join(homeDir, text.slice(2))
  return isAbsolute(text) ? text : join(dir, text)
}

/** As pip and uv read switches. */
export function isOn(text: string | undefined): boolean {
  return /^(1|true|yes|on|y|t)$/i.test(text?.trim() ?? '')
}

/** Values that are separated by white space. */
export function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter(word => word !== '')
}
