/** A block of a Terraform file, as far as it is literal. https://developer.hashicorp.com/terraform/language/syntax/configuration */
export interface TerraformBlock {
  /** `resource` or `data`. */
  readonly kind: string
  /** Such as aws_lambda_function. */
  readonly type: string
  readonly name: string
  /** Arguments right in the block whose value is a text, a number, or a list of one text; references are left out. */
  readonly values: Readonly<Record<string, string | number>>
  /** Arguments right in the block that are no literal. */
  readonly unclear: readonly string[]
  /** The archive_file that the block names; null: none. */
  readonly archive: string | null
}

const HEADER = /^[ \t]*(resource|data)[ \t]+"([^"]+)"[ \t]+"([^"]+)"[ \t]*\{/gm

/** The resources and data sources of a file. Comments and nested blocks say nothing here. */
export function readTerraform(text: string): readonly TerraformBlock[] {
  const code = withoutComments(text)
  return [...code.matchAll(HEADER)].map(match => {
    const [header, kind = '', type = '', name = ''] = match
    const body = bodyFrom(code, match.index + header.length)
    const archive = /\bdata\.archive_file\.(\w+)/.exec(body)?.[1] ?? null
    return { kind, type, name, ...valuesOf(body), archive }
  })
}

const HEREDOC = /<<[-~]?[ \t]*(\w+)[ \t]*\r?\n[\s\S]*?^[ \t]*\1\b/gm

function withoutComments(text: string): string {
  const texts = /"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|(?:#|\/\/).*/g
  return text.replaceAll(HEREDOC, 'null').replaceAll(texts, found => (found.startsWith('"') ? found : ''))
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

function valuesOf(body: string): Pick<TerraformBlock, 'values' | 'unclear'> {
  const values: Record<string, string | number> = {}
  const unclear: string[] = []
  const argument = /^[ \t]*([A-Za-z_][\w-]*)[ \t]*=[ \t]*(?!=)/gm
  for (const match of body.matchAll(argument)) {
    const [all, key = ''] = match
    const literal = LITERAL.exec(body.slice(match.index + all.length))
    const text = literal?.[1]?.replace(/^\$\{path\.(module|root|cwd)\}\/?/, './')
    if (literal?.[2] !== undefined) values[key] = Number(literal[2])
    else if (text !== undefined && !text.includes('${')) values[key] = text
    else unclear.push(key)
  }
  return { values, unclear }
}

/** A text, a number, or a list of one text, and nothing behind it that would make another value of it. */
const LITERAL = /^(?:\[\s*)?(?:"((?:[^"\\]|\\.)*)"|(\d+))\s*?,?\s*?(?:\]|(?=\r?\n|$))[ \t]*(?=\r?\n|$)/
