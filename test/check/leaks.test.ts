import { rootCertificates } from 'node:tls'
import * as assert from 'uvu/assert'
import { checkLeaks } from '../../src/check/leaks.ts'
import { makeSubject } from '../../src/check/subject.ts'
import type { FileEntry, FunctionConfig } from '../../src/model.ts'
import { awsKeyId, awsSecret, checksummed, letters, privateKey, tokens } from '../formats/secrets.ts'
import { describe, rejects } from '../helpers.ts'
import { testFile, testFileSet, testPlan, testSystem } from '../worlds.ts'

const basic = () => Buffer.from(`robot:${letters(16)}`).toString('base64')

/** Path, content, and what is found there. */
const HOLDING: [string, () => string | Uint8Array, string][] = [
  ['.env', () => 'API_KEY=abc\n', 'ENV_FILE_PACKED'],
  ['config/.env.production', () => '# settings\nexport PASSWORD="hunter2"\n', 'ENV_FILE_PACKED'],
  ['.envrc', () => 'export TOKEN=1\n', 'ENV_FILE_PACKED'],
  ['certs/server.pem', () => `${rootCertificates[0]}\n${privateKey('pkcs8')}`, 'LEAK_PRIVATE_KEY'],
  ['id_ed25519', () => privateKey('ed25519'), 'LEAK_PRIVATE_KEY'],
  ['settings.py', () => `KEY = """${privateKey('sec1')}"""\n`, 'LEAK_PRIVATE_KEY'],
  ['signing.key', () => Buffer.from(privateKey('pkcs1').replaceAll(/-.*-|\s/g, ''), 'base64'), 'LEAK_PRIVATE_KEY'],
  ['store.p12', () => Buffer.from(`308204000${'0'.repeat(63)}060b2a864886f70d010c0a0102`, 'hex'), 'LEAK_PRIVATE_KEY'],
  [
    'account.json',
    () =>
      JSON.stringify(
        { type: 'service_account', private_key_id: 'a'.repeat(40), private_key: privateKey('pkcs8') },
        null,
        2,
      ),
    'LEAK_PRIVATE_KEY',
  ],
  ['notes.txt', () => Buffer.from(`\ufeff${privateKey('sec1')}`, 'utf16le'), 'LEAK_PRIVATE_KEY'],
  ['.npmrc', () => `registry=https://r/\n//r/:_authToken=${letters(36)}\n`, 'LEAK_CREDENTIAL'],
  ['.yarnrc.yml', () => `npmAuthToken: "${letters(36)}"\n`, 'LEAK_CREDENTIAL'],
  ['.pypirc', () => `[pypi]\nusername = me\npassword = ${letters(20)}\n`, 'LEAK_CREDENTIAL'],
  ['.pip/pip.conf', () => `[global]\nindex-url = https://me:${letters(20)}@host/simple\n`, 'LEAK_CREDENTIAL'],
  ['.netrc', () => `machine host login me password ${letters(20)}\n`, 'LEAK_CREDENTIAL'],
  ['.git-credentials', () => `https://me:${letters(20)}@host\n`, 'LEAK_CREDENTIAL'],
  ['.pgpass', () => `host:5432:db:me:${letters(12)}\n`, 'LEAK_CREDENTIAL'],
  [
    'home/.aws/credentials',
    () => `[default]\naws_access_key_id = ${awsKeyId()}\naws_secret_access_key = ${awsSecret()}\n`,
    'LEAK_CREDENTIAL',
  ],
  ['.aws/sso/cache/a.json', () => `{"accessToken": "${letters(80)}"}`, 'LEAK_CREDENTIAL'],
  ['.docker/config.json', () => `{"auths": {"host": {"auth": "${basic()}"}}}`, 'LEAK_CREDENTIAL'],
  ['.kube/config', () => `users:\n- user:\n    token: ${letters(40)}\n`, 'LEAK_CREDENTIAL'],
  ['.azure/msal_token_cache.json', () => `{"secret": "${letters(80)}"}`, 'LEAK_CREDENTIAL'],
  [
    'application_default_credentials.json',
    () => `{"type": "authorized_user", "refresh_token": "1//${letters(60)}"}`,
    'LEAK_CREDENTIAL',
  ],
  ['src/client.py', () => `TOKEN = "${checksummed('ghp_')}"\n`, 'LEAK_TOKEN'],
  ['src/aws.js', () => `new Client({ accessKeyId: '${awsKeyId()}', secretAccessKey: '${awsSecret()}' })`, 'LEAK_TOKEN'],
  ['.env.example', () => `TOKEN=${checksummed('npm_')}\n`, 'LEAK_TOKEN'],
  ['.git/config', () => '[core]\n', 'LEAK_REPOSITORY'],
  ['vendored/.git/HEAD', () => 'ref: refs/heads/main\n', 'LEAK_REPOSITORY'],
  ['terraform.tfstate', () => '{"version": 4, "terraform_version": "1.9.0"}', 'LEAK_TERRAFORM_STATE'],
  ['infra/a.tfstate.backup', () => '{"version": 4, "lineage": "x"}', 'LEAK_TERRAFORM_STATE'],
]

