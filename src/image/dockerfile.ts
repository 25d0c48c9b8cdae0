import type { Recipe } from './types.ts'

/** How each Dockerfile of lpack begins, so that a folder can be told from one that somebody else made. */
export const DOCKERFILE_HEAD = '# Made by lpack'

/** What pip installs from, in the build context. */
export const REQUIREMENTS = 'requirements.txt'

/** The Dockerfile of a recipe, for the context that `contextFiles` tells. Ends in a line break. */
export function dockerfileOf(recipe: Recipe): string {
  const { config, base, installs, layers, labels, environment } = recipe
  const blocks = [
    [`${DOCKERFILE_HEAD} from the function's config, which is the place for changes.`],
    ...(installs.length === 0 ? [] : buildStage(recipe)),
    [`FROM ${base}`],
    ['WORKDIR ${LAMBDA_TASK_ROOT}'],
    installedPackages(recipe, config.image.packages),
    [
      ...(layers.length > 1
        ? ['# Least often changed first, so that a change of the code leaves the layers below as they are.']
        : []),
      ...(installs.length === 0 ? [] : [`COPY --from=build ${BUILD_FOLDER}/packages/ ./`]),
      ...layers.map(({ folder }) => `COPY ${folder}/ ./`),
    ],
    assignments('LABEL', labels),
    assignments('ENV', environment),
    [`CMD [${JSON.stringify(config.handler)}]`],
  ]
  const written = blocks.filter(block => block.length > 0).map(block => block.join('\n'))
  return `${written.join('\n\n')}\n`
}

/** The .dockerignore: the context holds just what is copied, and nothing that comes into it later shall be sent. */
export function ignoreOf(recipe: Recipe): string {
  const { installs, layers } = recipe
  const kept = [...layers.map(({ folder }) => folder), ...(installs.length === 0 ? [] : [REQUIREMENTS])]
  return ['*', ...kept.map(name => `!${name}`), ''].join('\n')
}

/** The pins of what pip installs, with their hashes where all are known: pip takes hashes of all or of none. */
export function requirementsOf({ installs }: Recipe): string {
  const lines = installs.map(({ name, version, hashes }) =>
    [`${name}==${version}`, ...(areHashed(installs) ? hashes.map(hash => `--hash=sha256:${hash}`) : [])].join(
      ' \\\n    ',
    ),
  )
  return `${lines.join('\n')}\n`
}

/** Names of variables and labels that no Dockerfile can say: an instruction ends where its line does. */
export function unsayable({ environment, labels }: Recipe): readonly string[] {
  return [...environment, ...labels].filter(one => !isSayable(one)).map(([name]) => name)
}

const BUILD_FOLDER = '/build'

function buildStage(recipe: Recipe): string[][] {
  const { config, base, installs } = recipe
  const hashes = areHashed(installs) ? ' --require-hashes' : ''
  return [
    ['# Compilers and what they leave stay in this stage.', `FROM ${base} AS build`],
    installedPackages(recipe, config.image.buildPackages),
    [`WORKDIR ${BUILD_FOLDER}`],
    [`COPY ${REQUIREMENTS} ./`],
    [
      '# For a private index: docker build --secret id=pip.conf,src=$HOME/.config/pip/pip.conf',
      'RUN --mount=type=cache,target=/root/.cache/pip \\',
      '    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \\',
      `    pip install --no-deps --no-compile${hashes} --target packages -r ${REQUIREMENTS}`,
    ],
  ]
}

function areHashed(installs: Recipe['installs']): boolean {
  return installs.every(({ hashes }) => hashes.length > 0)
}

/** Of the base's operating system, without the package manager's cache. */
function installedPackages({ packageManager }: Recipe, packages: readonly string[]): string[] {
  if (packages.length === 0) return []
  // Their versions come with the base; older ones go from its repositories.
  const rule = packageManager === 'dnf' ? 'DL3041' : 'DL3033'
  return [
    `# hadolint ignore=${rule}`,
    `RUN ${packageManager} install -y ${packages.map(shellWord).join(' ')} \\`,
    `    && ${packageManager} clean all`,
  ]
}

function assignments(instruction: 'ENV' | 'LABEL', values: Recipe['environment']): string[] {
  const written = values.filter(isSayable).map(([name, value]) => `${name}=${quoted(value)}`)
  const indent = ' '.repeat(instruction.length + 1)
  return written.map(
    (text, place) => `${place === 0 ? `${instruction} ` : indent}${text}${place === written.length - 1 ? '' : ' \\'}`,
  )
}

/** In double quotes Docker looks for these three alone. https://docs.docker.com/reference/dockerfile/#environment-replacement */
function quoted(value: string): string {
  return `"${value.replace(/["\\$]/g, '\\$&')}"`
}

function isSayable([name, value]: readonly [string, string]): boolean {
  return /^[^\s"'\\$=#]+$/.test(name) && !/[\0\r\n]/.test(value)
}

/** A word that a POSIX shell takes as it is. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
