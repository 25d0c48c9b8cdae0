import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'

/**
 * What is wrong with a bill of materials by CycloneDX's schemas, which the library ships as they are published; empty if nothing is.
 * Formats such as those of URLs are not looked at.
 */
export function problemsOfBom(text: string): readonly string[] {
  const root = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'))
  const schema = (name: string) =>
    JSON.parse(readFileSync(join(root, 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  // The schema names the others relative to itself.
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  }
  const validate = ajv.compile(schema('bom-1.6'))
  validate(JSON.parse(text))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
