import { distance } from 'fastest-levenshtein'

/** The known word that a mistyped one most likely means, or null if none is near: for "did you mean". */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map(one => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) })).sort((a, b) => a.far - b.far)
  const best = ranked[0]
  return best !== undefined && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.one : null
}
