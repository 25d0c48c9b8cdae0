import * as assert from 'uvu/assert'
import { bestWheel, compatibleTags } from '../../src/formats/wheel-tags.ts'
import { describe } from '../helpers.ts'

const AMAZON_LINUX_2 = { major: 2, minor: 26 }
const AMAZON_LINUX_2023 = { major: 2, minor: 34 }
const best = (files: readonly string[], tags: readonly string[]): string | null => bestWheel(files, file => file, tags)

describe('compatible tags', it => {
  it('go from the newest glibc to plain linux, then to other interpreters, then to any platform', () => {
    const tags = compatibleTags('3.13', AMAZON_LINUX_2023, 'x86_64')
    assert.equal(tags.slice(0, 2), ['cp313-cp313-manylinux_2_34_x86_64', 'cp313-cp313-manylinux_2_33_x86_64'])
    const native = tags.filter(tag => tag.startsWith('cp313-cp313-'))
    assert.equal(native.slice(-5), [
      'cp313-cp313-manylinux_2_7_x86_64',
      'cp313-cp313-manylinux_2_6_x86_64',
      'cp313-cp313-manylinux_2_5_x86_64',
      'cp313-cp313-manylinux1_x86_64',
      'cp313-cp313-linux_x86_64',
    ])
    assert.is(tags.at(-1), 'py30-none-any')
    const order = [
      'cp313-abi3-manylinux2014_x86_64',
      'cp313-none-manylinux_2_34_x86_64',
      'cp312-abi3-manylinux_2_34_x86_64',
      'cp32-abi3-linux_x86_64',
      'py313-none-manylinux_2_34_x86_64',
      'py3-none-manylinux2010_x86_64',
      'cp313-none-any',
      'py3-none-any',
    ]
    const places = order.map(tag => tags.indexOf(tag))
    assert.ok(!places.includes(-1))
    assert.equal(
      [...places].sort((a, b) => a - b),
      places,
    )
    assert.is(new Set(tags).size, tags.length)
  })

  it('hold neither newer glibc, nor musl, nor another machine', () => {
    const tags = compatibleTags('3.9', AMAZON_LINUX_2, 'arm64')
    assert.is(
      tags.some(tag => /musl|x86_64|_2_27_|_2_16_|manylinux2010|cp310/.test(tag)),
      false,
    )
    assert.is(tags.filter(tag => tag.startsWith('cp39-cp39-')).length, 26 - 17 + 1 + 1 + 1)
  })
})

describe('the best wheel', it => {
  const tags = compatibleTags('3.12', AMAZON_LINUX_2023, 'x86_64')

  it('is the most specific one', () => {
    const files = [
      'a-1-py3-none-any.whl',
      'a-1-cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      'a-1-cp312-cp312-manylinux_2_28_x86_64.whl',
      'a-1-cp312-cp312-musllinux_1_2_x86_64.whl',
      'a-1-cp312-cp312-manylinux_2_35_x86_64.whl',
    ]
    assert.is(best(files, tags), 'a-1-cp312-cp312-manylinux_2_28_x86_64.whl')
    assert.is(best(files.slice(0, 2), tags), files[1])
  })

  it('has the highest build tag, and does not depend on the order of the candidates', () => {
    const files = [
      'a-1-2-py3-none-any.whl',
      'a-1-10-py3-none-any.whl',
      'a-1-py3-none-any.whl',
      'A-1-10-py3-none-any.whl',
    ]
    assert.is(best(files, tags), 'A-1-10-py3-none-any.whl')
    assert.is(best([...files].reverse(), tags), 'A-1-10-py3-none-any.whl')
  })

  it('is none where nothing fits', () => {
    assert.is(best(['a-1-cp311-cp311-manylinux2014_x86_64.whl', 'a-1.tar.gz'], tags), null)
    assert.is(best([], tags), null)
  })
})
