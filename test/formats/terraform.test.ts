import * as assert from 'uvu/assert'
import { readTerraform } from '../../src/formats/terraform.ts'
import { describe } from '../helpers.ts'

describe('Terraform blocks', test => {
  test('have the literal arguments that stand right in them', () => {
    const text =
      'resource "a" "b" {\n  text = "x"\n  number = 5\n  list = ["y"]\n  inner {\n    text = "no"\n  }\n  after = "z"\n}\n'
    assert.equal(readTerraform(text), [
      { kind: 'resource', type: 'a', name: 'b', values: { text: 'x', number: 5, list: 'y', after: 'z' } },
    ])
  })

  test('leave references out', () => {
    const text = 'resource "a" "b" {\n  one = var.x\n  two = "${var.y}-z"\n  three = true\n}\n'
    assert.equal(readTerraform(text)[0]?.values, {})
  })

  test('start at the folder of the module where they say so', () => {
    assert.equal(readTerraform('data "d" "e" { \n source_dir = "${path.module}/code"\n}')[0]?.values, {
      source_dir: './code',
    })
  })

  test('are not in comments, nor end in texts', () => {
    const text =
      '# resource "a" "no" {\n/* resource "a" "no2" {\n*/ resource "a" "b" {\n  t = "} // not the end"\n  u = "v" # }\n}\n'
    assert.equal(readTerraform(text), [
      { kind: 'resource', type: 'a', name: 'b', values: { t: '} // not the end', u: 'v' } },
    ])
  })

  test('that are cut have what is there', () => {
    assert.equal(readTerraform('resource "a" "b" {\n  t = "u"\n')[0]?.values, { t: 'u' })
  })
})
