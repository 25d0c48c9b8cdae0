/** What of a JSON schema is told. */
interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: boolean | Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly definitions?: Readonly<Record<string, Schema>>
}

/** docs/config.md, from schema.json: one section a key, with what it may hold, its default and examples. */
export function configReference(schema: Schema): string {
  const keys = Object.entries(schema.properties ?? {})
  const resolve = (one: Schema) => resolved(one, schema)
  return [
    '# Config reference',
    '',
    '<!-- Made from schema.json by `npm run docs`. -->',
    '',
    'Keys of one function stand at the top level, or in an object of `functions`; beside `functions` they are the defaults of them all.',
    'Paths start at the folder of the config. Sizes are AWS’s: 1 MB is 1,048,576 bytes.',
    '',
    ...keys.filter(([key]) => key !== '$schema').flatMap(([key, value]) => section(key, resolve(value), resolve)),
  ].join('\n')
}

type Resolve = (schema: Schema) => Schema

function section(key: string, schema: Schema, resolve: Resolve): string[] {
  const facts = [
    typeOf(schema, resolve),
    ...(schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``]),
  ]
  const inner = innerKeys(schema, resolve)
  return [
    `## \`${key}\``,
    '',
    schema.description ?? '',
    '',
    facts.join(', '),
    '',
    ...(inner.length === 0 ? [] : ['| key | holds | meaning |', '| --- | --- | --- |', ...inner, '']),
    ...(schema.examples ?? []).flatMap(example => ['```json', JSON.stringify({ [key]: example }), '```', '']),
  ]
}

/** Of an object, or of one that may stand there or in a list. */
function innerKeys(schema: Schema, resolve: Resolve): string[] {
  const choices = [schema, ...(schema.oneOf ?? schema.anyOf ?? [])].map(resolve)
  const objects = choices.flatMap(one => [
    one,
    ...(one.items === undefined ? [] : innerChoices(resolve(one.items), resolve)),
  ])
  const keys = new Map(objects.flatMap(one => Object.entries(one.properties ?? {})))
  return [...keys].map(([key, value]) => {
    const one = resolve(value)
    return `| \`${key}\` | ${cell(typeOf(one, resolve))} | ${cell(meaningOf(one))} |`
  })
}

function innerChoices(schema: Schema, resolve: Resolve): Schema[] {
  return [schema, ...(schema.oneOf ?? schema.anyOf ?? [])].map(resolve)
}

function meaningOf({ description = '', default: fallback }: Schema): string {
  return fallback === undefined ? description : `${description} Default: \`${JSON.stringify(fallback)}\`.`
}

function typeOf(schema: Schema, resolve: Resolve): string {
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${JSON.stringify(value)}\``).join(' or ')
  const choices = schema.oneOf ?? schema.anyOf
  if (choices !== undefined) return choices.map(choice => typeOf(resolve(choice), resolve)).join(' or ')
  if (schema.type === 'array') {
    const item = schema.items === undefined ? 'anything' : typeOf(resolve(schema.items), resolve)
    return `list of ${item}`
  }
  if (schema.type === undefined) return 'anything'
  return typeof schema.type === 'string' ? schema.type : schema.type.join(' or ')
}

function resolved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/definitions/', '')
  return name === undefined ? schema : { ...root.definitions?.[name], ...schema }
}

export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
