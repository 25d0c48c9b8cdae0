/** A block of a Terraform file, as far as it is literal. https://developer.hashicorp.com/terraform/language/syntax/configuration */
export interface TerraformBlock {
  /** `resource` or `data`. */
  readonly kind: string
  /** Such as aws_lambda_function. */
  readonly type: string
  readonly name: string
  /** Arguments right in the block whose value is a text, a number, or a list of one text; references are left out. */
  readonly values: Readonly<Record<string, string | number>>
}

const HEADER = /^[ \t]*(resource|data)[ \t]+"([^"]+)"[ \t]+"([^"]+)"[ \t]*\{/gm

/** The resources and data sources of a file. Comments and nested blocks say nothing here. */
export function readTerraform(text: string): readonly TerraformBlock[] {
  const code = withoutComments(text)
  return [...code.matchAll(HEADER)].map(match => {
    const [header, kind = '', type = '', name = ''] = match
    return { kind, type, name, values: valuesOf(bodyFrom(code, match.index + header.length)) }
  })
}

function withoutComments(text: string): string {
  const texts = /"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|(?:#|\/\/).*/g
  return text.replaceAll(texts, found => (found.startsWith('"') ? found : ''))
}

/** What stands between the braces of a block, without the blocks in it. */
function bodyFrom(code: string, start: number): string {
  let body = ''
  let depth = 1
  for (const [piece] of code.slice(start).matchAll(/"(?:[^"\\\n]|\\.)*"|[{}]|[^"{}]+|"/g)) {
    if (piece === '}') depth--
    if (depth === 0) return body
    if (depth === 1) body += piece === '}' ? '\n' : piece
    if (piece === '{') depth++
  }
  return body
}

function valuesOf(body: string): Readonly<Record<string, string | number>> {
  const values: Record<string, string | number> = {}
  const argument = /^[ \t]*([A-Za-z_][\w-]*)[ \t]*=[ \t]*(?:\[[ \t]*)?(?:"((?:[^"\\]|\\.)*)"|(\d+))/gm
  for (const [, key = '', text, digits] of body.matchAll(argument)) {
    if (digits !== undefined) values[key] = Number(digits)
    else if (text !== undefined) values[key] = text.replace(/^\$\{path\.(module|root|cwd)\}\/?/, './')
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !String(value).includes('${')))
}
