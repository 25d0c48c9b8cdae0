import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import * as assert from 'uvu/assert'
import { dockerfileOf, ignoreOf, requirementsOf, shellWord, unsayable } from '../../src/image/dockerfile.ts'
import { describe } from '../helpers.ts'
import { APP, type RecipeChanges, SDIST, testRecipe } from './recipes.ts'

const HOSTILE: Readonly<Record<string, string>> = {
  QUOTES: `say "hi" and 'bye'`,
  DOLLARS: '$HOME ${HOME} $$ \\$HOME $(date) `date`',
  BACKSLASHES: '\\ C:\\temp\\new \\" \\n',
  SPACES: '  two  spaces\tand a tab ',
  HASH: '# no comment',
  EQUALS: 'a=b c=d',
  UNICODE: 'é 漢 🙂 \u2028',
  EMPTY: '',
  HEREDOC: '<<EOF',
  DIRECTIVE: 'escape=`',
}

describe('image/dockerfile', it => {
  it('is short where there is little to do', () => {
    const text = dockerfileOf(testRecipe({ files: APP }))
    assert.is(
      text,
      `# Made by lpack from the function's config, which is the place for changes.

FROM public.ecr.aws/lambda/python:3.13-x86_64

WORKDIR \${LAMBDA_TASK_ROOT}

COPY code/ ./

CMD ["app.handler"]
`,
    )
    assert.is(ignoreOf(testRecipe({ files: APP })), '*\n!code\n')
  })

  it('has all that the config can ask for', () => {
    assert.is(
      dockerfileOf(testRecipe(EVERYTHING)),
      `# Made by lpack from the function's config, which is the place for changes.

# Compilers and what they leave stay in this stage.
FROM public.ecr.aws/lambda/python:3.13-x86_64 AS build

# hadolint ignore=DL3041
RUN dnf install -y gcc gcc-c++ \\
    && dnf clean all

WORKDIR /build

COPY requirements.txt ./

# For a private index: docker build --secret id=pip.conf,src=$HOME/.config/pip/pip.conf
RUN --mount=type=cache,target=/root/.cache/pip \\
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \\
    pip install --no-deps --no-compile --require-hashes --target packages -r requirements.txt

FROM public.ecr.aws/lambda/python:3.13-x86_64

WORKDIR \${LAMBDA_TASK_ROOT}

# hadolint ignore=DL3041
RUN dnf install -y libGL \\
    && dnf clean all

# Least often changed first, so that a change of the code leaves the layers below as they are.
COPY --from=build /build/packages/ ./
COPY dependencies/ ./
COPY code/ ./

LABEL org.opencontainers.image.source="https://example.com/hello"

ENV LOG_LEVEL="info" \\
    STAGE="test"

CMD ["app.handler"]
`,
    )
    assert.is(ignoreOf(testRecipe(EVERYTHING)), '*\n!dependencies\n!code\n!requirements.txt\n')
  })

  it('has yum on Amazon Linux 2', () => {
    const text = dockerfileOf(testRecipe({ config: { runtime: 'python3.11' }, image: { packages: ['libxml2'] } }))
    assert.match(text, '# hadolint ignore=DL3033\nRUN yum install -y libxml2 \\\n    && yum clean all\n')
  })

  for (const [what, changes] of [
    ['a small function', { files: APP }],
    ['a function with everything', () => EVERYTHING],
    [
      'hostile variables and labels',
      { environment: HOSTILE, image: { labels: { 'org.a/b-c_d': HOSTILE['QUOTES'] ?? '' } } },
    ],
    ['a handler with slashes', { config: { handler: 'src/handlers/api.handler' } }],
  ] as const) {
    it(`is clean for ${what}`, () =>
      assert.equal(validate(dockerfileOf(testRecipe(typeof changes === 'function' ? changes() : changes))), []))
  }

  it('has one command, which is the handler as it is', () => {
    for (const handler of ['app.handler', 'src/api.handler', `a"b\\c'.$x`, 'módulo.ß']) {
      const commands = DockerfileParser.parse(dockerfileOf(testRecipe({ config: { handler } }))).getCMDs()
      const [only] = commands
      assert.is(commands.length, 1)
      assert.equal(JSON.parse(only?.getArgumentsContent() ?? ''), [handler])
    }
  })

  for (const [name, value] of Object.entries(HOSTILE)) {
    it(`says ${name} so that it is read as it is`, () => {
      const text = dockerfileOf(testRecipe({ environment: { [name]: value } }))
      const [, quoted = ''] = new RegExp(`^ENV ${name}=(".*")$`, 'mu').exec(text.replaceAll('\u2028', '_')) ?? []
      assert.is(readAsDocker(quoted), value.replaceAll('\u2028', '_'))
    })
  }

  it('does not say what has several lines, and tells so', () => {
    const recipe = testRecipe({ environment: { KEY: 'a\nb', RETURN: 'a\rb', LOG_LEVEL: 'info' } })
    assert.equal(unsayable(recipe), ['KEY', 'RETURN'])
    const text = dockerfileOf(recipe)
    assert.match(text, '\nENV LOG_LEVEL="info"\n')
    assert.not.match(text, 'KEY')
  })

  it('pins what pip installs, with hashes of all or of none', () => {
    const other = { name: 'idna', version: '3.10', hashes: [] }
    const [zeros, ones] = SDIST.hashes
    assert.is(
      requirementsOf(testRecipe({ fileSet: { installs: [SDIST] } })),
      `pycrypto==2.6.1 \\\n    --hash=sha256:${zeros} \\\n    --hash=sha256:${ones}\n`,
    )
    const mixed = testRecipe({ fileSet: { installs: [other, SDIST] } })
    assert.is(requirementsOf(mixed), 'idna==3.10\npycrypto==2.6.1\n')
    assert.not.match(dockerfileOf(mixed), 'require-hashes')
  })

  it('is the same text for the same recipe', () => {
    const turned = { ...EVERYTHING, environment: { STAGE: 'test', LOG_LEVEL: 'info' } }
    assert.is(dockerfileOf(testRecipe(EVERYTHING)), dockerfileOf(testRecipe(turned)))
  })

  for (const [word, written] of [
    ['lpack.out/hello', 'lpack.out/hello'],
    ['--provenance=false', '--provenance=false'],
    ['my dir', "'my dir'"],
    ["it's $HOME", "'it'\\''s $HOME'"],
    ['', "''"],
  ] as const) {
    it(`writes the word ${JSON.stringify(word)} for a shell`, () => assert.is(shellWord(word), written))
  }
})

const EVERYTHING: RecipeChanges = {
  environment: { LOG_LEVEL: 'info', STAGE: 'test' },
  image: {
    packages: ['libGL'],
    buildPackages: ['gcc', 'gcc-c++'],
    labels: { 'org.opencontainers.image.source': 'https://example.com/hello' },
  },
  fileSet: { installs: [SDIST] },
}

/** As BuildKit reads a word in double quotes. https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go */
function readAsDocker(quoted: string): string {
  const inner = /^"(.*)"$/s.exec(quoted)?.[1] ?? ''
  let read = ''
  for (let place = 0; place < inner.length; place++) {
    const character = inner[place] ?? ''
    const next = inner[place + 1] ?? ''
    if (character === '"' || character === '$') throw new Error(`${quoted} has a bare ${character}`)
    const isEscape = character === '\\' && ['"', '$', '\\'].includes(next)
    read += isEscape ? next : character
    if (isEscape) place++
  }
  return read
}
