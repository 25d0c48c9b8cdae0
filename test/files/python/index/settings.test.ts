import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type IndexSettings, readIndexSettings } from '../../../../src/files/python/index/settings.ts'
import type { NamedIndexes } from '../../../../src/files/python/types.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../../helpers.ts'
import { sealedSystem } from '../../../package-index.ts'

const NONE: NamedIndexes = { indexUrl: null, extraIndexUrls: [], findLinks: [], noIndex: null }

interface World {
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  readonly named?: Partial<NamedIndexes>
  readonly platform?: string
}

/** `$DIR` in variables and files is the temporary folder; the project is its folder `project`. */
async function settingsOf(world: World): Promise<IndexSettings> {
  return inTemporaryFolder(async dir => {
    const place = (text: string) => text.replaceAll('$DIR', dir)
    const entries = (values: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, place(value)]))
    await writeTree(dir, { 'project/README': '', ...entries(world.files) })
    const system = sealedSystem(dir, entries(world.env), { platform: world.platform ?? 'linux' })
    const settings = await readIndexSettings({ ...NONE, ...world.named }, join(dir, 'project'), system)
    return JSON.parse(JSON.stringify(settings).replaceAll(dir, '$DIR')) as IndexSettings
  })
}

const urlsOf = (settings: IndexSettings) => [settings.default?.url ?? null, ...settings.extras.map(({ url }) => url)]

