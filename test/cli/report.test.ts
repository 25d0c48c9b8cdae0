import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import * as assert from 'uvu/assert'
import { report } from '../../src/api.ts'
import type { PublicReport, ReportDocument } from '../../src/report/json.ts'
import { SUMMARY_BYTES } from '../../src/report/markdown.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { checkSums } from '../report-sums.ts'
import { makeWheel } from '../wheels.ts'
import { type LooseZip, makeLooseZip } from '../zips.ts'
import { lpack, type Outcome } from './run.ts'

const HANDLER = 'def handler(event, context):\n    return event\n'
const WHEEL = makeWheel({
  name: 'polite-words',
  version: '1.4',
  files: {
    'polite_words/__init__.py': 'WORD = "Hello"\n',
    'polite_words/__init__.pyi': 'WORD: str\n',
    'polite_words/same.txt': 'the same text\n'.repeat(300),
    'polite_words/too.txt': 'the same text\n'.repeat(300),
  },
})

function documentIn({ out }: Outcome): ReportDocument {
  return JSON.parse(out) as ReportDocument
}

function onlyIn(outcome: Outcome): PublicReport {
  const [only] = documentIn(outcome).functions
  if (only === undefined) throw new Error(`there is no report: ${outcome.err}`)
  return only
}

/** A function with a distribution, packed. */
function inPacked(config: object, action: (dir: string) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, {
      'lpack.config.json': JSON.stringify({ name: 'f', runtime: 'python3.13', findLinks: ['wheels'], ...config }),
      'app.py': HANDLER,
      '.env': 'A=1\n',
      'requirements.txt': `--no-index\npolite-words==1.4 --hash=sha256:${WHEEL.sha256}\n`,
      [`wheels/${WHEEL.filename}`]: WHEEL.bytes,
    })
    const { code, err } = await lpack(dir, ['zip', '--quiet'])
    assert.is(code, 0, err)
    await action(dir)
  })
}

