import * as assert from 'uvu/assert'
import { parseYamlDocument } from '../../src/formats/yaml.ts'
import { describe } from '../helpers.ts'

describe('YAML documents', test => {
  test('have values', () =>
    assert.equal(parseYamlDocument('\uFEFFa: [1, b]\nc: {d: true}'), { a: [1, 'b'], c: { d: true } }))

  test('may have tags of CloudFormation, which stand for nothing here', () =>
    assert.equal(parseYamlDocument('a: !Ref B\nc: !Join ["", [d]]\ne: !Transform { F: 1 }\ng: h'), {
      a: null,
      c: null,
      e: null,
      g: 'h',
    }))

  test('that are none have no value', () => assert.is(parseYamlDocument('a: b: c: [\n'), null))
})