/** What nearly holds something. */
const HARMLESS: [string, () => string | Uint8Array][] = [
  ['.env', () => '# nothing\n'],
  ['.env.local', () => 'API_KEY=\nOTHER=""\n'],
  ['.env.example', () => 'API_KEY=your-key-here\n'],
  ['.env.sample', () => 'API_KEY=abc\n'],
  ['.environment.py', () => 'A = 1\n'],
  ['env.py', () => 'API_KEY = environ["API_KEY"]\n'],
  ['certs/ca-bundle.pem', () => rootCertificates.join('\n')],
  ['certs/server.crt', () => rootCertificates[0] ?? ''],
  ['talk.key', () => Buffer.from('504b0304140000000800', 'hex')],
  ['trust.jks', () => Buffer.from('feedfeed0000000200000000', 'hex')],
  ['trust.p12', () => Buffer.concat([Buffer.from('30820400', 'hex'), Buffer.alloc(80)])],
  ['.npmrc', () => 'registry=https://r/\n//r/:_authToken=${NPM_TOKEN}\n; //r/:_authToken=abcdef\n'],
  ['.yarnrc.yml', () => 'npmAuthToken: "${NPM_TOKEN}"\nnodeLinker: node-modules\n'],
  ['.pypirc', () => '[distutils]\nindex-servers = pypi\n[pypi]\nusername = __token__\n'],
  ['.pip/pip.conf', () => '[global]\nindex-url = https://host/simple\n'],
  ['.netrc', () => 'machine host login me\n# password secret1234\n'],
  ['.aws/config', () => '[default]\nregion = eu-west-1\n'],
  [
    '.aws/credentials',
    () =>
      `[default]\naws_access_key_id = AKIA${'IOSFODNN7EXAMPLE'}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLEKEY'}\n`,
  ],
  ['.docker/config.json', () => '{"auths": {"host": {}}, "credsStore": "desktop"}'],
  ['.kube/config', () => 'users:\n- user:\n    exec:\n      command: aws\n'],
  ['account.json', () => '{"type": "service_account", "private_key": "${PRIVATE_KEY}"}'],
  ['.gitignore', () => '.git\n'],
  ['.github/workflows/ci.yml', () => 'token: ${{ secrets.GITHUB_TOKEN }}\n'],
  ['plan.tfstate.md', () => 'About states.\n'],
  ['src/git/config', () => '[core]\n'],
  ['docs/aws.md', () => `Write \`aws_access_key_id = ${awsKeyId()}\` into the file.\n`],
  ['bundle.mjs', () => `${'var a=1;'.repeat(5000)}const m=/^ghp_[A-Za-z0-9]{36}$/,k="AKIA";${'b();'.repeat(5000)}`],
]

