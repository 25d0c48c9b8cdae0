import { awsReference } from './aws-reference.ts'
import { configReference } from './config-reference.ts'
import { findingsReference } from './findings-reference.ts'

/** The pages that are made from the code, by their paths. */
export function pages(schema: Parameters<typeof configReference>[0]): ReadonlyMap<string, string> {
  return new Map([
    ['docs/aws.md', awsReference()],
    ['docs/config.md', configReference(schema)],
    ['docs/findings.md', findingsReference()],
  ])
}
