import { fileURLToPath } from 'node:url'

/** Percent-decoded text; where a percent sign is a stray one it is left as it is, as Python's `unquote` does. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A stray percent sign is part of the text.
  }
}

/** The path of a file URL; any other text, and a file URL of another host or without a path on this system, as it is. */
export function withoutFileScheme(location: string): string {
  if (!/^file:/i.test(location)) return location
  try {
    return fileURLToPath(location)
  } catch {
    return location // Nothing is there, which whoever looks for it tells.
  }
}
