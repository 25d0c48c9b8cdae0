import { nearest } from '../formats/nearest.ts'

/** The known word that a mistyped one most likely means, or null. */
export function closest(word: string, known: readonly string[]): string | null {
  const wanted = simplified(word)
  const same = known.find(one => simplified(one) === wanted)
  if (same !== undefined) return same
  // Swapped letters are one slip, though they are two edits.
  const swapped = known.find(one => sortedLetters(simplified(one)) === sortedLetters(wanted))
  if (swapped !== undefined) return swapped
  // A short form (env, arch, memory) is far away by edits, but plainly meant.
  const longer = wanted.length >= 3 ? known.filter(one => simplified(one).startsWith(wanted)) : []
  return (longer.length === 1 ? longer[0] : null) ?? nearest(word.slice(0, 64), known)
}

/** memory_size, memory-size and MemorySize are one word. */
function simplified(word: string): string {
  return word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '')
}

function sortedLetters(word: string): string {
  return [...word].sort().join('')
}
