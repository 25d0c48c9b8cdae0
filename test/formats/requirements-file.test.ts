// biome-ignore-all lint/suspicious/noTemplateCurlyInString: requirements files have such variables
import * as assert from 'uvu/assert'
import { parseRequirementsText, type RequirementLine } from '../../src/formats/requirements-file.ts'
import { describe } from '../helpers.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const refuses = (text: string, part: string): void =>
  assert.throws(
    () => parseRequirementsText(text),
    (error: unknown) => error instanceof SyntaxError && error.message.includes(part),
    `${text} is read`,
  )

/** A line in short: its kind, what it names, and its number. */
function short(line: RequirementLine): string {
  switch (line.kind) {
    case 'requirement':
      return `${line.line} ${line.requirement.name}${line.requirement.specifier}${line.requirement.url ?? ''}`
    case 'include':
    case 'constraint':
      return `${line.line} ${line.kind} ${line.path}`
    case 'option':
      return `${line.line} --${line.name}=${line.value}`
    default:
      return `${line.line} ${line.kind} ${line.target}`
  }
}
const shorts = (text: string, environment = {}): readonly string[] =>
  parseRequirementsText(text, environment).map(short)

describe('requirements files', it => {
  it('number their lines through comments, continuations, a byte order mark and any line ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [
        '\uFEFF# head',
        '',
        'a==1  # why',
        'b \\',
        '  >=2, \\',
        '<3',
        'c # joins \\',
        'lost',
        'd\\',
        '# ends it',
        'e',
      ].join(end)
      assert.equal(shorts(text), ['3 a==1', '4 b>=2,<3', '7 c', '9 d', '11 e'])
    }
    assert.equal(shorts('a \\'), ['1 a'])
    assert.equal(shorts(' # only\n\n'), [])
  })

  it('hold hashes, several on a line or on continued lines', () => {
    const text = `a==1 --hash=sha256:${A} --hash sha256:${B.toUpperCase()} \\\n    --hash=sha512:CC # all\n`
    const [line] = parseRequirementsText(text)
    assert.equal(line?.kind === 'requirement' && [line.hashes, line.otherHashes], [[A, B], ['sha512:cc']])
  })

  it('hold options in every spelling', () => {
    const text =
      '-r base.txt\n--requirement=b.txt\n-rc.txt\n-c "my file.txt"\n--constraint d\\e.txt\n-e ./x[y]\n--editable=git+https://e/x.git#egg=x\n-i https://i --extra-index-url=https://j\n--pre --no-index -f ./wheels\n--only-binary :all:\n--trusted-host=h'
    assert.equal(shorts(text), [
      '1 include base.txt',
      '2 include b.txt',
      '3 include c.txt',
      '4 constraint my file.txt',
      '5 constraint d\\e.txt',
      '6 editable ./x[y]',
      '7 editable git+https://e/x.git#egg=x',
      '8 --index-url=https://i',
      '8 --extra-index-url=https://j',
      '9 --pre=',
      '9 --no-index=',
      '9 --find-links=./wheels',
      '10 --only-binary=:all:',
      '11 --trusted-host=h',
    ])
  })

  it('take variables that the environment has', () => {
    const text = '--index-url https://${USER_NAME}:${TOKEN}@i/simple\na @ https://e/${MISSING}/$TOKEN/${lower}.whl'
    assert.equal(shorts(text, { USER_NAME: 'me', TOKEN: 's3' }), [
      '1 --index-url=https://me:s3@i/simple',
      '2 ahttps://e/${MISSING}/$TOKEN/${lower}.whl',
    ])
  })

  it('name packages by URL, with the hash of its fragment', () => {
    const [line] = parseRequirementsText(`a[x] @ https://e/a-1-py3-none-any.whl#sha256=${A} ; extra == 'q'`)
    assert.ok(line?.kind === 'requirement')
    assert.equal(line.hashes, [A])
    assert.is(line.requirement.url, `https://e/a-1-py3-none-any.whl#sha256=${A}`)
    assert.equal(line.requirement.extras, ['x'])
    assert.ok(line.requirement.marker)
  })

  const places: readonly (readonly [
    text: string,
    kind: string,
    target: string,
    name: string | null,
    extras: readonly string[],
  ])[] = [
    ['./pkg', 'path', './pkg', null, []],
    ['.', 'path', '.', null, []],
    ['./pkg[a, B_c]', 'path', './pkg', null, ['a', 'b-c']],
    ['../wheels/a-1-py3-none-any.whl', 'path', '../wheels/a-1-py3-none-any.whl', null, []],
    ['a-1-py3-none-any.whl', 'path', 'a-1-py3-none-any.whl', null, []],
    ['/opt/a.tar.gz', 'path', '/opt/a.tar.gz', null, []],
    ['C:\\wheels\\a.whl', 'path', 'C:\\wheels\\a.whl', null, []],
    ['file:///opt/a.whl', 'path', 'file:///opt/a.whl', null, []],
    [`https://e/a;b.whl#egg=A_b[x]&sha256=${B}`, 'url-archive', 'https://e/a;b.whl', 'a-b', ['x']],
    ['git+https://e/x.git@v1#egg=x&subdirectory=sub', 'url-archive', 'git+https://e/x.git@v1', 'x', []],
    ['git+ssh://git@e/x.git', 'url-archive', 'git+ssh://git@e/x.git', null, []],
  ]
  for (const [text, kind, target, name, extras] of places) {
    it(`take ${text} as ${kind}`, () => {
      for (const [suffix, hasMarker] of [
        ['', false],
        [' ; python_version > "3"', true],
      ] as const) {
        const [line] = parseRequirementsText(`${text}${suffix} --hash=sha256:${A}`)
        assert.ok(line?.kind === 'path' || line?.kind === 'url-archive')
        const read = [line.kind, line.target, line.name, line.extras, line.marker !== null, line.subdirectory]
        assert.equal(read, [kind, target, name, extras, hasMarker, text.includes('subdirectory') ? 'sub' : ''])
        assert.equal(line.hashes, text.includes('sha256') ? [A, B] : [A])
      }
    })
  }

  it('name the line that cannot be read, without secrets', () => {
    refuses('a\n\nb \\\n  banana', 'line 3: ')
    refuses('--bogus=secret', 'line 1: "--bogus" is not an option')
    refuses('--hash=sha256:00', 'line 1: --hash=sha256:00')
    refuses(`--hash=sha256:${A}`, 'line 1: --hash stands on')
    refuses('a --hash=sha256', '--hash=sha256 is not an algorithm')
    refuses('-r', '--requirement needs a value')
    refuses('--pre=yes', '--pre takes no value')
    refuses('-c "x', 'has no end')
    assert.throws(
      () => parseRequirementsText('a @ https://u:${TOKEN}@e/a.whl ; x', { TOKEN: 's3cret' }),
      (error: unknown) => error instanceof SyntaxError && !error.message.includes('s3cret'),
    )
  })

  it('are read in linear time, however hostile', () => {
    const start = performance.now()
    for (const part of ['# ', 'a#', ' -', '${A', '\\\n', 'a[', '(', '"', '\t', ';', 'a@']) {
      try {
        parseRequirementsText(`x${part.repeat(50_000)}`)
      } catch (error) {
        assert.instance(error, SyntaxError)
      }
    }
    assert.ok(performance.now() - start < 3000)
  })
})
