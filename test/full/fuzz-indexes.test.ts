import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { UserError } from '../../src/errors.ts'
import { makeDisk } from '../../src/system/disk.ts'
import type { Network } from '../../src/system/system.ts'
import { obtain, pinned } from '../files/python/index/obtaining.ts'
import { describe, inTemporaryFolder, writeTree } from '../helpers.ts'
import { quickNetwork, type Respond, serving } from '../loopback.ts'
import { indexedWheel } from '../package-index.ts'
import { damagedBytes, damagedData, damagedText } from './damage.ts'
import { type Random, survive } from './survive.ts'

const WHEELS = [
  indexedWheel('acme', '1.0'),
  indexedWheel('acme', '1.0', 'cp313-cp313-manylinux_2_17_x86_64'),
  indexedWheel('acme', '0.9'),
]

describe('a damaged index', it => {
  it('page in JSON is refused or read', () => survivePages('JSON pages', 1500, damagedJson))
  it('page in HTML is refused or read', () => survivePages('HTML pages', 1500, damagedHtml))

  it('file is refused: only what the page promises is taken', () =>
    inTemporaryFolder(async dir => {
      await survive('files', 400, async (random, note) => {
        const respond: Respond = (request, response) => {
          const file = WHEELS.find(({ filename }) => request.url?.endsWith(filename))
          if (file === undefined)
            return void response.setHeader('content-type', JSON_TYPE).end(JSON.stringify(page('..')))
          const bytes = random.onceIn(3) ? file.bytes : damagedBytes(file.bytes, random, [0, file.bytes.length])
          if (random.onceIn(5)) response.setHeader('content-length', random.below(10_000))
          response.statusCode = random.onceIn(8) ? random.pick([206, 304, 404, 416, 500, 503]) : 200
          response.end(bytes)
        }
        const { wheels } = await serving(respond, ({ url }) => obtainFrom(dir, url, { UV_INDEX_URL: `${url}/simple` }))
        note(JSON.stringify(wheels))
        assert.is(await makeDisk().sha256(wheels[0]?.path ?? ''), WHEELS[1]?.sha256)
      })
    }))
})

describe('damaged settings of an index', it => {
  for (const [file, text] of [
    [
      'home/.config/pip/pip.conf',
      '[global]\nindex-url = https://user:secret@example.com/simple\nextra-index-url =\n    URL/simple\n    https://example.com/b\nfind-links = ./wheels file:///x\ntimeout = 5\nno-index = false\nproxy =\ncert =\n[install]\nextra-index-url = URL/simple\n',
    ],
    [
      'uv.toml',
      'index-url = "URL/simple"\nextra-index-url = ["URL/simple"]\nfind-links = ["wheels", "file:///x"]\nno-index = false\n[[index]]\nname = "near"\nurl = "URL/simple"\ndefault = true\n[[index]]\nname = "far"\nurl = "https://example.com/simple"\nexplicit = true\nformat = "flat"\n',
    ],
    [
      'pyproject.toml',
      '[project]\nname = "x"\n[tool.uv]\nindex-url = "URL/simple"\nfind-links = ["wheels"]\n[[tool.uv.index]]\nname = "near"\nurl = "URL/simple"\ndefault = true\n',
    ],
    [
      'home/.netrc',
      '# mine\nmachine 127.0.0.1 login user password "se cret"\nmacdef init\ncd x\n\nmachine example.com\nlogin a\npassword b\ndefault login x password y\n',
    ],
  ] as const) {
    it(`in ${file} are refused or read`, () =>
      serving(goodIndex, ({ url }) =>
        inTemporaryFolder(async dir => {
          await survive(file, 800, async (random, note) => {
            const damaged = damagedText(text, random).replaceAll('URL', url)
            note(damaged)
            await writeTree(dir, { [file]: damaged })
            await obtainFrom(dir, url, file.includes('netrc') ? { UV_INDEX_URL: `${url}/simple` } : {})
          })
        }),
      ))
  }

  it('in variables are refused or read', () =>
    serving(goodIndex, ({ url }) =>
      inTemporaryFolder(async dir => {
        const names = [
          'PIP_INDEX_URL',
          'PIP_EXTRA_INDEX_URL',
          'PIP_FIND_LINKS',
          'UV_INDEX',
          'UV_DEFAULT_INDEX',
          'UV_FIND_LINKS',
          'PIP_CONFIG_FILE',
          'UV_CONFIG_FILE',
          'NETRC',
        ]
        await survive('variables', 1200, async (random, note) => {
          const value = () =>
            damagedText(
              random.pick([
                `${url}/simple`,
                `near=${url}/simple`,
                'https://u:p%40@example.com/simple',
                'file:///a/b',
                'wheels',
                '~/wheels',
              ]),
              random,
            ).replaceAll('\0', '')
          const env = Object.fromEntries([random.pick(names), random.pick(names)].map(name => [name, value()]))
          note(JSON.stringify(env))
          await obtainFrom(dir, url, env)
        })
      }),
    ))
})

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