describe('lpack report', it => {
  it('measures the zip that stands, with what was known when it was packed', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const outcome = await lpack(dir, ['report', '--json'])
      assert.equal([outcome.code, outcome.err], [0, ''])
      const only = onlyIn(outcome)
      checkSums(only)
      assert.is(only.otherBytes, 22)
      assert.equal(
        [only.runtime, only.architecture, only.handler, only.checked],
        ['python3.13', 'x86_64', 'app.handler', true],
      )
      assert.equal(
        only.packages.map(({ id, requiredBy }) => [id, ...requiredBy]),
        [['polite-words', '(direct)'], ['(function)']],
      )
      assert.equal(
        only.leftOut.filter(({ rule }) => rule === 'type stubs'),
        [{ rule: 'type stubs', files: 1, bytes: 10 }],
      )
      assert.ok(only.findings.some(({ code }) => code === 'ENV_FILE_LEFT_OUT'))
      assert.equal(
        only.duplicates.map(one => one.kind === 'content' && one.paths),
        [['polite_words/same.txt', 'polite_words/too.txt']],
      )
      assert.equal(documentIn(outcome).total, null)
    }))

  it('finds the same packages and sizes where nobody has kept anything', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const known = onlyIn(await lpack(dir, ['report', '--json']))
      const unknown = onlyIn(await lpack(dir, ['report', '--json', '--no-cache']))
      assert.equal(unknown.packages, known.packages)
      assert.equal(unknown.files, known.files)
      assert.equal(unknown.leftOut, [])
      assert.equal(unknown.duplicates, known.duplicates)
    }))

  it('is what the API returns', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const options = { config: join(dir, 'lpack.config.json'), cache: false }
      const { functions, total } = await report(options)
      const printed = documentIn(await lpack(dir, ['report', '--json', '--no-cache']))
      assert.equal(JSON.parse(JSON.stringify({ functions, total })), {
        functions: printed.functions,
        total: printed.total,
      })
      const [zip] = (await report({ zips: [join(dir, 'lpack.out/f.zip')] })).functions
      assert.equal([zip?.runtime, zip?.artifact.sha256], [null, functions[0]?.artifact.sha256])
    }))

  it('asks for a zip where there is none', () =>
    inTemporaryFolder(async dir => {
      await writeTree(dir, { 'app.py': HANDLER, 'lpack.config.json': '{ "name": "f", "handler": "app.handler" }' })
      const { code, out, err } = await lpack(dir, ['report'])
      assert.equal([code, out], [2, ''])
      assert.match(
        err,
        `Function "f" has no zip: ${join(dir, 'lpack.out', 'f.zip')} does not exist. Run \`lpack zip\` first.`,
      )
    }))

  it('tells a zip without what it runs on, and checks it with that', () =>
    inTemporaryFolder(async dir => {
      await writeFile(join(dir, 'some.zip'), makeLooseZip({ entries: [{ name: 'main.py', content: HANDLER }] }))
      const unchecked = onlyIn(await lpack(dir, ['report', 'some.zip', '--json']))
      assert.equal(
        [unchecked.name, unchecked.runtime, unchecked.architecture, unchecked.handler, unchecked.checked, unchecked.ok],
        ['some.zip', null, null, null, false, true],
      )
      const args = ['report', 'some.zip', '--json', '--runtime', 'python3.13', '--handler', 'app.handler']
      const outcome = await lpack(dir, args)
      assert.is(outcome.code, 1)
      const checked = onlyIn(outcome)
      assert.equal(
        [checked.runtime, checked.handler, checked.checked, checked.findings.map(({ code }) => code)],
        ['python3.13', 'app.handler', true, ['HANDLER_MODULE_MISSING']],
      )
      assert.is((await lpack(dir, [...args, '--no-check'])).code, 0)
      const { code, err } = await lpack(dir, ['report', '--runtime', 'python3.13'])
      assert.is(code, 2)
      assert.match(err, 'are for zips')
    }))

  it('writes files beside what stands on stdout, and never over the zip', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const args = ['report', '--html', 'out/report.html', '--sbom', 'out/bom.json']
      const { code, out, err } = await lpack(dir, [...args, '--markdown'])
      assert.equal([code, err], [0, ''])
      assert.match(out, '### ✅ `f`')
      assert.match(await readFile(join(dir, 'out/report.html'), 'utf8'), /^<!doctype html>/i)
      assert.is(JSON.parse(await readFile(join(dir, 'out/bom.json'), 'utf8')).bomFormat, 'CycloneDX')
      assert.is((await lpack(dir, [...args, '--json'])).code, 0)
      const over = await lpack(dir, ['report', '--html', 'lpack.out/f.zip'])
      assert.is(over.code, 2)
      assert.match(over.err, 'lpack.out/f.zip is what the report is of, and would be overwritten')
      const blocked = await lpack(dir, ['report', '--html', 'app.py/report.html'])
      assert.equal([blocked.code, blocked.out], [2, ''])
    }))

  it('appends Markdown to the summary of CI, where that is asked for and there is one', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const path = join(dir, 'summary.md')
      const env = { GITHUB_STEP_SUMMARY: path }
      await writeFile(path, '# Before\n')
      await lpack(dir, ['report'], { env })
      assert.is(await readFile(path, 'utf8'), '# Before\n')
      const { out } = await lpack(dir, ['report', '--markdown'], { env })
      assert.is(await readFile(path, 'utf8'), `# Before\n\n${out}`)
      const quiet = await lpack(dir, ['report', '--markdown', '--quiet'], { env })
      assert.equal([quiet.code, quiet.out], [0, ''])
      assert.is(await readFile(path, 'utf8'), `# Before\n\n${out}\n${out}`)
    }))

  it('keeps a summary short enough for GitHub to show it', () =>
    inPacked({ handler: 'app.handler' }, async dir => {
      const path = join(dir, 'summary.md')
      const env = { GITHUB_STEP_SUMMARY: path }
      await writeFile(path, `${'x'.repeat(SUMMARY_BYTES - 1500)}\n`)
      assert.is((await lpack(dir, ['report', '--markdown', '--quiet'], { env })).code, 0)
      const bytes = (await readFile(path)).length
      assert.ok(bytes > SUMMARY_BYTES - 1500 && bytes <= SUMMARY_BYTES, `${bytes}`)
      await writeFile(path, `${'x'.repeat(SUMMARY_BYTES - 100)}\n`)
      assert.is((await lpack(dir, ['report', '--markdown', '--quiet'], { env })).code, 0)
      assert.is((await readFile(path)).length, SUMMARY_BYTES - 99)
    }))
})

