import { findPrivateKey } from './private-key.ts'
import { makeTokenFinder } from './secret-tokens.ts'

/** A variable whose value is a secret, which is never told. */
export interface SecretVariable {
  readonly name: string
  /** What it is, such as "a GitHub token". */
  readonly what: string
}

const AWS_KEY_ID = /^A[KS]IA[A-Z2-7]{16}$/

/** The environment variables that hold secrets of known kinds, sorted by name. Examples and placeholders are none. */
export function secretVariables(environment: Readonly<Record<string, string>>): readonly SecretVariable[] {
  const findTokens = makeTokenFinder()
  // A key's secret looks like any other text without its id, which is in a variable of its own.
  const ids = Object.values(environment).filter(value => AWS_KEY_ID.test(value))
  // Sorted for determinism
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      const beside = ids.includes(value) ? [] : ids.map(id => `${id}\n${value}`)
      const found = findPrivateKey(value) ?? [value, ...beside].flatMap(text => findTokens(text))[0]
      return found === undefined ? [] : [{ name, what: found.what }]
    })
}
