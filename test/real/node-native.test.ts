import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { elfMachines, install, json, pack, runAlone, unpacked } from './node-functions.ts'

interface Case {
  readonly dependencies: Readonly<Record<string, string>>
  readonly imports: string
  /** The handler's body. */
  readonly body: string
  /** What the handler returns from the artifact for this machine; a pattern: what it is refused with. */
  readonly result: unknown
  readonly major?: 22 | 24
  readonly allowed?: readonly string[]
  readonly external?: readonly string[]
  /** Codes of findings for x86-64. */
  readonly findings?: readonly string[]
  readonly arm64: {
    /** Patterns of the add-ons, libraries and programs for AArch64, which are all native files. */
    readonly native: readonly RegExp[]
    readonly findings?: readonly string[]
  }
}

const BOTH_NOT_BUILT = ['NODE_ADDON_NOT_BUILT']

const CASES: Readonly<Record<string, Case>> = {
  'sharp, whose library is in a package of its own': {
    dependencies: { sharp: '0.35.5' },
    imports: "import sharp from 'sharp'",
    body: "const png = await sharp({ create: { width: 9, height: 3, channels: 3, background: 'red' } }).resize(3).png().toBuffer(); return (await sharp(png).metadata()).height",
    result: 1,
    arm64: {
      native: [/@img\/sharp-libvips-linux-arm64\/lib\/libvips-cpp\.so/, /@img\/sharp-linux-arm64\/lib\/.*\.node$/],
    },
  },
  'bcrypt, which holds add-ons for all platforms': {
    dependencies: { bcrypt: '6.0.0' },
    imports: "import bcrypt from 'bcrypt'",
    body: "return bcrypt.compare('word', await bcrypt.hash('word', 4))",
    result: true,
    arm64: { native: [/^node_modules\/bcrypt\/prebuilds\/linux-arm64\/bcrypt\.glibc\.node$/] },
  },
  argon2: {
    dependencies: { argon2: '0.45.1' },
    imports: "import argon2 from 'argon2'",
    body: "return argon2.verify(await argon2.hash('word'), 'word')",
    result: true,
    arm64: { native: [/prebuilds\/linux-arm64\/argon2\.armv8\.glibc\.node$/] },
  },
  '@node-rs/argon2': {
    dependencies: { '@node-rs/argon2': '2.2.1' },
    imports: "import { hash, verify } from '@node-rs/argon2'",
    body: "return verify(await hash('word'), 'word')",
    result: true,
    arm64: { native: [/@node-rs\/argon2-linux-arm64-gnu\/argon2\.linux-arm64-gnu\.node$/] },
  },
  '@node-rs/bcrypt': {
    dependencies: { '@node-rs/bcrypt': '1.10.7' },
    imports: "import { hash, verify } from '@node-rs/bcrypt'",
    body: "return verify('word', await hash('word', 4))",
    result: true,
    arm64: { native: [/@node-rs\/bcrypt-linux-arm64-gnu\/.*\.node$/] },
  },
  'snappy, of @napi-rs': {
    dependencies: { snappy: '7.4.3' },
    imports: "import snappy from 'snappy'",
    body: "return snappy.uncompressSync(snappy.compressSync('word'), { asBuffer: false })",
    result: 'word',
    arm64: { native: [/@napi-rs\/snappy-linux-arm64-gnu\/.*\.node$/] },
  },
  lightningcss: {
    dependencies: { lightningcss: '1.33.0' },
    imports: "import { transform } from 'lightningcss'",
    body: "return transform({ filename: 'a.css', code: Buffer.from('a { color: red }'), minify: true }).code.toString()",
    result: 'a{color:red}',
    arm64: { native: [/lightningcss-linux-arm64-gnu\/.*\.node$/] },
  },
  'libsql, whose packages for musl say so by their names alone': {
    dependencies: { libsql: '0.5.29' },
    imports: "import Database from 'libsql'",
    body: "return new Database(':memory:').prepare('select 41 + 1 as answer').get().answer",
    result: 42,
    arm64: { native: [/@libsql\/linux-arm64-gnu\/index\.node$/] },
  },
  '@parcel/watcher': {
    dependencies: { '@parcel/watcher': '2.6.0' },
    imports: "import watcher from '@parcel/watcher'",
    body: 'return typeof watcher.getEventsSince',
    result: 'function',
    arm64: { native: [/@parcel\/watcher-linux-arm64-glibc\/watcher\.node$/] },
  },
  'bufferutil and utf-8-validate, which have none for arm64 and do without': {
    dependencies: { ws: '8.18.3', bufferutil: '4.1.0', 'utf-8-validate': '6.0.6' },
    imports: "import bufferutil from 'bufferutil'\nimport isUtf8 from 'utf-8-validate'\nimport { WebSocket } from 'ws'",
    body: 'const bytes = Buffer.from([1, 2]); bufferutil.unmask(bytes, Buffer.from([1, 1, 1, 1])); return [...bytes, isUtf8(Buffer.from([255])), typeof WebSocket]',
    result: [0, 3, false, 'function'],
    arm64: { native: [], findings: ['NODE_ADDON_OPTIONAL', 'NODE_ADDON_OPTIONAL'] },
  },
  'sodium-native': {
    dependencies: { 'sodium-native': '5.1.0' },
    imports: "import sodium from 'sodium-native'",
    body: "const hash = Buffer.alloc(32); sodium.crypto_generichash(hash, Buffer.from('a')); return hash.toString('hex', 0, 4)",
    result: '8928aae6',
    arm64: { native: [/sodium-native\/prebuilds\/linux-arm64\/sodium-native\.node$/] },
  },
  'zeromq, which holds add-ons for several versions of Node.js': {
    dependencies: { zeromq: '6.8.0' },
    imports: "import { Pair } from 'zeromq'",
    body: "const [one, other] = [new Pair(), new Pair()]; await one.bind('inproc://a'); other.connect('inproc://a'); await other.send('word'); return String((await one.receive())[0])",
    result: 'word',
    arm64: { native: [/zeromq\/build\/linux\/arm64\/node\/glibc-127-Release\/addon\.node$/] },
  },
  'esbuild, which starts a program of a package': {
    dependencies: { esbuild: '0.28.2' },
    imports: "import { transform } from 'esbuild'",
    body: "return (await transform('let a: number = 1', { loader: 'ts', minify: true })).code",
    result: 'let a=1;\n',
    allowed: ['--allow-child-process'],
    arm64: { native: [/@esbuild\/linux-arm64\/bin\/esbuild$/] },
  },
  'pino, which starts its transports as workers': {
    dependencies: { pino: '10.4.0' },
    imports: "import pino from 'pino'\nimport { once } from 'node:events'",
    body: "const transport = pino.transport({ target: 'pino/file', options: { destination: 2 } }); await once(transport, 'ready'); pino(transport).info('word'); return 'ready'",
    result: 'ready',
    allowed: ['--allow-worker'],
    arm64: { native: [] },
  },
  'pdfkit, which reads fonts beside itself': {
    dependencies: { pdfkit: '0.17.2' },
    imports: "import PDFDocument from 'pdfkit'\nimport { buffer } from 'node:stream/consumers'",
    body: "const pdf = new PDFDocument(); pdf.font('Times-Roman').text('word'); pdf.end(); return (await buffer(pdf)).toString('latin1', 0, 5)",
    result: '%PDF-',
    arm64: { native: [] },
  },
  jsdom: {
    dependencies: { jsdom: '26.1.0' },
    imports: "import { JSDOM } from 'jsdom'",
    body: "return new JSDOM('<p>word').window.document.querySelector('p').textContent",
    result: 'word',
    arm64: { native: [] },
  },
  'tiktoken, whose WebAssembly the bundle leaves behind, as the finding says': {
    dependencies: { tiktoken: '1.0.22' },
    imports: "import { get_encoding } from 'tiktoken'",
    body: "return get_encoding('cl100k_base').encode('two words').length",
    result: /tiktoken_bg\.wasm/,
    findings: ['NODE_FILE_BESIDE'],
    arm64: { native: [], findings: ['NODE_FILE_BESIDE'] },
  },
  'tiktoken, as the finding says to do': {
    dependencies: { tiktoken: '1.0.22' },
    imports: "import { get_encoding } from 'tiktoken'",
    body: "return get_encoding('cl100k_base').encode('two words').length",
    result: 2,
    external: ['tiktoken'],
    arm64: { native: [] },
  },
  'better-sqlite3, which has to be built and is not': {
    dependencies: { 'better-sqlite3': '12.4.1' },
    imports: "import Database from 'better-sqlite3'",
    body: "return new Database(':memory:').open",
    result: /Could not locate the bindings file/,
    findings: BOTH_NOT_BUILT,
    arm64: { native: [], findings: BOTH_NOT_BUILT },
  },
  'canvas, which has to be built and is not': {
    dependencies: { canvas: '3.2.0' },
    imports: "import canvas from 'canvas'",
    body: 'return typeof canvas.createCanvas',
    result: /canvas\.node/,
    findings: BOTH_NOT_BUILT,
    arm64: { native: [], findings: BOTH_NOT_BUILT },
  },
}