function page(url: string) {
  return {
    meta: { 'api-version': '1.1' },
    name: 'acme',
    files: WHEELS.map(({ filename, sha256, bytes }) => ({
      filename,
      url: `${url}/files/${filename}`,
      hashes: { sha256 },
      size: bytes.length,
      'requires-python': '>=3.9',
      yanked: false,
    })),
  }
}

function damagedJson(random: Random): readonly [string, string] {
  const data = random.onceIn(3) ? page('../..') : damagedData(page('../..'), random)
  const text = JSON.stringify(data, null, 1)
  return [JSON_TYPE, random.onceIn(2) ? damagedText(text, random) : text]
}

function damagedHtml(random: Random): readonly [string, string] {
  const links = page('../..').files.map(
    file =>
      `<a href="${file.url}#sha256=${file.hashes.sha256}" data-requires-python="&gt;=3.9" data-yanked>${file.filename}</a>`,
  )
  const text = `<!DOCTYPE html><html><head><base href=""><!-- x --></head><body>\n${links.join('<br/>\n')}\n</body></html>`
  const odd = [
    '<',
    '<!--',
    '<a',
    '<a href=',
    '"',
    "'",
    '=',
    '&#x110000;',
    '&#0;',
    '%zz',
    'file:///etc/passwd',
    '<a '.repeat(2000),
    'a='.repeat(2000),
    '&'.repeat(5000),
    '<base href="http://[">',
    '#sha256=',
  ]
  const at = random.below(text.length)
  const pierced = random.onceIn(2) ? text : text.slice(0, at) + random.pick(odd) + text.slice(at + random.below(3))
  return ['text/html', damagedText(pierced, random)]
}

function survivePages(
  target: string,
  cases: number,
  damage: (random: Random) => readonly [string, string],
): Promise<void> {
  let answer: readonly [string, string] = ['', '']
  const respond: Respond = (request, response) => {
    const file = WHEELS.find(({ filename }) => request.url?.endsWith(filename))
    if (file !== undefined) return void response.end(file.bytes)
    response.setHeader('content-type', answer[0]).end(answer[1])
  }
  return serving(respond, ({ url }) =>
    inTemporaryFolder(async dir => {
      await survive(target, cases, async (random, note) => {
        answer = damage(random)
        note(answer[1])
        await obtainFrom(dir, url, { UV_INDEX_URL: `${url}/simple` })
      })
    }),
  )
}

const goodIndex: Respond = (request, response) => {
  const file = WHEELS.find(({ filename }) => request.url?.endsWith(filename))
  if (file !== undefined) return void response.end(file.bytes)
  response.setHeader('content-type', JSON_TYPE).end(JSON.stringify(page('../..')))
}

async function obtainFrom(dir: string, url: string, env: Readonly<Record<string, string>>) {
  await rm(join(dir, 'store'), { recursive: true, force: true })
  return obtain([pinned('acme', '1.0')], { dir, env, system: { network: onlyTo(url, env) } })
}

/** A network that ends at one server, so that a damaged address asks nobody else. */
function onlyTo(url: string, env: Readonly<Record<string, string>>): Network {
  const network = quickNetwork(env)
  const refuse = async (asked: string) => {
    if (!asked.startsWith(`${url}/`))
      throw new UserError('NETWORK_UNREACHABLE', asked, 'it is not the server of this test')
  }
  return {
    get: (asked, headers) => refuse(asked).then(() => network.get(asked, headers)),
    download: request => refuse(request.url).then(() => network.download(request)),
    exchange: request => refuse(request.url).then(() => network.exchange(request)),
    send: request => refuse(request.url).then(() => network.send(request)),
    patience: network.patience,
    configured: () => onlyTo(url, env),
  }
}
