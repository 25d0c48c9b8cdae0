import * as assert from 'uvu/assert'
import { baseImageOf, languageOfBase, packageManagerOf } from '../../src/aws/base-images.ts'
import { describe } from '../helpers.ts'

describe('aws/base-images', it => {
  it('names the image of a runtime and architecture', () => {
    assert.is(baseImageOf('python3.13', 'arm64'), 'public.ecr.aws/lambda/python:3.13-arm64')
    assert.is(baseImageOf('nodejs24.x', 'x86_64'), 'public.ecr.aws/lambda/nodejs:24-x86_64')
    assert.is(baseImageOf('nodejs26.x', 'x86_64'), 'public.ecr.aws/lambda/nodejs:26-preview-x86_64')
  })

  it('knows the package manager of Amazon Linux 2 and 2023', () => {
    assert.equal(['python3.11', 'python3.12', 'nodejs18.x', 'nodejs20.x'].map(packageManagerOf), [
      'yum',
      'dnf',
      'yum',
      'dnf',
    ])
  })

  const repositories: [string, string | null][] = [
    ['lambda/python', 'python'],
    ['lambda/nodejs', 'nodejs'],
    ['amazon/aws-lambda-python', 'python'],
    ['ecr-public/lambda/nodejs', 'nodejs'],
    ['lambda/provided', null],
    ['lambda/python-tools', null],
    ['mylambda/python', null],
    ['library/python', null],
  ]
  for (const [repository, language] of repositories) {
    it(`takes ${repository} for ${language === null ? 'none of AWS' : `AWS's of ${language}`}`, () => {
      assert.is(languageOfBase(repository), language)
    })
  }
})
