import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, needing } from '../helpers.ts'
import { testFile } from '../worlds.ts'
import { zipTo } from '../zip/zipping.ts'
import { builtLpack, output } from './programs.ts'

/** Reads every entry's content, and prints what its headers say. */
const PYTHON_READER = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    bad = archive.testzip()
    entries = [[i.filename, i.external_attr >> 16, list(i.date_time), i.compress_type, i.file_size, i.compress_size, i.flag_bits, i.create_system, i.extra.hex()] for i in archive.infolist()]
print(json.dumps({"bad": bad, "comment": archive.comment.decode(), "entries": entries}))
`

const GO_READER = `package main

import ("archive/zip"; "fmt"; "hash/crc32"; "io"; "os")

func main() {
	archive, err := zip.OpenReader(os.Args[1])
	if err != nil { panic(err) }
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil { panic(err) }
		sum := crc32.NewIEEE()
		if _, err := io.Copy(sum, reader); err != nil { panic(err) }
		if sum.Sum32() != file.CRC32 { panic(file.Name) }
	}
	fmt.Println(len(archive.File))
}
`

interface PythonEntries {
  readonly bad: string | null
  readonly comment: string
  readonly entries: readonly (readonly [
    string,
    number,
    readonly number[],
    number,
    number,
    number,
    number,
    number,
    string,
  ])[]
}

describe('a zip of real packages', it => {
  needing(
    it,
    'unzip',
    '7z',
    'python3',
    'go',
    'libdeflate-gzip',
  )('is what it promises, by other programs’ word', () =>
    inTemporaryFolder(async dir => {
      const path = await packReal(dir)
      const { bad, comment, entries } = JSON.parse(
        await output('python3', ['-c', PYTHON_READER, path]),
      ) as PythonEntries
      assert.is(bad, null)
      assert.is(comment, '')
      await checkReaders(path, dir, entries.length)
      checkHeaders(entries)
      await checkSizes(path, dir, entries)
    }),
  )

  needing(
    it,
    'unzip',
    '7z',
    'python3',
    'go',
  )('with more than 65,535 entries is read by them all', () =>
    inTemporaryFolder(async dir => {
      const path = join(dir, 'many.zip')
      const files = Array.from({ length: 65_540 }, (_, index) => testFile(`f${String(index).padStart(5, '0')}`, 'x'))
      await zipTo(path, files)
      await checkReaders(path, dir, files.length)
      const { bad, entries } = JSON.parse(await output('python3', ['-c', PYTHON_READER, path])) as PythonEntries
      assert.equal([bad, entries.length], [null, files.length])
    }),
  )
})

async function packReal(dir: string): Promise<string> {
  await mkdir(join(dir, 'app'))
  await writeFile(join(dir, 'app/lambda_function.py'), 'def lambda_handler(event, context): ...\n')
  await writeFile(
    join(dir, 'app/requirements.txt'),
    'numpy==2.3.2\nboto3==1.40.11\nbotocore==1.40.11\njmespath==1.0.1\npython-dateutil==2.9.0.post0\ns3transfer==0.13.1\nsix==1.17.0\nurllib3==2.5.0\n',
  )
  await writeFile(
    join(dir, 'app/lpack.config.json'),
    JSON.stringify({ name: 'app', runtime: 'python3.13', architecture: 'x86_64' }),
  )
  await output(process.execPath, [await builtLpack(), 'zip'], { cwd: join(dir, 'app') })
  return join(dir, 'app/lpack.out/app.zip')
}

async function checkReaders(path: string, dir: string, entries: number): Promise<void> {
  assert.match(await output('unzip', ['-tq', path]), 'No errors detected')
  assert.match(await output('7z', ['t', path]), 'Everything is Ok')
  await writeFile(join(dir, 'read.go'), GO_READER)
  assert.is(await output('go', ['run', join(dir, 'read.go'), path], { cwd: dir }), String(entries))
}

function checkHeaders(entries: PythonEntries['entries']): void {
  assert.ok(entries.length > 2000)
  for (const [name, mode, date, method, bytes, compressedBytes, flags, system, extra] of entries) {
    assert.ok([0o100644, 0o100755].includes(mode), `${name} has mode ${mode.toString(8)}`)
    assert.equal(date, [1980, 1, 1, 0, 0, 0], name)
    assert.ok(method === 8 ? compressedBytes < bytes : method === 0 && compressedBytes === bytes, name)
    assert.is(flags, /[^\x20-\x7e]/.test(name) ? 0x800 : 0, name)
    assert.equal([system, extra], [3, ''], name)
  }
  const names = entries.map(([name]) => name)
  assert.equal(
    names,
    [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  )
}

async function checkSizes(path: string, dir: string, entries: PythonEntries['entries']): Promise<void> {
  const streams = entries.reduce((sum, entry) => sum + entry[5], 0)
  const overhead = entries.reduce((sum, [name]) => sum + 76 + 2 * Buffer.byteLength(name), 22)
  assert.is((await readFile(path)).length, streams + overhead)
  await output('unzip', ['-q', path, '-d', join(dir, 'unpacked')])
  // gzip adds 18 bytes to a stream, and does not store what can't be made smaller.
  const script =
    'import os,subprocess,sys\nt=0\nfor line in open(sys.argv[1]):\n    name=line.rstrip("\\n")\n    t+=min(len(subprocess.run(["libdeflate-gzip","-12","-c","-n",name],check=True,capture_output=True).stdout)-18,os.path.getsize(name))\nprint(t)'
  await writeFile(join(dir, 'names'), entries.map(([name]) => `${name}\n`).join(''))
  const theirs = Number(await output('python3', ['-c', script, join(dir, 'names')], { cwd: join(dir, 'unpacked') }))
  console.log(`    ${entries.length} entries, ${streams} bytes of streams; libdeflate-gzip -12: ${theirs}`)
  assert.ok(streams <= theirs * 1.0001, `${streams} > ${theirs}`)
}
