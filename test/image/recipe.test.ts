import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { FileEntry } from '../../src/model.ts'
import { describe, rejects } from '../helpers.ts'
import { testFile } from '../worlds.ts'
import { APP, DEPENDENCIES, recipeFor, SDIST, TOKEN, testRecipe } from './recipes.ts'

const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code)

function copied(path: string, from: string): FileEntry {
  return { ...testFile(path, 'x'), content: { kind: 'disk', path: from } }
}

describe('image/recipe', it => {
  it('puts what packages bring below the code', () => {
    const layers = testRecipe().layers
    assert.equal(
      layers.map(({ kind, folder, files }) => [kind, folder, files.map(({ path }) => path)]),
      [
        ['dependencies', 'dependencies', ['idna/__init__.py']],
        ['code', 'code', ['app.py']],
      ],
    )
  })

  it('has no empty layer', () => {
    assert.equal(
      testRecipe({ files: APP }).layers.map(({ kind }) => kind),
      ['code'],
    )
    assert.equal(
      testRecipe({ files: DEPENDENCIES }).layers.map(({ kind }) => kind),
      ['dependencies'],
    )
  })

  it('gives each copy a layer between them, in the order of the config', () => {
    const from = (path: string) => join('/project', path)
    const files = [
      ...APP,
      ...DEPENDENCIES,
      copied('data/a.bin', from('models/a.bin')),
      copied('data/sub/b.bin', from('models/sub/b.bin')),
      copied('words.txt', from('words.txt')),
      // Beside the copies: the same name elsewhere, and a package's file in the folder.
      copied('models/a.bin', from('models/a.bin')),
      testFile('data/c.py', '', { owner: 'idna' }),
    ]
    const copy = [
      { from: from('words.txt'), to: 'words.txt' },
      { from: from('models'), to: 'data' },
    ]
    assert.equal(
      testRecipe({ files, image: { copy } }).layers.map(layer => [layer.folder, layer.files.map(({ path }) => path)]),
      [
        ['dependencies', ['idna/__init__.py', 'data/c.py']],
        ['copy-words.txt', ['words.txt']],
        ['copy-data', ['data/a.bin', 'data/sub/b.bin']],
        ['code', ['app.py', 'models/a.bin']],
      ],
    )
  })

  it('names the folders of copies apart, in letters that every file system takes', () => {
    const tos = ['a/models', 'b/models', 'b/MODELS', 'mo dels', 'ü "x"$']
    const copy = tos.map((to, place) => ({ from: join('/project', String(place)), to }))
    const files = copy.map(({ from, to }) => copied(`${to}/x`, join(from, 'x')))
    assert.equal(
      testRecipe({ files, image: { copy } }).layers.map(({ folder }) => folder),
      ['copy-models', 'copy-models-2', 'copy-MODELS-3', 'copy-mo-dels', 'copy--x-'],
    )
  })

  it('sorts variables and labels', () => {
    const { environment, labels } = testRecipe({ environment: { B: '2', A: '1' }, image: { labels: { z: '', a: '' } } })
    assert.equal(environment, [
      ['A', '1'],
      ['B', '2'],
    ])
    assert.equal(labels, [
      ['a', ''],
      ['z', ''],
    ])
  })

  it('leaves a secret out of the environment, and does not tell it', () => {
    const { recipe, findings } = recipeFor({ environment: { LOG_LEVEL: 'info', TOKEN } })
    assert.equal(recipe.environment, [['LOG_LEVEL', 'info']])
    assert.equal(codes(findings), ['IMAGE_SECRET_LEFT_OUT'])
    assert.match(findings[0]?.message ?? '', 'TOKEN of `environment` holds a Slack token')
    assert.not.match(JSON.stringify(findings), TOKEN)
  })

  for (const [runtime, manager] of [
    ['python3.11', 'yum'],
    ['python3.12', 'dnf'],
  ] as const) {
    it(`knows that the base of ${runtime} has ${manager}`, () =>
      assert.is(testRecipe({ config: { runtime } }).packageManager, manager))
  }

  it('tells packages for a build that is not needed', () => {
    const image = { buildPackages: ['gcc'] }
    assert.equal(codes(recipeFor({ image }).findings), ['IMAGE_BUILD_PACKAGES_UNUSED'])
    assert.equal(codes(recipeFor({ image, fileSet: { installs: [SDIST] } }).findings), [])
  })

  it('tells layers, which functions of images cannot have', () => {
    const layers = [{ arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:numpy:3', unzippedBytes: null }]
    assert.equal(codes(recipeFor({ config: { layers } }).findings), ['IMAGE_LAYERS_UNUSED'])
  })

  for (const path of ['.wh.app.py', 'data/.wh..wh..opq', '.wh.data/x']) {
    it(`refuses ${path}, which would hide a file`, async () => {
      const { message } = await rejects(() => recipeFor({ files: [testFile(path, '')] }), 'LAYER_FILE_HIDES')
      assert.match(message, path)
    })
  }
})
