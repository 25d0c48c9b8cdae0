import * as assert from 'uvu/assert'
import { compareVersions, isVersion, normaliseVersion, satisfies } from '../../src/formats/pep440.ts'
import { evaluateMarker, type Marker, parseMarker, parseRequirement } from '../../src/formats/pep508.ts'
import { compatibleTags } from '../../src/formats/wheel-tags.ts'
import type { MarkerEnvironment } from '../../src/model.ts'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { makeOracle, makeRandom } from './packaging-oracle.ts'

/** What people pack, whose dependencies hold markers of every kind: some 250 packages. */
const POPULAR = [
  'jupyterlab',
  'fastapi[all]',
  'celery[redis,sqs]',
  'torch',
  'transformers',
  'django',
  'poetry',
  'aws-sam-cli',
]
const OLDER =
  'pandas==2.2.3 requests==2.28.2 urllib3==1.26.18 redis==4.6.0 pydantic==1.10.13 numpy==1.26.4 aiohttp==3.8.6 SQLAlchemy==1.4.49 ipython==8.5.0 black==22.12.0 pytest==7.4.0 coverage==6.5.0 gunicorn==20.1.0 scipy==1.11.4 cryptography==41.0.0'.split(
    ' ',
  )

const PYTHONS = ['3.9.19', '3.10.14', '3.11.9', '3.12.3', '3.13.0', '3.14.0']
const ODD_PYTHONS = ['3.13.0+', '3.14.0rc1', '3.11.0']
const RELEASES = [
  '',
  '5.10.0-28-amd64',
  '6.1.102-111.182.amzn2023.x86_64',
  '5.15',
  '4.14.336',
  '5.10.219+aws',
  '24.5.0',
]

const environment = (python: string, machine: string, release: string): MarkerEnvironment => ({
  os_name: 'posix',
  sys_platform: 'linux',
  platform_machine: machine,
  platform_python_implementation: 'CPython',
  platform_release: release,
  platform_system: 'Linux',
  platform_version: '#1 SMP Thu Mar 28 2024',
  python_version: python.split('.').slice(0, 2).join('.'),
  python_full_version: python,
  implementation_name: 'cpython',
  implementation_version: python,
})

const TARGETS = PYTHONS.flatMap(python =>
  ['x86_64', 'aarch64'].flatMap(machine => RELEASES.map(release => environment(python, machine, release))),
)

