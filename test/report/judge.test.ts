import * as assert from 'uvu/assert'
import { finding } from '../../src/findings.ts'
import type { Artifact, FunctionConfig } from '../../src/model.ts'
import { reportsAsJson } from '../../src/report/json.ts'
import { judge } from '../../src/report/judge.ts'
import { reportAsText } from '../../src/report/text.ts'
import { size } from '../../src/report/words.ts'
import { describe } from '../helpers.ts'
import { testFile, testFileSet, testPlan } from '../worlds.ts'

const NO_BUDGET = { zippedBytes: null, unzippedBytes: null, imageBytes: null, growth: null }
const UNCHECKED = { checked: null, before: null }
const STYLE = { color: false, verbose: false, cwd: '/project', width: 80 }

describe('report/judge', it => {
  const cases: [number, number, string, string, boolean][] = [
    [1, 1, 'ok', 'ok', true],
    [47_185_920, 1, 'near', 'ok', true],
    [52_428_799, 1, 'near', 'ok', true],
    [52_428_800, 1, 'over', 'ok', true],
    [1, 235_929_600, 'ok', 'near', true],
    [1, 262_143_999, 'ok', 'near', true],
    [1, 262_144_000, 'ok', 'over', false],
  ]
  for (const [bytes, unzippedBytes, zipped, unzipped, ok] of cases) {
    it(`judges ${bytes} zipped and ${unzippedBytes} unzipped as ${zipped} and ${unzipped}`, () => {
      const report = judged({ bytes, unzippedBytes })
      assert.equal(
        report.limits.map(({ id, status }) => `${id} ${status}`),
        [`zip-direct-upload ${zipped}`, `unzipped ${unzipped}`],
      )
      assert.is(report.ok, ok)
    })
  }

  it('counts layers in the unzipped limit, and says which it can’t', () => {
    const layers = [
      { arn: 'arn:a', unzippedBytes: 262_143_000 },
      { arn: 'arn:b', unzippedBytes: null },
    ]
    const report = judged({ unzippedBytes: 1000 }, { layers })
    assert.is(report.limits[1]?.status, 'over')
    assert.equal(
      report.findings.map(({ code }) => code),
      ['LAYER_NOT_COUNTED'],
    )
  })

  it('breaks on a budget that is exceeded, not on one that is met', () => {
    const budget = { ...NO_BUDGET, zippedBytes: 100, unzippedBytes: 200 }
    assert.ok(judged({ bytes: 100, unzippedBytes: 200 }, { budget }).ok)
    assert.not.ok(judged({ bytes: 101, unzippedBytes: 200 }, { budget }).ok)
    assert.not.ok(judged({ bytes: 100, unzippedBytes: 201 }, { budget }).ok)
  })

  it('is bad if a finding is an error', () => {
    assert.not.ok(
      judge(testPlan('/project'), testFileSet([]), artifact({}), {
        checked: [finding('HANDLER_MALFORMED', '', 'x', 'Bad handler')],
        before: null,
      }).ok,
    )
  })

  it('adds up packages, heaviest first', () => {
    const owned = (path: string, owner: string) => testFile(path, 'x', { owner })
    const files = [owned('a/1', 'a'), owned('b/1', 'b'), owned('b/2', 'b'), testFile('own.py', 'x')]
    const packages = ['a', 'b'].map(name => ({ id: name, name, version: '1', requiredBy: ['(direct)'], licence: null }))
    const entries = files.map(({ path, owner }) => ({ path, owner, bytes: 10, zippedBytes: 7 }))
    const judgement = judge(testPlan('/project'), testFileSet(files, { packages }), artifact({ entries }), UNCHECKED)
    assert.equal(
      judgement.packages.map(({ name, bytes, zippedBytes, files }) => [name, bytes, zippedBytes, files]),
      [
        ['b', 20, 14, 2],
        ['(function)', 10, 7, 1],
        ['a', 10, 7, 1],
      ],
    )
  })
})