async function writeFunction(dir: string, one: Case): Promise<void> {
  await writeTree(dir, {
    'package.json': json({ name: 'fn', private: true, type: 'module', dependencies: one.dependencies }),
    'src/index.js': `${one.imports}\nexport const handler = async () => { ${one.body} }\n`,
  })
  await install('npm', dir)
}

async function packFor(dir: string, architecture: 'x86_64' | 'arm64', { major, external = [] }: Case) {
  const runtime = `nodejs${major ?? 22}.x`
  const config = { name: 'fn', runtime, architecture, handler: 'src/index.handler', esbuild: { external } }
  await writeTree(dir, { 'lpack.config.json': json(config) })
  const { code, err, report, zip } = await pack(dir, { outDir: architecture })
  if (report === null) throw new Error(err)
  return { code, zip, report, codes: report.findings.map(one => one.code) }
}

describe('a package that a bundle can’t hold', it => {
  for (const [title, one] of Object.entries(CASES)) {
    it(`runs from the artifact: ${title}`, () =>
      inTemporaryFolder(async dir => {
        await writeFunction(dir, one)
        const { code, codes, zip, report } = await packFor(dir, 'x86_64', one)
        assert.equal(codes, one.findings ?? [], JSON.stringify(report.findings, null, 2))
        assert.is(code, report.findings.some(({ severity }) => severity === 'error') ? 1 : 0)
        await unpacked(zip, async to => {
          assert.equal(
            [...new Set(elfMachines(to).values())].filter(machine => machine !== 62),
            [],
          )
          const running = runAlone(to, { major: one.major ?? 22, allowed: one.allowed ?? [] })
          if (one.result instanceof RegExp) assert.match(await refusal(running), one.result)
          else assert.equal(await running, one.result)
        })
        await checkArm64(dir, one)
      }))
  }
})

/** Of what is for AArch64, the headers tell; it can't be run here. */
async function checkArm64(dir: string, one: Case): Promise<void> {
  const { codes, zip } = await packFor(dir, 'arm64', one)
  assert.equal(codes, one.arm64.findings ?? [])
  const machines = await unpacked(zip, async to => elfMachines(to))
  const paths = [...machines.keys()]
  for (const wanted of one.arm64.native)
    assert.ok(
      paths.some(path => wanted.test(path)),
      `${wanted} in ${paths}`,
    )
  assert.equal(
    [...machines].filter(([, machine]) => machine !== 183),
    [],
  )
  if (one.arm64.native.length === 0) assert.equal(paths, [])
}

async function refusal(running: Promise<unknown>): Promise<string> {
  return running.then(
    value => `it returned ${JSON.stringify(value)}`,
    (error: Error) => error.message,
  )
}
