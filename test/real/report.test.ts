import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { visible } from '../../src/formats/text-width.ts'
import type { PublicReport } from '../../src/report/json.ts'
import { documentAsMarkdown, SUMMARY_BYTES } from '../../src/report/markdown.ts'
import { code, escaped } from '../../src/report/markdown-text.ts'
import { limitName, size, verdictOf } from '../../src/report/words.ts'
import { describe, inTemporaryFolder, needing, REPOSITORY } from '../helpers.ts'
import { hostile } from '../report/documents.ts'
import { checkSums } from '../report-sums.ts'
import { builtLpack, output } from './programs.ts'
import { realArtifacts, reported, reportOf } from './report-artifacts.ts'

const MIB = 1_048_576

/** Runs a program and prints its seconds of work and its most memory in bytes. */
const MEASURE = `
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
`
const MANY = `
import zipfile
with zipfile.ZipFile('many.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(400):
        z.writestr(f'node_modules/p{i}/package.json', '{"name": "p%d", "version": "1.0.0", "license": "MIT"}' % i)
    for i in range(59_600):
        z.writestr(f'node_modules/p{i % 400}/lib/folder{i % 37}/file{i}.js', f'module.exports = {i}\\n' * (1 + i % 60))
`
/** The cells of all tables of a Markdown text, as GitHub's own program renders them, and all elements that it makes. */
const RENDER = `
import cmarkgfm, html.parser, json, sys
cells, names = [], set()
class Reader(html.parser.HTMLParser):
    open = False
    def handle_starttag(self, tag, attributes):
        names.add(tag)
        if tag == 'td': self.open = True; cells.append('')
    def handle_endtag(self, tag):
        if tag == 'td': self.open = False
    def handle_data(self, data):
        if self.open: cells[-1] += data
Reader().feed(cmarkgfm.github_flavored_markdown_to_html(sys.stdin.read(), options=cmarkgfm.Options.CMARK_OPT_UNSAFE))
print(json.dumps([cells, sorted(names)]))
`

