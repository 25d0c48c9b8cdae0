import * as assert from 'uvu/assert'
import { type PackageUrlType, packageUrl } from '../../src/formats/package-url.ts'
import { describe } from '../helpers.ts'

// Among them examples of https://github.com/package-url/purl-spec
const CASES: readonly (readonly [PackageUrlType, string, string, string])[] = [
  ['npm', '@angular/animation', '12.3.1', 'pkg:npm/%40angular/animation@12.3.1'],
  ['npm', 'foobar', '12.3.1', 'pkg:npm/foobar@12.3.1'],
  ['pypi', 'django-allauth', '12.23', 'pkg:pypi/django-allauth@12.23'],
  ['pypi', 'torch', '2.1.0+cpu', 'pkg:pypi/torch@2.1.0%2Bcpu'],
  ['pypi', 'epoch', '1!2.0', 'pkg:pypi/epoch@1%212.0'],
  ['npm', 'unversioned', '', 'pkg:npm/unversioned'],
  ['npm', "a'b c#d?e@f", '1:0', 'pkg:npm/a%27b%20c%23d%3Fe%40f@1:0'],
  ['npm', 'half\ud800', '1.0.0', 'pkg:npm/half%EF%BF%BD@1.0.0'],
]

describe('package URLs', it => {
  for (const [type, name, version, expected] of CASES) {
    it(`name ${JSON.stringify(name)} ${version} of ${type}`, () => assert.is(packageUrl(type, name, version), expected))
  }
})