describe('budgets', it => {
  const OVER_BYTES = `x = """${Array.from({ length: 4000 }, (_, place) => (place * 7919) % 9973).join(' ')}"""\n`

  it('measures growth from the last run that was within budget', () =>
    inPacked({ handler: 'app.handler', budget: { growth: '+5%' } }, async dir => {
      const packed = async () => lpack(dir, ['zip'])
      await writeFile(join(dir, 'more.py'), OVER_BYTES)
      const grown = await packed()
      assert.is(grown.code, 1)
      assert.match(
        grown.out,
        /^ {2}Grown by \d+\.\d KB more than your budget allows: [\s\S]* `budget\.growth`\s+lets\s+it\s+get\s+to [^\n]*\.$/m,
      )
      // What is too large doesn't become the measure.
      assert.is((await packed()).code, 1)
      assert.is((await lpack(dir, ['report', '--quiet'])).code, 1)
      assert.is((await lpack(dir, ['report', '--no-cache', '--quiet'])).code, 0)
      await rm(join(dir, 'more.py'))
      assert.is((await packed()).code, 0)
    }))

  it('measures growth from what a difference is asked to', () =>
    inPacked({ handler: 'app.handler', budget: { growth: 100 } }, async dir => {
      await writeFile(join(dir, 'old.zip'), await readFile(join(dir, 'lpack.out/f.zip')))
      await writeFile(join(dir, 'more.py'), OVER_BYTES)
      await lpack(dir, ['zip', '--quiet', '--no-cache'])
      const args = ['report', '--no-cache', '--json']
      assert.is((await lpack(dir, args)).code, 0)
      const outcome = await lpack(dir, [...args, '--diff', 'old.zip'])
      assert.is(outcome.code, 1)
      const old = (await readFile(join(dir, 'old.zip'))).length
      const growth = onlyIn(outcome).limits.find(({ id }) => id === 'budget-growth')
      assert.equal([growth?.limit, growth?.status], [old + 100, 'over'])
    }))

  it('judges all functions together, when all are there', () =>
    inTemporaryFolder(async dir => {
      const functions = { one: { root: 'one' }, two: { root: 'two' } }
      const config = { runtime: 'python3.13', handler: 'app.handler', functions, totalBudget: { zipped: 300 } }
      await writeTree(dir, {
        'lpack.config.json': JSON.stringify(config),
        'one/app.py': HANDLER,
        'two/app.py': HANDLER,
      })
      const all = await lpack(dir, ['zip'])
      assert.is(all.code, 1)
      assert.match(
        all.out,
        /^all functions\n {2}zipped .* of your total budget\n {2}All functions together are over your budget by \d+ B: \d+ B zipped, and\n {2}`totalBudget\.zipped` is 300 B\.$/m,
      )
      assert.is((await lpack(dir, ['zip', 'one'])).code, 0)
      const { code, out } = await lpack(dir, ['zip', '--json'])
      assert.is(code, 1)
      const { total, functions: packed } = JSON.parse(out) as ReportDocument
      assert.equal([total?.ok, total?.limits.map(({ id }) => id)], [false, ['total-zipped']])
      const quiet = await lpack(dir, ['zip', '--quiet'])
      assert.equal([quiet.code, quiet.out], [1, ''])
      assert.match(quiet.err, 'totalBudget.zipped')
      for (const args of [
        ['report', '--quiet'],
        ['report', '--quiet', '--markdown'],
      ]) {
        const silent = await lpack(dir, args)
        assert.equal([silent.code, silent.out], [1, ''])
        assert.match(silent.err, 'totalBudget.zipped')
      }
      const reported = await lpack(dir, ['report', '--json'])
      assert.is(reported.code, 1)
      assert.equal(documentIn(reported).total, total)
      assert.is(
        total?.bytes,
        packed.reduce((sum, { artifact }) => sum + artifact.bytes, 0),
      )
      assert.match((await lpack(dir, ['report'])).out, 'All functions together are over your budget')
      assert.match((await lpack(dir, ['report', '--markdown'])).out, '| **all** | ❌ All functions together')
      assert.is((await lpack(dir, ['report', 'one'])).code, 0)
    }))

  it('refuses a budget of nothing', () =>
    inTemporaryFolder(async dir => {
      const budgets: readonly (readonly [object, string])[] = [
        [{ budget: { growth: '0%' } }, 'budget.growth is "0%"; it must be more than nothing'],
        [{ budget: { image: '0 MB' } }, 'budget.image is "0 MB"; it must be at least one byte'],
        [{ totalBudget: { unzipped: '0 GB' } }, 'totalBudget.unzipped is "0 GB"; it must be at least one byte'],
        [{ functions: { f: { totalBudget: { zipped: 1 } } } }, 'totalBudget is not a key'],
      ]
      for (const [budget, sentence] of budgets) {
        const config = { runtime: 'python3.13', handler: 'app.handler', ...budget }
        await writeTree(dir, { 'lpack.config.json': JSON.stringify(config), 'app.py': HANDLER })
        const { code, err } = await lpack(dir, ['report'])
        assert.is(code, 2)
        assert.match(err, sentence)
      }
    }))
})

