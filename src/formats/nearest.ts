import { distance } from 'fastest-levenshtein'

/** Longer words are cut: comparing costs the product of the lengths. */
const MAXIMUM = 64

/** The known word that a mistyped one most likely means, or null: for "did you mean". */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = simplified(word)
  const same = known.find(one => simplified(one) === wanted)
  if (same !== undefined) return same
  // Swapped letters are one slip, though they are two edits.
  const swapped = known.find(one => sortedLetters(simplified(one)) === sortedLetters(wanted))
  if (swapped !== undefined) return swapped
  // A short form (env, arch, memory) is far away by edits, but plainly meant.
  const longer = wanted.length >= 3 ? known.filter(one => simplified(one).startsWith(wanted)) : []
  return (longer.length === 1 ? longer[0] : null) ?? fewestEdits(word.slice(0, MAXIMUM).toLowerCase(), known)
}

function fewestEdits(word: string, known: readonly string[]): string | null {
  const ranked = known.map(one => ({ one, edits: distance(word, one.toLowerCase()) })).sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.one : null
}

/** memory_size, memory-size and MemorySize are one word. */
function simplified(word: string): string {
  return word
    .slice(0, MAXIMUM)
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '')
}

function sortedLetters(word: string): string {
  return [...word].sort().join('')
}