describe('index settings', it => {
  it('is PyPI alone when nothing is set', async () => {
    assert.equal(await settingsOf({}), {
      default: null,
      extras: [],
      others: [],
      findLinks: [],
      noIndex: null,
      network: { caFile: null, proxy: null },
    })
  })

  const defaults: readonly (readonly [string, World, string | null])[] = [
    ['PIP_INDEX_URL', { env: { PIP_INDEX_URL: 'https://a.test/simple/' } }, 'https://a.test/simple'],
    ['UV_DEFAULT_INDEX', { env: { UV_DEFAULT_INDEX: 'https://a.test/simple' } }, 'https://a.test/simple'],
    [
      'UV_DEFAULT_INDEX with a name',
      { env: { UV_DEFAULT_INDEX: 'corp=https://a.test/simple' } },
      'https://a.test/simple',
    ],
    ['UV_INDEX_URL', { env: { UV_INDEX_URL: 'https://a.test/simple' } }, 'https://a.test/simple'],
    ['PyPI by name', { env: { PIP_INDEX_URL: 'https://pypi.org/simple/' } }, null],
    ['an empty PIP_INDEX_URL', { env: { PIP_INDEX_URL: '' } }, null],
    [
      'the requirements before the environment',
      { named: { indexUrl: 'https://r.test/simple' }, env: { UV_DEFAULT_INDEX: 'https://a.test/simple' } },
      'https://r.test/simple',
    ],
    [
      'PyPI in the requirements before the environment',
      { named: { indexUrl: 'https://pypi.org/simple' }, env: { PIP_INDEX_URL: 'https://a.test/simple' } },
      null,
    ],
    [
      'uv before pip',
      { env: { UV_INDEX_URL: 'https://u.test/simple', PIP_INDEX_URL: 'https://p.test/simple' } },
      'https://u.test/simple',
    ],
    [
      'the user pip.conf',
      { files: { 'home/.config/pip/pip.conf': '[global]\nindex-url = https://c.test/simple\n' } },
      'https://c.test/simple',
    ],
    [
      'the old user pip.conf, which the new one overrules',
      {
        files: {
          'home/.pip/pip.conf': '[global]\nindex-url = https://old.test/simple\n',
          'home/.config/pip/pip.conf': '[global]\nindex_url = https://new.test/simple\n',
        },
      },
      'https://new.test/simple',
    ],
    [
      'pip.conf below XDG_CONFIG_HOME',
      {
        env: { XDG_CONFIG_HOME: '$DIR/xdg' },
        files: { 'xdg/pip/pip.conf': '[global]\nindex-url = https://x.test/simple\n' },
      },
      'https://x.test/simple',
    ],
    [
      '[install] before [global], even of a stronger file',
      {
        env: { VIRTUAL_ENV: '$DIR/venv' },
        files: {
          'home/.config/pip/pip.conf': '[install]\nindex-url = https://install.test/simple\n',
          'venv/pip.conf': '[global]\nindex-url = https://global.test/simple\n',
        },
      },
      'https://install.test/simple',
    ],
    [
      'the virtual environment before the user',
      {
        env: { VIRTUAL_ENV: '$DIR/venv' },
        files: {
          'home/.config/pip/pip.conf': '[global]\nindex-url = https://user.test/simple\n',
          'venv/pip.conf': '[global]\nindex-url = https://venv.test/simple\n',
        },
      },
      'https://venv.test/simple',
    ],
    [
      'PIP_CONFIG_FILE in the place of the user file',
      {
        env: { PIP_CONFIG_FILE: '$DIR/own.conf' },
        files: {
          'home/.config/pip/pip.conf': '[install]\nindex-url = https://user.test/simple\n',
          'own.conf': '[global]\nindex-url = https://own.test/simple\n',
        },
      },
      'https://own.test/simple',
    ],
    [
      'no file with PIP_CONFIG_FILE=/dev/null',
      {
        env: { PIP_CONFIG_FILE: '/dev/null' },
        files: { 'home/.config/pip/pip.conf': '[global]\nindex-url = https://c.test/simple\n' },
      },
      null,
    ],
    [
      'a variable before pip.conf',
      {
        env: { PIP_INDEX_URL: 'https://v.test/simple' },
        files: { 'home/.config/pip/pip.conf': '[install]\nindex-url = https://c.test/simple\n' },
      },
      'https://v.test/simple',
    ],
    [
      'pip.ini on Windows',
      {
        platform: 'win32',
        env: { APPDATA: '$DIR/roaming' },
        files: { 'roaming/pip/pip.ini': '[global]\nindex-url = https://w.test/simple\n' },
      },
      'https://w.test/simple',
    ],
    [
      'pip.conf in Application Support on macOS',
      {
        platform: 'darwin',
        files: { 'home/Library/Application Support/pip/pip.conf': '[global]\nindex-url = https://m.test/simple\n' },
      },
      'https://m.test/simple',
    ],
    [
      'the default [[tool.uv.index]] of a pyproject.toml above',
      { files: { 'pyproject.toml': '[[tool.uv.index]]\nurl = "https://t.test/simple"\ndefault = true\n' } },
      'https://t.test/simple',
    ],
    [
      'uv.toml beside a pyproject.toml',
      {
        files: {
          'project/pyproject.toml': '[tool.uv]\nindex-url = "https://p.test/simple"\n',
          'project/uv.toml': 'index-url = "https://u.test/simple"\n',
        },
      },
      'https://u.test/simple',
    ],
    [
      'a pyproject.toml above one without [tool.uv]',
      {
        files: {
          'project/pyproject.toml': '[project]\nname = "x"\n',
          'pyproject.toml': '[tool.uv]\nindex-url = "https://p.test/simple"\n',
        },
      },
      'https://p.test/simple',
    ],
    [
      'the user uv.toml',
      { files: { 'home/.config/uv/uv.toml': 'index-url = "https://h.test/simple"\n' } },
      'https://h.test/simple',
    ],
    [
      'no uv file with UV_NO_CONFIG',
      { env: { UV_NO_CONFIG: '1' }, files: { 'project/uv.toml': 'index-url = "https://u.test/simple"\n' } },
      null,
    ],
    [
      'UV_CONFIG_FILE alone',
      {
        env: { UV_CONFIG_FILE: '$DIR/own.toml' },
        files: {
          'own.toml': 'index-url = "https://o.test/simple"\n',
          'project/uv.toml': 'index-url = "https://u.test/simple"\n',
        },
      },
      'https://o.test/simple',
    ],
  ]
  for (const [what, world, expected] of defaults) {
    it(`takes as the default index: ${what}`, async () => {
      assert.is(urlsOf(await settingsOf(world))[0], expected)
    })
  }

  it('adds up extra indexes, each once', async () => {
    const settings = await settingsOf({
      named: { extraIndexUrls: ['https://r.test/simple/'] },
      env: {
        UV_INDEX: 'corp=https://u1.test/simple https://u2.test/simple',
        UV_EXTRA_INDEX_URL: 'https://u3.test/simple',
        PIP_EXTRA_INDEX_URL: 'https://p1.test/simple  https://u2.test/simple',
      },
      files: {
        'home/.config/pip/pip.conf':
          '[global]\nextra-index-url =\n  https://c1.test/simple\n  https://c2.test/simple\n',
        'project/uv.toml':
          '[[index]]\nurl = "https://t1.test/simple"\n[[index]]\nname = "only"\nurl = "https://explicit.test/simple"\nexplicit = true\n',
      },
    })
    assert.equal(urlsOf(settings), [
      null,
      'https://r.test/simple',
      'https://u1.test/simple',
      'https://u2.test/simple',
      'https://u3.test/simple',
      // The variable of pip overrules its file, as in pip.
      'https://p1.test/simple',
      'https://t1.test/simple',
    ])
  })

  it('reads several values of a pip.conf key', async () => {
    const settings = await settingsOf({
      files: {
        'home/.config/pip/pip.conf':
          '[global]\nextra-index-url =\n  https://c1.test/simple\n  https://c2.test/simple\n',
      },
    })
    assert.equal(urlsOf(settings), [null, 'https://c1.test/simple', 'https://c2.test/simple'])
  })

  it('makes find-links absolute, from where each is said', async () => {
    const settings = await settingsOf({
      named: { findLinks: ['/named'] },
      env: { PIP_FIND_LINKS: 'wheels https://l.test/page.html ~/more', UV_FIND_LINKS: './a b,file:///c%20d' },
      files: { 'project/uv.toml': 'find-links = ["vendor"]\n[[index]]\nurl = "flat"\nformat = "flat"\n' },
    })
    assert.equal(settings.findLinks, [
      '/named',
      '$DIR/a b',
      '/c d',
      '$DIR/wheels',
      'https://l.test/page.html',
      '$DIR/home/more',
      '$DIR/project/flat',
      '$DIR/project/vendor',
    ])
  })

  for (const [env, from] of [
    [{ PIP_NO_INDEX: '1' }, "pip's no-index"],
    [{ UV_NO_INDEX: 'true' }, 'UV_NO_INDEX'],
    [{ PIP_NO_INDEX: '0' }, null],
  ] as const) {
    it(`reads ${JSON.stringify(env)}`, async () => {
      assert.is((await settingsOf({ env })).noIndex, from)
    })
  }

  it('fills in variables and keeps credentials apart from the URL', async () => {
    const encoded = await settingsOf({
      env: { TOKEN: 's%2Fc%40', PIP_INDEX_URL: 'https://ann:${TOKEN}x@a.test/${UNSET}' },
    })
    assert.equal(encoded.default, { url: 'https://a.test/$%7BUNSET%7D', username: 'ann', password: 's/c@x' })
  })

  it('reads the credentials of named indexes from their variables', async () => {
    const settings = await settingsOf({
      env: {
        UV_INDEX_MY_CORP_USERNAME: 'ann',
        UV_INDEX_MY_CORP_PASSWORD: 'pw',
        UV_DEFAULT_INDEX: 'my-corp=https://a.test/simple',
      },
    })
    assert.equal(settings.default, { url: 'https://a.test/simple', username: 'ann', password: 'pw' })
  })

  it("reads pip's certificates and proxy", async () => {
    const settings = await settingsOf({
      files: { 'home/.config/pip/pip.conf': '[global]\ncert = /ca.pem\nproxy = http://proxy.test:3128\n' },
    })
    assert.equal(settings.network, { caFile: '/ca.pem', proxy: 'http://proxy.test:3128' })
  })

  it('names a URL that is none, without its credentials', async () => {
    const world = { env: { PIP_INDEX_URL: 'https://ann:s/ecret@a.test/simple' } }
    const error = await rejects(() => settingsOf(world), 'INDEX_SETTINGS_BROKEN')
    assert.is(error.message, 'The index "https://…@a.test/simple": this is no URL; in credentials write / as %2F.')
  })

  it('names a URL that no index can have', async () => {
    const error = await rejects(
      () => settingsOf({ env: { UV_INDEX: 'ftp://ann:secret@a.test' } }),
      'INDEX_SETTINGS_BROKEN',
    )
    assert.is(error.message, 'The index "ftp://…@a.test": its URL must start with https://, http:// or file://.')
  })

  it('names the file and line of broken configuration', async () => {
    const ini = await rejects(
      () => settingsOf({ files: { 'home/.config/pip/pip.conf': 'index-url = https://a.test\n' } }),
      'INDEX_SETTINGS_BROKEN',
    )
    assert.match(ini.message, /pip\.conf: line 1: /)
    const toml = await rejects(
      () => settingsOf({ files: { 'project/uv.toml': '\nindex-url =\n' } }),
      'INDEX_SETTINGS_BROKEN',
    )
    assert.match(toml.message, /uv\.toml: line 2/)
  })
})
