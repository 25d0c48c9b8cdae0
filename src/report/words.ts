import type { Finding, JudgedLimit } from '../model.ts'

// The words that all forms of the report share. The page's script has them, too, so nothing of Node.js is here.

/** In AWS's MB, which is 1,048,576 bytes. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1_048_576) return `${(bytes / 1024).toFixed(1)} KB`
  if (bytes < 10 * 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MB`
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`
}

/** A share of one in whole percent, never more than it is. */
export function percentage(share: number): string {
  const percent = share * 100
  return percent > 0 && percent < 1 ? '<1 %' : `${Math.floor(percent)} %`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}

/** How much of a limit is taken: 1 is all of it. */
export function shareOf({ bytes, limit }: JudgedLimit): number {
  return limit === 0 ? 1 : bytes / limit
}

const LIMIT_LABELS: Readonly<Record<string, string>> = {
  'zip-direct-upload': 'zipped',
  unzipped: 'unzipped',
  'image-unzipped': 'unzipped',
  'image-layers': 'layers',
  'image-settings': 'settings',
  'image-manifest': 'manifest',
  'budget-zipped': 'zipped',
  'budget-unzipped': 'unzipped',
  'budget-image': 'image',
  'budget-growth': 'growth',
  'total-zipped': 'zipped',
  'total-unzipped': 'unzipped',
}

const LIMIT_NAMES: Readonly<Record<string, string>> = {
  'zip-direct-upload': 'for a direct upload',
  unzipped: 'for code and layers',
  'image-unzipped': 'for an image',
  'image-manifest': 'advised',
  'budget-zipped': 'of your budget',
  'budget-unzipped': 'of your budget',
  'budget-image': 'of your budget',
  'budget-growth': 'that it may grow to',
  'total-zipped': 'of your total budget',
  'total-unzipped': 'of your total budget',
}

/** An amount of what a limit is of. */
export function amountOf({ id }: Pick<JudgedLimit, 'id'>, amount: number): string {
  return id === 'image-layers' ? String(amount) : size(amount)
}

/** What a limit is of, in a word. */
export function limitLabel({ id }: Pick<JudgedLimit, 'id'>): string {
  return LIMIT_LABELS[id] ?? id
}

/** Whose limit it is, to stand behind its size. */
export function limitName({ id }: Pick<JudgedLimit, 'id'>): string {
  return LIMIT_NAMES[id] ?? ''
}

/** What follows from a limit that is exceeded. */
export function overSentence({ id, bytes, limit }: JudgedLimit): string {
  const excess = size(bytes - limit)
  const against = (what: string, key: string) => `${size(bytes)} ${what}, and \`${key}\` is ${size(limit)}.`
  switch (id) {
    case 'zip-direct-upload':
      return 'Too large for a direct upload: put the zip on S3 and create the function from there.'
    case 'unzipped':
      return `Lambda refuses it: ${excess} over what code and layers may have unzipped. Drop packages, try \`"slim": "strong"\` or \`"runtimeSdk": "omit"\`, or use a container image.`
    case 'image-unzipped':
      return `Lambda refuses it: ${excess} over what an image may have unzipped. Drop packages or files, or load them at run time from S3 or a file system.`
    case 'image-layers':
      return `It has more layers than engines unpack (${limit}): take another base.`
    case 'image-settings':
      return `Lambda refuses it: ${excess} over what entry point, command, working folder and environment may have. Shorten \`environment\`.`
    case 'image-manifest':
      return 'Its manifest is larger than AWS advises: take a base of fewer layers.'
    case 'budget-zipped':
      return `Over your budget by ${excess}: ${against('zipped', 'budget.zipped')}`
    case 'budget-unzipped':
      return `Over your budget by ${excess}: ${against('unzipped', 'budget.unzipped')}`
    case 'budget-image':
      return `Over your budget by ${excess}: ${against('compressed, with its base', 'budget.image')}`
    case 'budget-growth':
      return `Grown by ${excess} more than your budget allows: ${size(bytes)} zipped, and \`budget.growth\` lets it get to ${size(limit)}.`
    case 'total-zipped':
      return `All functions together are over your budget by ${excess}: ${against('zipped', 'totalBudget.zipped')}`
    case 'total-unzipped':
      return `All functions together are over your budget by ${excess}: ${against('unzipped', 'totalBudget.unzipped')}`
    default:
      return `Over your budget by ${excess}.`
  }
}

export interface Verdict {
  readonly tone: 'good' | 'doubtful' | 'bad'
  /** One sentence or several. */
  readonly text: string
}

/** The one thing to know of an artifact. */
export function verdictOf({
  limits,
  findings,
  ok,
}: {
  readonly limits: readonly JudgedLimit[]
  readonly findings: readonly Finding[]
  readonly ok: boolean
}): Verdict {
  const over = limits.filter(({ status }) => status === 'over')
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const sentences = over.map(overSentence)
  if (errors > 0) sentences.push(`${count(errors, 'error')} found: it would not start.`)
  if (!ok) return { tone: 'bad', text: sentences.join(' ') }
  if (over.length > 0) return { tone: 'doubtful', text: sentences.join(' ') }
  const isNear = limits.some(({ status }) => status === 'near')
  return isNear ? { tone: 'doubtful', text: 'Fits, but is near a limit.' } : { tone: 'good', text: 'Fits.' }
}
