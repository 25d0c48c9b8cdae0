import * as assert from 'uvu/assert'
import { parseSimpleIndex } from '../../src/formats/simple-index.ts'
import { describe } from '../helpers.ts'

const PAGE = 'https://index.example/simple/foo/'
const SHA = 'ab'.repeat(32)
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'

describe('a page of an index', it => {
  it('in HTML gives absolute URLs, hashes, Python versions and yanked files', () => {
    const html = `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"><title>x</title></head><body>
      <!-- <a href="old-1.0.tar.gz">old</a> -->
      <a href="../../files/foo-1.0-py3-none-any.whl#sha256=${SHA.toUpperCase()}" data-requires-python="&gt;=3.8,&lt;4" >foo-1.0-py3-none-any.whl</a><br/>
      <A HREF='https://files.example/foo-2.0%2Bcpu-py3-none-any.whl' data-yanked>b</A>
      <a data-yanked="broken" href=foo-3.0.tar.gz?a=1&amp;b=2#md5=00>c</a>
      <a name="top">no link</a> <a href="/">up</a> <a href="http://[">bad</a></body></html>`
    assert.equal(parseSimpleIndex(html, 'text/html; charset=utf-8', PAGE), [
      {
        filename: 'foo-1.0-py3-none-any.whl',
        url: 'https://index.example/files/foo-1.0-py3-none-any.whl',
        sha256: SHA,
        bytes: null,
        requiresPython: '>=3.8,<4',
        yanked: false,
      },
      {
        filename: 'foo-2.0+cpu-py3-none-any.whl',
        url: 'https://files.example/foo-2.0%2Bcpu-py3-none-any.whl',
        sha256: null,
        bytes: null,
        requiresPython: null,
        yanked: true,
      },
      {
        filename: 'foo-3.0.tar.gz',
        url: 'https://index.example/simple/foo/foo-3.0.tar.gz?a=1&b=2',
        sha256: null,
        bytes: null,
        requiresPython: null,
        yanked: true,
      },
    ])
  })

  it('in HTML follows its base', () => {
    const [file] = parseSimpleIndex('<base href="/mirror/"><a href="foo-1.0.tar.gz">x</a>', 'text/html', PAGE)
    assert.is(file?.url, 'https://index.example/mirror/foo-1.0.tar.gz')
  })

  it('in JSON gives sizes too', () => {
    const files = [
      {
        filename: 'foo-1.0.tar.gz',
        url: '../../f/foo-1.0.tar.gz',
        hashes: { sha256: SHA.toUpperCase() },
        size: 12,
        'requires-python': '>=3.8',
        yanked: 'broken',
      },
      {
        filename: 'foo-2.0.tar.gz',
        url: 'https://files.example/foo-2.0.tar.gz',
        hashes: {},
        'requires-python': null,
        yanked: false,
      },
      { filename: 1 },
    ]
    const text = JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'foo', files })
    assert.equal(parseSimpleIndex(text, JSON_TYPE, PAGE), [
      {
        filename: 'foo-1.0.tar.gz',
        url: 'https://index.example/f/foo-1.0.tar.gz',
        sha256: SHA,
        bytes: 12,
        requiresPython: '>=3.8',
        yanked: true,
      },
      {
        filename: 'foo-2.0.tar.gz',
        url: 'https://files.example/foo-2.0.tar.gz',
        sha256: null,
        bytes: null,
        requiresPython: null,
        yanked: false,
      },
    ])
  })

  it('in JSON that is broken, or of a later API, is refused', () => {
    for (const text of ['{', '[]', '{"files": 1}', '{"meta": {"api-version": "2.0"}, "files": []}']) {
      assert.throws(
        () => parseSimpleIndex(text, JSON_TYPE, PAGE),
        (error: unknown) => error instanceof SyntaxError,
      )
    }
  })

  it('is read in linear time, however hostile', () => {
    const start = performance.now()
    for (const part of ['<a href="', "<a b='", '<', '<!--', '<a ', '<a =', '<a href=x ', '&#1', '<!-->']) {
      parseSimpleIndex(part.repeat(50_000), 'text/html', PAGE)
    }
    assert.ok(performance.now() - start < 3000)
  })
})