describe('lpack report, of hostile zips', it => {
  const text = { name: 'app.py', content: HANDLER }
  const large = 'x'.repeat(3_000_000)
  const zips: readonly (readonly [string, LooseZip | Uint8Array, string])[] = [
    ['a bomb', { entries: [{ ...text, lies: { bytes: 4_294_967_294 } }] }, 'larger than its data can be'],
    ['a bomb that may be one', bomb(), 'unpacks to 600000000 bytes'],
    [
      'a folder that is one',
      { entries: [{ name: 'x/', content: randomBytes(600_000), method: 8, lies: { bytes: 600_000_000 } }] },
      'unpacks to 600000000 bytes',
    ],
    [
      'a size that is too small',
      { entries: [{ name: 'a.py', content: large, lies: { bytes: 10 } }] },
      'larger than the directory says',
    ],
    [
      'a size that is too large',
      { entries: [{ ...text, lies: { bytes: 90 } }] },
      'another length than the directory says',
    ],
    ['a claim of 4 GiB', { entries: [{ ...text, lies: { compressedBytes: 4_294_967_280 } }] }, 'is cut off'],
    [
      'a claim of exabytes',
      { entries: [{ ...text, isZip64: true, lies: { compressedBytes: 2 ** 60 } }] },
      'is cut off',
    ],
    ['a claim of 60,000 files', { entries: [text], lies: { count: 60_000 } }, 'its directory is too small'],
    ['entries that overlap', { entries: [text, { name: 'b.py', content: large, lies: { offset: 0 } }] }, 'share bytes'],
    [
      'an entry inside another one’s extra field',
      {
        entries: [
          { name: 'a.py', content: HANDLER, localExtra: makeLooseZip({ entries: [text] }) },
          { ...text, lies: { offset: 34 } },
        ],
      },
      'share bytes',
    ],
    [
      'data that reach into the next entry',
      {
        entries: [
          { name: 'a.py', content: '0123456789', method: 0, localExtra: Buffer.alloc(8), lies: {} },
          { ...text, lies: { offset: 44 } },
        ],
      },
      'reaches into what comes behind it',
    ],
    ['a name of 60,000 bytes', { entries: [{ ...text, name: `${'a/'.repeat(30_000)}b` }] }, 'goes on for 60001 bytes'],
    ['a cut', makeLooseZip({ entries: [text] }).subarray(0, 120), 'its end is missing'],
    ['a cut at its start', makeLooseZip({ entries: [text, text] }).subarray(60), "can't be read"],
    ['nothing in it', Buffer.alloc(0), 'it is empty'],
  ]
  for (const [what, zip, sentence] of zips) {
    it(`tells off one with ${what}, in a sentence and at once`, () =>
      inTemporaryFolder(async dir => {
        await writeFile(join(dir, 'bad.zip'), zip instanceof Uint8Array ? zip : makeLooseZip(zip))
        const start = performance.now()
        const { code, out, err } = await lpack(dir, ['report', 'bad.zip', '--html', 'x.html'])
        assert.ok(performance.now() - start < 1000)
        assert.equal([code, out], [2, ''])
        assert.match(err, sentence)
        assert.is(err.trimEnd().split('\n').length, 1)
      }))
  }

  /** So much data could be 600 MB. */
  function bomb(): Buffer {
    const content = randomBytes(600_000)
    return makeLooseZip({ entries: [{ name: 'large.bin', content, method: 8, lies: { bytes: 600_000_000 } }] })
  }
})