describe('check/leaks', it => {
  for (const [path, content, code] of HOLDING) {
    it(`finds ${code} in ${path}`, async () => {
      assert.equal(await codes([testFile(path, content())]), [code])
    })
  }

  for (const [path, content] of HARMLESS) {
    it(`lets ${path} be (${content().slice(0, 24).toString().replaceAll(/\s/g, ' ')})`, async () => {
      assert.equal(await codes([testFile(path, content())]), [])
    })
  }

  it('says where, and never what', async () => {
    for (const [what, token] of tokens()) {
      const [found] = await leaks([testFile('app.py', `import os\n\nKEYS = """\n${token}\n"""\n`)])
      assert.match(found?.message ?? '', 'app.py:')
      assert.match(found?.message ?? '', what)
      assert.not.match(found?.message ?? '', token.slice(-12))
    }
    const [found] = await leaks([testFile('app.py', `\n\n\nKEY = "${checksummed('npm_')}"\n`)])
    assert.match(found?.message ?? '', 'app.py:4 holds an npm token.')
  })

  it('looks into no package', async () => {
    const content = privateKey('sec1')
    const files = [
      testFile('paramiko/test.pem', content, { owner: 'paramiko' }),
      testFile('node_modules/x/key.pem', content),
      testFile('lib/python3.12/site-packages/x/key.pem', content),
    ]
    assert.equal(await codes(files), [])
  })

  it('tells a repository once, and not what is in it', async () => {
    const files = ['.git/HEAD', '.git/config', '.git/objects/ab/cdef', '.git/packed-refs'].map(path =>
      testFile(path, privateKey('sec1')),
    )
    assert.equal(
      (await leaks(files)).map(({ code, path }) => `${code} ${path}`),
      ['LEAK_REPOSITORY .git'],
    )
  })

  it('counts as the config says', async () => {
    const found = await leaks([testFile('.env', 'A=1')], { leaks: { severity: 'error', allow: [] } })
    assert.equal(
      found.map(({ severity }) => severity),
      ['error'],
    )
  })

  it('lets be what the config allows, and nothing else', async () => {
    const files = ['certs/test-a.pem', 'certs/live.pem'].map(path => testFile(path, privateKey('sec1')))
    const found = await leaks(files, { leaks: { severity: 'warning', allow: ['certs/test-*.pem'] } })
    assert.equal(
      found.map(({ path }) => path),
      ['certs/live.pem'],
    )
  })

  it('refuses a pattern that allows nothing', async () => {
    const config: Partial<FunctionConfig> = { leaks: { severity: 'warning', allow: ['certs/*.pem'] } }
    const error = await rejects(() => leaks([testFile('app.py', '')], config), 'PATTERN_MATCHES_NOTHING')
    assert.match(error.message, '"certs/*.pem" in `leaks.allow` matches nothing')
  })

  it('skips what is binary, and looks at the first 5 MB of what is large', async () => {
    const token = checksummed('ghp_')
    assert.equal(await codes([testFile('data.bin', `\0${token}`)]), [])
    const filler = 'x = 1\n'.repeat(1_000_000)
    assert.equal(await codes([testFile('a.py', `${token}\n${filler}`)]), ['LEAK_TOKEN'])
    assert.equal(await codes([testFile('a.py', `${filler}${token}\n`)]), [])
  })

  it('survives random bytes under every name', async () => {
    let state = 7
    const next = () => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
      return (state >>> 8) & 0xff
    }
    for (let round = 0; round < 40; round++) {
      const files = [...HOLDING, ...HARMLESS].map(([path], at) =>
        testFile(
          `${at}/${path}`,
          Buffer.from(Array.from({ length: next() }, () => (round % 2 ? next() : 32 + (next() % 95)))),
        ),
      )
      await leaks(files)
    }
  })
})

function leaks(files: readonly FileEntry[], changes: Partial<FunctionConfig> = {}) {
  return checkLeaks(makeSubject(testPlan('/root', changes), testFileSet(files), testSystem()))
}

async function codes(files: readonly FileEntry[]): Promise<readonly string[]> {
  return (await leaks(files)).map(({ code }) => code)
}