describe('lpack report', it => {
  const real = needing(it, 'python3', 'zip', 'npm')

  real('tells of every file what Python’s zipfile tells, to the byte, and the sums come out', async () => {
    for (const artifact of await realArtifacts()) {
      const report = await reportOf(artifact)
      const told = JSON.parse(await output('python3', [join(REPOSITORY, 'test/real/zip-sizes.py'), artifact.zip]))
      assert.is(report.artifact.bytes, told.bytes, artifact.name)
      assert.equal(
        report.files.map(one => [one.path, one.bytes, one.zippedBytes, one.crc32, one.mode]),
        told.files.sort(([a]: [string], [b]: [string]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        artifact.name,
      )
      checkSums(report)
      if (artifact.isOwn) assert.is(report.otherBytes, 22, artifact.name)
      assert.is(
        report.artifact.unzippedBytes,
        report.files.reduce((sum, { bytes }) => sum + bytes, 0),
      )
      console.log(
        `    ${artifact.name}: ${report.files.length} files, ${report.artifact.bytes} bytes, ${report.packages.length} packages`,
      )
    }
  })

  real('tells in text what it tells in JSON, to the byte', async () => {
    for (const artifact of await realArtifacts())
      checkText(await reported(artifact, ['--verbose']), await reportOf(artifact))
  })

  real('tells in Markdown what it tells in JSON', async () => {
    for (const artifact of await realArtifacts())
      checkMarkdown(await reported(artifact, ['--markdown']), await reportOf(artifact))
  })

  real('finds packages, versions and licences in zips of other tools', async () => {
    const artifacts = await realArtifacts()
    for (const artifact of artifacts.filter(({ isOwn }) => !isOwn)) {
      const { packages, files } = await reportOf(artifact)
      const found = packages.map(({ name, version, licence }) => `${name} ${version} ${licence}`)
      if (artifact.name.includes('without'))
        assert.equal(
          packages.map(({ id }) => id),
          ['(function)'],
        )
      else {
        assert.ok(found.includes('flask 3.1.1 BSD-3-Clause'), found.join())
        assert.ok(packages.length >= 7, found.join())
        assert.equal(
          files
            .filter(one => one.package === '(function)')
            .map(({ path }) => path)
            .filter(path => !path.startsWith('bin/')),
          ['app.py'],
        )
      }
    }
  })

  real('gives each package that is in a bundle its share of it', async () => {
    const artifact = (await realArtifacts()).find(({ name }) => name === 'express')
    const report = artifact === undefined ? null : await reportOf(artifact)
    assert.ok((report?.inlined.length ?? 0) > 30)
    const body = report?.packages.find(({ name }) => name === 'body-parser')
    assert.equal([body?.licence, body?.requiredBy, body?.files], ['MIT', ['express'], 0])
    assert.match(report?.files[0]?.reason ?? '', /^the bundle that esbuild makes of \d+ modules$/)
  })

  real('takes less than 3 seconds and 300 MiB for 60,000 files', () =>
    inTemporaryFolder(async dir => {
      await output('python3', ['-c', MANY], { cwd: dir })
      for (const form of [[], ['--json'], ['--markdown'], ['--json', '--html', 'many.html']]) {
        const command = [process.execPath, await builtLpack(), 'report', 'many.zip', ...form]
        const printed = await output('python3', ['-c', MEASURE, ...command], { cwd: dir })
        const [seconds = 0, peak = 0] = printed.split(' ').map(Number)
        console.log(`    ${form.join(' ')} ${seconds.toFixed(1)} s, ${(peak / MIB).toFixed(0)} MiB`)
        // Of work: a machine that does other things, too, takes longer.
        assert.ok(seconds < 3, `${seconds} s`)
        assert.ok(peak < 300 * MIB, `${(peak / MIB).toFixed(0)} MiB`)
      }
    }),
  )

  real('lets GitHub’s Markdown make nothing of names', () =>
    inTemporaryFolder(async dir => {
      await output('python3', ['-m', 'venv', join(dir, 'venv')])
      const python = join(dir, 'venv/bin/python')
      await output(python, ['-m', 'pip', 'install', '--quiet', 'cmarkgfm==2025.10.22'])
      const markdown = documentAsMarkdown(hostile(), { changes: new Map(), mostBytes: SUMMARY_BYTES })
      await writeFile(join(dir, 'report.md'), markdown)
      const [cells, elements] = JSON.parse(
        await output('sh', ['-c', `"${python}" -c "$0" < report.md`, RENDER], { cwd: dir }),
      ) as [string[], string[]]
      for (const { path } of hostile().functions[0]?.files.slice(0, 15) ?? []) {
        assert.ok(cells.includes(visible(path)), `${JSON.stringify(path)} as ${code(path)}`)
      }
      assert.equal(elements, [
        'code',
        'details',
        'h3',
        'li',
        'p',
        'strong',
        'summary',
        'table',
        'tbody',
        'td',
        'th',
        'thead',
        'tr',
        'ul',
      ])
    }),
  )
})

/** Of each section of the text, its rows: a title, and numbers. */
function rowsBelow(text: string, heading: string): readonly (readonly [string, number, number])[] {
  const lines = text.split('\n')
  const start = lines.findIndex(line => new RegExp(`^ {2}${heading} +zipped +unzipped`).test(line))
  const rows = lines.slice(start + 1, lines.indexOf('', start))
  return rows.map(line => {
    const [, title = '', zipped = '', unzipped = ''] = /^ {2}(.*?) +([\d,]+) +([\d,]+)(?: |$)/.exec(line) ?? []
    return [title, Number(zipped.replaceAll(',', '')), Number(unzipped.replaceAll(',', ''))]
  })
}

function checkText(text: string, report: PublicReport): void {
  const { artifact, packages, files, limits } = report
  assert.match(text, verdictOf(report).text)
  const exact = (bytes: number) => bytes.toLocaleString('en-US')
  assert.match(
    text.replaceAll(/\s+/g, ' '),
    `${exact(artifact.bytes)} bytes zipped, ${exact(artifact.unzippedBytes)} unzipped`,
  )
  assert.match(text, artifact.codeSha256)
  for (const limit of limits) assert.match(text, `of ${size(limit.limit)} ${limitName(limit)}`)
  const largest = [...files].sort((a, b) => b.zippedBytes - a.zippedBytes || (a.path < b.path ? -1 : 1))
  const rows = rowsBelow(text, 'files')
  assert.equal(
    rows.map(([, ...sizes]) => sizes),
    largest.map(({ zippedBytes, bytes }) => [zippedBytes, bytes]),
  )
  for (const [place, [title]] of rows.entries()) {
    assert.ok(largest[place]?.path.endsWith(title.replace(/^…/, '')), title)
  }
  assert.equal(
    rowsBelow(text, 'packages').map(([title, ...sizes]) => [title, ...sizes]),
    packages.map(({ name, version, zippedBytes, bytes }) => [`${name} ${version}`.trim(), zippedBytes, bytes]),
  )
}

function checkMarkdown(markdown: string, report: PublicReport): void {
  const { artifact, packages, files, limits } = report
  const exact = (bytes: number) => bytes.toLocaleString('en-US')
  assert.match(markdown, `${exact(artifact.bytes)} bytes zipped · ${exact(artifact.unzippedBytes)} unzipped`)
  for (const limit of limits) assert.match(markdown, `| ${size(limit.limit)} ${limitName(limit)} |`)
  for (const { name, version, zippedBytes, bytes } of packages.slice(0, 15)) {
    const shown = version === '' ? '' : `\`${version}\``
    assert.match(markdown, `| \`${name}\` | ${shown} | ${size(zippedBytes)} | ${size(bytes)} |`)
  }
  const rest = packages.slice(15).reduce((sum, { zippedBytes }) => sum + zippedBytes, 0)
  if (rest > 0) assert.match(markdown, `| and ${packages.length - 15} more |  | ${size(rest)} |`)
  const largest = [...files].sort((a, b) => b.zippedBytes - a.zippedBytes || (a.path < b.path ? -1 : 1))
  for (const { path, zippedBytes, bytes, reason } of largest.slice(0, 15)) {
    assert.match(markdown, `| \`${path}\` | ${size(zippedBytes)} | ${size(bytes)} | ${escaped(reason)} |`)
  }
}
