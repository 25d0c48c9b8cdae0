import { DEFAULT_SCHEMA, load, Type } from 'js-yaml'

/**
 * CloudFormation's own tags, such as !Ref and !Sub: what they stand for is known to AWS alone, so they become null.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
const UNKNOWN = (['scalar', 'sequence', 'mapping'] as const).map(
  kind => new Type('!', { kind, multi: true, construct: () => null }),
)
const SCHEMA = DEFAULT_SCHEMA.extend(UNKNOWN)

/** The value of a YAML document; null if it is none. */
export function parseYamlDocument(text: string): unknown {
  try {
    return load(text.replace(/^\uFEFF/, ''), { schema: SCHEMA })
  } catch {
    return null
  }
}
