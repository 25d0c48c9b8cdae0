import type { Growth } from '../model.ts'

const UNIT_BYTES = { K: 1024, M: 1024 ** 2, G: 1024 ** 3 } as const

/** Bytes of a size such as "5 MB", "1.5 GB" or 300; null if it is less than a byte or beyond counting. AWS's MB is 1,048,576 bytes. */
export function parseSize(size: number | string): number | null {
  const bytes = typeof size === 'number' ? size : bytesOfText(size)
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : null
}

/** What a text such as "+5%" or "200 KB" lets something grow by; null if it is nothing or beyond counting. */
export function parseGrowth(growth: number | string): Growth | null {
  const text = typeof growth === 'number' ? '' : growth.replace(/^\+/, '')
  const percent = /^([0-9.]+) ?%$/.exec(text)?.[1]
  if (percent !== undefined) return Number(percent) > 0 ? { kind: 'share', share: Number(percent) / 100 } : null
  const bytes = parseSize(typeof growth === 'number' ? growth : text)
  return bytes === null ? null : { kind: 'bytes', bytes }
}

function bytesOfText(text: string): number {
  const match = /^([0-9.]+) ?([KMG])I?B$/.exec(text.toUpperCase())
  if (match === null) return Number.NaN
  return Math.round(Number(match[1]) * UNIT_BYTES[match[2] as keyof typeof UNIT_BYTES])
}
