// Turns words.csv into the JSON that the function imports.
import { readFileSync, writeFileSync } from 'node:fs'

const rows = readFileSync(new URL('words.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const words = Object.fromEntries(rows.map(row => row.split(',')))
writeFileSync(new URL('src/words.json', import.meta.url), `${JSON.stringify(words, null, 2)}\n`)
