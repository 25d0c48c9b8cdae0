import * as assert from 'uvu/assert'
import { readTerraform } from '../../src/formats/terraform.ts'
import { describe } from '../helpers.ts'

describe('Terraform blocks', test => {
  test('have the literal arguments that stand right in them', () => {
    const text =
      'resource "a" "b" {\n  text = "x"\n  number = 5\n  list = ["y"]\n  inner {\n    text = "no"\n  }\n  after = "z"\n}\n'
    assert.equal(readTerraform(text), [
      {
        kind: 'resource',
        type: 'a',
        name: 'b',
        values: { text: 'x', number: 5, list: 'y', after: 'z' },
        unclear: [],
        archive: null,
      },
    ])
  })

  test('have a list that goes over lines, and no sums', () => {
    const text = 'resource "a" "b" {\n  list = [\n    "y",\n  ]\n  sum = 60 * 5\n  two = ["x", "y"]\n}\n'
    const [block] = readTerraform(text)
    assert.equal([block?.values, block?.unclear], [{ list: 'y' }, ['sum', 'two']])
  })

  test('have nothing of long texts, and name the archive that they are of', () => {
    const text =
      'resource "a" "b" {\n  about = <<-EOT\n    runtime = "no"\n  EOT\n  f = data.archive_file.code.output_path\n  real = "yes"\n}\n'
    const [block] = readTerraform(text)
    assert.equal([block?.values, block?.archive], [{ real: 'yes' }, 'code'])
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
      { kind: 'resource', type: 'a', name: 'b', values: { t: '} // not the end', u: 'v' }, unclear: [], archive: null },
    ])
  })

  test('that are cut have what is there', () => {
    assert.equal(readTerraform('resource "a" "b" {\n  t = "u"\n')[0]?.values, { t: 'u' })
  })
})