describe('the packaging library agrees on', it => {
  it('requirements and markers of published packages, on every target', () =>
    inTemporaryFolder(async dir => {
      const oracle = await makeOracle(dir)
      const lines = [...(await oracle.requirementsOf(POPULAR)), ...(await oracle.requirementsOf(OLDER, ['--no-deps']))]
      const requirements = [...new Set(lines)]
      const markers = [...new Set(requirements.filter(line => line.includes(';')).map(markerOf))]
      const environments = TARGETS.map((each, i) => [each, ['', 'test', 'all', 'dev'][i % 4] ?? ''] as const)
      const answers = await oracle.ask({ evaluate: { markers, environments }, parse: requirements })

      const read = requirements.map(line => {
        const { name, extras, specifier, url, marker } = parseRequirement(line)
        const clauses = [...new Set(specifier.split(',').filter(clause => clause !== ''))].sort()
        return { name, extras: [...extras].sort(), clauses, url, hasMarker: marker !== null }
      })
      assert.equal(read, answers['parse'])
      const evaluations = agree(markers, environments, answers['evaluate'] as Answers)
      console.log(`\n  ${requirements.length} requirements, ${evaluations} evaluations of ${markers.length} markers`)
      assert.ok(evaluations > 50_000, `${evaluations} evaluations are few`)
    }))

  it('markers of every shape, on odd systems too', () =>
    inTemporaryFolder(async dir => {
      const random = makeRandom(508)
      const markers = Array.from({ length: 4000 }, () => makeMarker(random, 3))
      const odd = [...PYTHONS, ...ODD_PYTHONS].map((python, i) => environment(python, 'aarch64', RELEASES[i % 7] ?? ''))
      const environments = [...odd, ...odd].map((each, i) => [each, ['', 'a-b', 'x', 'test'][i % 4] ?? ''] as const)
      const answers = await (await makeOracle(dir)).ask({ evaluate: { markers, environments } })
      const evaluations = agree(markers, environments, answers['evaluate'] as Answers)
      console.log(`\n  ${evaluations} evaluations of ${markers.length} generated markers`)
      assert.ok(evaluations > 50_000, `${evaluations} evaluations are few`)
    }))

  it('versions, their order, and specifiers', () =>
    inTemporaryFolder(async dir => {
      const random = makeRandom(440)
      const versions = [...new Set(Array.from({ length: 250 }, () => makeVersion(random)))]
      const odd = [
        '',
        'x',
        '1.0-',
        '1..0',
        '1.0+',
        '1.0+a..b',
        '2011k',
        ' 1.0 ',
        'V1.0-Alpha_2',
        '1.0.post',
        '1.0dev',
        '1.0+a_B-007',
      ]
      const specifiers = Array.from({ length: 500 }, () => makeSpecifier(random, versions))
      const asked = [...versions.slice(0, 120), ...odd]
      const answers = await (await makeOracle(dir)).ask({
        compare: versions,
        normalise: [...versions, ...odd],
        satisfy: { versions: asked, specifiers },
      })
      assert.equal(
        [...versions, ...odd].map(text => (isVersion(text) ? normaliseVersion(text) : null)),
        answers['normalise'],
      )
      const wrong: string[] = []
      for (const [i, a] of versions.entries()) {
        for (const [j, b] of versions.entries()) {
          const expected: number = (answers['compare'] as Numbers)[i]?.[j] ?? Number.NaN
          if (Math.sign(compareVersions(a, b)) !== expected) wrong.push(`${a} and ${b}: ${expected}`)
        }
      }
      for (const [i, specifier] of specifiers.entries()) {
        for (const [j, version] of asked.entries()) {
          const expected = (answers['satisfy'] as Answers)[i]?.[j]
          if (satisfies(version, specifier) !== expected) wrong.push(`"${version}" and "${specifier}": ${expected}`)
        }
      }
      console.log(`\n  ${versions.length ** 2} comparisons, ${specifiers.length * asked.length} specifier checks`)
      assert.equal(wrong.slice(0, 20), [])
    }))

  it('the tags of wheels, in order', () =>
    inTemporaryFolder(async dir => {
      const targets = PYTHONS.map(python => Number(python.split('.')[1])).flatMap(minor =>
        (['x86_64', 'arm64'] as const).flatMap(architecture => [26, 34].map(glibc => ({ minor, architecture, glibc }))),
      )
      const questions = targets.map(({ minor, architecture, glibc }) => ({
        minor,
        machine: architecture === 'arm64' ? 'aarch64' : 'x86_64',
        glibc: [2, glibc],
      }))
      const answers = await (await makeOracle(dir)).ask({ tags: questions })
      for (const [i, { minor, architecture, glibc }] of targets.entries()) {
        assert.equal(
          compatibleTags(`3.${minor}`, { major: 2, minor: glibc }, architecture),
          (answers['tags'] as readonly (readonly string[])[])[i],
        )
      }
    }))
})

type Answers = readonly (readonly (boolean | null)[])[]
type Numbers = readonly (readonly number[])[]

/** Compares every answer; returns how many there were. Undefined comparisons (null) are our own affair. */
function agree(
  markers: readonly string[],
  environments: readonly (readonly [MarkerEnvironment, string])[],
  answers: Answers,
): number {
  const wrong: string[] = []
  let evaluations = 0
  for (const [i, text] of markers.entries()) {
    const marker: Marker = parseMarker(text)
    for (const [j, [each, extra]] of environments.entries()) {
      const expected = answers[i]?.[j]
      if (expected === null) continue
      evaluations++
      const holds = evaluateMarker(marker, each, extra === '' ? [] : [extra], ['dev'])
      if (holds !== expected) {
        wrong.push(`${text} is ${expected} for ${each.python_full_version} ${each.platform_release} "${extra}"`)
      }
    }
  }
  assert.equal(wrong.slice(0, 20), [], `${wrong.length} differences`)
  return evaluations
}

const markerOf = (requirement: string): string => requirement.slice(requirement.indexOf(';') + 1).trim()

// ── What is asked: texts that people write, and those that nobody should ─────────────────────────

