import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { pages } from '../scripts/docs/pages.ts'
import { describe, REPOSITORY } from './helpers.ts'

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8')

describe('pages made from the code', test => {
  for (const [path, text] of pages(JSON.parse(read('schema.json')))) {
    test(`${path} is what \`npm run docs\` writes`, () => assert.is(read(path), text))
  }

  test('the config reference has every key of the schema', () => {
    const { properties } = JSON.parse(read('schema.json'))
    const headings = [...read('docs/config.md').matchAll(/^## `(.*)`$/gm)].map(match => match[1])
    assert.equal(
      headings,
      Object.keys(properties).filter(key => key !== '$schema'),
    )
  })
})
