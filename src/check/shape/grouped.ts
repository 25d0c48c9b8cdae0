import type { Finding } from '../../model.ts'

/** More findings of one kind than this are told as one, in which the first stands for all. */
const MOST_TOLD = 5

/** One finding each, or for many one about the whole artifact. */
export function grouped<T extends { readonly path: string }>(
  items: readonly T[],
  tell: (what: string, first: T, path: string) => Finding,
): Finding[] {
  const [first] = items
  if (items.length <= MOST_TOLD || first === undefined) return items.map(one => tell(one.path, one, one.path))
  return [tell(`${first.path}, as ${others(items.length)},`, first, '')]
}

/** However many they are, one finding is enough. */
export function together<T extends { readonly path: string }>(
  items: readonly T[],
  tell: (what: string, path: string) => Finding,
): Finding[] {
  const [first] = items
  if (first === undefined) return []
  return [items.length === 1 ? tell(first.path, first.path) : tell(`${first.path}, as ${others(items.length)},`, '')]
}

function others(count: number): string {
  return count === 2 ? 'one other' : `${count - 1} others`
}
