import * as assert from 'uvu/assert'
import { finding } from '../../src/findings.ts'
import type { Artifact, IgnoredFinding } from '../../src/model.ts'
import { reportsAsJson } from '../../src/report/json.ts'
import { judge } from '../../src/report/judge.ts'
import { silence } from '../../src/report/silence.ts'
import { reportAsText } from '../../src/report/text.ts'
import { describe } from '../helpers.ts'
import { testFileSet, testPlan } from '../worlds.ts'

const FOUND = [
  finding('CASE_COLLISION', 'vendor/A.py', 'vendor/A.py', 'vendor/a.py'),
  finding('CASE_COLLISION', 'src/B.py', 'src/B.py', 'src/b.py'),
  finding('HANDLER_MALFORMED', '', 'x', 'Bad handler'),
  finding('NOT_HASH_LOCKED', '/project/api/requirements.txt', 'requirements.txt'),
]

/** Code and path of an entry, and the findings that it silences, by their places in the list. */
const CASES: [string, string | null, number[]][] = [
  ['CASE_COLLISION', null, [0, 1]],
  ['CASE_COLLISION', 'vendor/**', [0]],
  ['CASE_COLLISION', 'vendor', [0]],
  ['CASE_COLLISION', '**/B.py', [1]],
  ['CASE_COLLISION', 'other/**', []],
  ['HANDLER_MALFORMED', null, [2]],
  ['HANDLER_MALFORMED', '**', []],
  ['NOT_HASH_LOCKED', 'requirements.txt', [3]],
  ['NOT_HASH_LOCKED', '../*', []],
  ['ENV_FILE_PACKED', null, []],
]

describe('report/silence', it => {
  for (const [code, path, expected] of CASES) {
    it(`silences ${expected.length} of ${FOUND.length} with ${code} at ${path ?? 'any path'}`, () => {
      const { findings, silenced } = silence(FOUND, { ignore: [entry(code, path)], root: '/project/api' }, false)
      assert.equal(
        silenced,
        expected.map(at => ({ code, path: FOUND[at]?.path, reason: 'known' })),
      )
      assert.equal(
        findings,
        FOUND.filter((_, at) => !expected.includes(at)),
      )
    })
  }

  it('tells of an entry that silences nothing, if all was looked for', () => {
    const ignore = [entry('ENV_FILE_PACKED', 'a/**'), entry('CASE_COLLISION', null)]
    const stale = (isComplete: boolean) =>
      silence(FOUND, { ignore, root: '/project' }, isComplete).findings.filter(({ code }) => code === 'IGNORE_UNUSED')
    assert.equal(
      stale(true).map(({ severity, message }) => `${severity} ${message}`),
      ['note `ignore` names ENV_FILE_PACKED for "a/**", and there is no such finding any more. Remove the entry.'],
    )
    assert.equal(stale(false), [])
  })

  it('takes a default of several functions for used by another', () => {
    const ignore = [{ ...entry('ENV_FILE_PACKED', null), isShared: true }]
    assert.equal(silence(FOUND, { ignore, root: '/project' }, true).findings, FOUND)
  })

  it('takes weight and place from what is silenced, wherever it was found', () => {
    const ignore = [entry('HANDLER_MALFORMED', null), entry('RUNTIME_PREVIEW', null), entry('ENV_FILE_LEFT_OUT', null)]
    const plan = testPlan('/project', { ignore }, { findings: [finding('RUNTIME_PREVIEW', '', 'python3.15')] })
    const fileSet = testFileSet([], { findings: [finding('ENV_FILE_LEFT_OUT', '.env', '.env')] })
    const report = judge(plan, fileSet, ARTIFACT, {
      checked: [finding('HANDLER_MALFORMED', '', 'x', 'Bad handler')],
      before: null,
    })
    assert.ok(report.ok)
    assert.equal(report.findings, [])
    const style = { color: false, verbose: false, cwd: '/project', width: 80 }
    assert.not.match(reportAsText(report, style), 'silenced')
    assert.match(reportAsText(report, { ...style, verbose: true }), '3 findings silenced by `ignore`')
    const [json] = (JSON.parse(reportsAsJson([report], '1')) as { functions: { silenced: unknown }[] }).functions
    assert.equal(json?.silenced, [
      { code: 'RUNTIME_PREVIEW', path: '', reason: 'known' },
      { code: 'ENV_FILE_LEFT_OUT', path: '.env', reason: 'known' },
      { code: 'HANDLER_MALFORMED', path: '', reason: 'known' },
    ])
  })
})

const ARTIFACT: Artifact = {
  kind: 'zip',
  path: '/project/lpack.out/hello.zip',
  bytes: 1,
  unzippedBytes: 1,
  sha256: '00',
  unchanged: false,
  entries: [],
}

function entry(code: string, path: string | null): IgnoredFinding {
  return { code, path, reason: 'known', isShared: false }
}
