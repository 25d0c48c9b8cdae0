import * as assert from 'uvu/assert'
import { isSha256Digest, parseImageReference, printImageReference } from '../../src/formats/image-reference.ts'
import { describe } from '../helpers.ts'

const HEX = 'ab'.repeat(32)

describe('image references', it => {
  for (const [text, registry, repository, tag, digest] of [
    ['public.ecr.aws/lambda/python:3.13-x86_64', 'public.ecr.aws', 'lambda/python', '3.13-x86_64', null],
    ['python', 'docker.io', 'library/python', null, null],
    ['python:3.13', 'docker.io', 'library/python', '3.13', null],
    ['docker.io/python', 'docker.io', 'library/python', null, null],
    ['index.docker.io/acme/x', 'docker.io', 'acme/x', null, null],
    ['acme/x', 'docker.io', 'acme/x', null, null],
    ['localhost/x', 'localhost', 'x', null, null],
    ['localhost:5000/a/b_c__d.e--f:T_1', 'localhost:5000', 'a/b_c__d.e--f', 'T_1', null],
    ['127.0.0.1:5000/x', '127.0.0.1:5000', 'x', null, null],
    ['[::1]:5000/x:1', '[::1]:5000', 'x', '1', null],
    ['Registry/x', 'Registry', 'x', null, null],
    [`ghcr.io/a/b@sha256:${HEX}`, 'ghcr.io', 'a/b', null, `sha256:${HEX}`],
    [`ghcr.io/a/b:c@sha256:${HEX}`, 'ghcr.io', 'a/b', 'c', `sha256:${HEX}`],
    [`a@sha512:${HEX}${HEX}`, 'docker.io', 'library/a', null, `sha512:${HEX}${HEX}`],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(parseImageReference(text), { registry, repository, tag, digest })
    })
  }

  for (const text of [
    '',
    ':tag',
    '@sha256:',
    'Python',
    'acme/Python',
    'a//b',
    '/a',
    'a/',
    'a:',
    'a:b:c',
    'a:-b',
    `a:${'t'.repeat(129)}`,
    'a@',
    'a@sha256:abc',
    `a@sha256:${HEX.toUpperCase()}`,
    `a@sha256:${HEX}@sha256:${HEX}`,
    'https://ghcr.io/a',
    'host.tld:99999/a',
    'host.tld:port/a',
    '-host.tld/a',
    '[zz]/a',
    'user:pass@host.tld/a',
    'a b',
    'a\nb',
    'a\n',
    'é',
    'a___b',
    'a..b',
    '../a',
    `a${'/a'.repeat(200)}`,
    HEX,
    '{name}',
  ]) {
    it(`takes ${JSON.stringify(text.slice(0, 40))} for none`, () => {
      assert.is(parseImageReference(text), null)
    })
  }

  it('prints all that is known', () => {
    for (const text of ['docker.io/library/a', 'localhost:5000/a:b', `ghcr.io/a/b:c@sha256:${HEX}`]) {
      const reference = parseImageReference(text)
      assert.is(reference === null ? null : printImageReference(reference), text)
    }
  })

  it('knows the digests that can be verified', () => {
    assert.ok(isSha256Digest(`sha256:${HEX}`))
    for (const digest of [HEX, `sha512:${HEX}`, `sha256:${HEX}0`, `sha256:${HEX.toUpperCase()}`, `sha256:${HEX}\n`]) {
      assert.not(isSha256Digest(digest), digest)
    }
  })

  it('is done at once with a long text', () => {
    const start = performance.now()
    for (const text of [
      'a-'.repeat(50_000),
      `${'a/'.repeat(50_000)}!`,
      `${'a.'.repeat(50_000)}:/`,
      ':a'.repeat(50_000),
    ]) {
      assert.is(parseImageReference(text), null)
    }
    assert.ok(performance.now() - start < 1_000)
  })
})
