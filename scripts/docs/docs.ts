// Writes the pages of docs/ that are made from the code: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pages } from './pages.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
for (const [path, text] of pages(JSON.parse(readFileSync(`${root}schema.json`, 'utf8')))) {
  writeFileSync(`${root}${path}`, text)
}