type Random = () => number
const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  python_version: [
    '3.9',
    '3.10',
    '3.13',
    '3',
    '3.8.*',
    '3.1*',
    '4',
    '3.9.0',
    '2.7, 3.11',
    '3.9 3.10 3.14',
    '',
    ' 3.12 ',
    'x',
  ],
  python_full_version: [
    '3.11.9',
    '3.11',
    '3.13.0',
    '3.13.0rc1',
    '3.14.0.*',
    '3.14.0b1',
    '3.13.0+local',
    '<3.12',
    '3.12.3',
  ],
  implementation_version: ['3.11.9', '3.14.0rc2', '7.3.13', 'cpython'],
  platform_release: ['', '5', '5.10', '5.10.0-28-amd64', '5.15.*', 'amzn2023', '6.1', '4.14.336', 'aws'],
  platform_version: ['#1', 'SMP', '2'],
  sys_platform: ['linux', 'win32', 'darwin', 'linux2', 'linux darwin', ''],
  'sys.platform': ['linux', 'win32'],
  'os.name': ['posix', 'nt'],
  os_name: ['posix', 'nt'],
  platform_machine: ['aarch64', 'x86_64', 'arm64 aarch64', 'AArch64'],
  'platform.machine': ['aarch64'],
  platform_system: ['Linux', 'Windows', 'linux'],
  platform_python_implementation: ['CPython', 'PyPy', 'cpython'],
  python_implementation: ['CPython', 'PyPy'],
  implementation_name: ['cpython', 'pypy'],
  extra: ['a-b', 'A_B', 'a.b', 'x', 'test', 'Te.st', ''],
}
const OPERATORS = ['==', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', '~=', '===']

function makeMarker(random: Random, depth: number): string {
  const shape = random()
  if (depth === 0 || shape < 0.4) return makeComparison(random)
  const [left, right] = [makeMarker(random, depth - 1), makeMarker(random, depth - 1)]
  const joined = `${left}${pick(random, [' and ', ' or ', '  and\t', ' or '])}${right}`
  return shape < 0.7 ? `(${pick(random, ['', ' '])}${joined} )` : joined
}

function makeComparison(random: Random): string {
  if (random() < 0.05)
    return `'${pick(random, ['a.B', 'dev', 'x'])}' ${pick(random, ['in', 'not in'])} ${pick(random, ['extras', 'dependency_groups'])}`
  const variable = pick(random, Object.keys(VARIABLES))
  const quote = pick(random, ["'", '"'])
  const literal = `${quote}${pick(random, VARIABLES[variable] ?? [])}${quote}`
  // Of texts, ~= and === are undefined: asked seldom, or there would be no answer to compare.
  const operators = random() < 0.1 || /version|release/.test(variable) ? OPERATORS : OPERATORS.slice(0, 9)
  const operator = pick(random, operators)
  const space = /in/.test(operator) || random() < 0.7 ? ' ' : ''
  return random() < 0.3
    ? `${literal}${space}${operator}${space}${variable}`
    : `${variable}${space}${operator}${space}${literal}`
}

function makeVersion(random: Random): string {
  const number = (): string => pick(random, ['0', '1', '2', '10', '007', '20240101120000', '99999999999999999999'])
  const maybe = (chance: number, text: () => string): string => (random() < chance ? text() : '')
  return [
    maybe(0.05, () => 'v'),
    maybe(0.1, () => `${pick(random, ['0', '1', '2'])}!`),
    pick(random, ['1', '1.0', '1.0.0', '1.1', '1.2', '2', '1.10', '1.0.1', `1.${number()}`]),
    maybe(
      0.35,
      () =>
        `${pick(random, ['', '.', '-', '_'])}${pick(random, ['a', 'b', 'rc', 'c', 'Alpha', 'beta', 'pre', 'preview'])}${maybe(0.8, number)}`,
    ),
    maybe(0.3, () => pick(random, [`.post${maybe(0.8, number)}`, `-${number()}`, `.rev${number()}`, `r${number()}`])),
    maybe(0.25, () => `.dev${maybe(0.8, number)}`),
    maybe(0.25, () => `+${pick(random, ['cpu', 'cu118', '1', '1.a', 'A-1_007', '0x1f', '1e5', 'abc.2'])}`),
  ].join('')
}

function makeSpecifier(random: Random, versions: readonly string[]): string {
  const clause = (): string => {
    const operator = pick(random, ['==', '!=', '<=', '>=', '<', '>', '~=', '==='])
    const version = pick(random, versions)
    if (random() < 0.25)
      return `${pick(random, ['==', '!='])}${pick(random, ['1', '1.0', '1.0.0', '1.1', '1!1', '1.10', version])}.*`
    return `${operator}${pick(random, ['', ' '])}${/[=!]=$/.test(operator) ? version : (version.split('+')[0] ?? '')}`
  }
  return random() < 0.6 ? clause() : [clause(), clause()].join(pick(random, [',', ' , ']))
}