describe('report/text', it => {
  it('is one screen with limits, packages, CodeSha256 and the verdict', () => {
    const text = reportAsText(judged({ bytes: 1_572_864, unzippedBytes: 31_457_280 }), STYLE)
    assert.is(
      text,
      `hello  python3.13 x86_64  lambda_function.lambda_handler
  lpack.out/hello.zip  written, 0 files

  zipped      1.5 MB  █░░░░░░░░░░░░░░░░░░░  3 % of 50.0 MB for a direct upload
  unzipped   30.0 MB  ███░░░░░░░░░░░░░░░░░  12 % of 250.0 MB for code and layers

  CodeSha256  uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=
  Fits.
`,
    )
  })

  for (const width of [40, 60, 80, 120]) {
    it(`has no line of more than ${width} cells, but of one word or a hash`, () => {
      const packages = Array.from({ length: 14 }, (_, place) => `distribution-with-a-rather-long-name-${place}`)
      const files = packages.map(name => testFile(`${name}/a.py`, 'x', { owner: name }))
      const entries = files.map(({ path, owner }) => ({ path, owner, bytes: 300_000, zippedBytes: 100_000 }))
      const named = packages.map(name => ({ id: name, name, version: '1.0', requiredBy: [], licence: null }))
      const fileSet = testFileSet(files, { packages: named, leftOut: [{ rule: '**/*.pyc', files: 3, bytes: 10 }] })
      const plan = testPlan('/project', { budget: { ...NO_BUDGET, zippedBytes: 512 } })
      const found = [finding('HANDLER_MALFORMED', '', 'x', 'Bad handler')]
      const report = judge(plan, fileSet, artifact({ bytes: 60_000_000, entries }), { checked: found, before: null })
      for (const verbose of [false, true]) {
        for (const line of reportAsText(report, { ...STYLE, verbose, width }).split('\n')) {
          assert.ok(/^ *(CodeSha256 +)?[^ ]+$/.test(line) || line.length <= width, line)
        }
      }
    })
  }

  it('is one line if nothing changed', () => {
    assert.is(
      reportAsText(judged({ unchanged: true }), STYLE),
      'hello  unchanged  1 B zipped, 1 B unzipped  lpack.out/hello.zip\n',
    )
  })

  it('says what is over and what to do', () => {
    assert.match(reportAsText(judged({ bytes: 60_000_000 }), STYLE), 'Too large for a direct upload: put the zip on S3')
    assert.match(reportAsText(judged({ unzippedBytes: 272_629_760 }), STYLE), 'Lambda refuses it: 10.0 MB over')
    assert.match(
      reportAsText(judged({ bytes: 1024 }, { budget: { ...NO_BUDGET, zippedBytes: 512 } }), STYLE),
      'Over your budget by 512 B: 1.0 KB zipped, and `budget.zipped` is 512 B.',
    )
  })

  it('shows a size in AWS’s units', () => {
    assert.equal([0, 1023, 1024, 1_048_576, 262_144_000].map(size), ['0 B', '1023 B', '1.0 KB', '1.0 MB', '250.0 MB'])
  })
})

describe('report/json', it => {
  it('has the keys of the contract', () => {
    const document = JSON.parse(reportsAsJson([judged({})], '1.2.3')) as {
      version: string
      functions: Record<string, unknown>[]
    }
    assert.is(document.version, '1.2.3')
    assert.equal(Object.keys(document.functions[0] ?? {}), [
      'name',
      'runtime',
      'architecture',
      'handler',
      'artifact',
      'packages',
      'limits',
      'findings',
      'silenced',
      'ok',
    ])
    assert.equal(document.functions[0]?.['artifact'], {
      kind: 'zip',
      path: '/project/lpack.out/hello.zip',
      bytes: 1,
      unzippedBytes: 1,
      files: 0,
      sha256: artifact({}).sha256,
      codeSha256: 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=',
      unchanged: false,
    })
  })
})

function judged(changes: Partial<Artifact>, config: Partial<FunctionConfig> = {}) {
  return judge(testPlan('/project', config), testFileSet([]), artifact(changes), { checked: [], before: null })
}

function artifact(changes: Partial<Artifact>): Artifact {
  return {
    kind: 'zip',
    path: '/project/lpack.out/hello.zip',
    bytes: 1,
    unzippedBytes: 1,
    // Of "hello world".
    sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    unchanged: false,
    entries: [],
    ...changes,
  }
}
