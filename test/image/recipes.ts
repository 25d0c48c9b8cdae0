import { recipeOf } from '../../src/image/recipe.ts'
import type { Recipe } from '../../src/image/types.ts'
import type { FileEntry, FileSet, FunctionConfig, ImageConfig } from '../../src/model.ts'
import { testFile, testFileSet, testImage, testPlan } from '../worlds.ts'

export interface RecipeChanges {
  readonly config?: Partial<FunctionConfig>
  readonly image?: Partial<ImageConfig>
  readonly environment?: Readonly<Record<string, string>>
  readonly files?: readonly FileEntry[]
  readonly fileSet?: Partial<FileSet>
}

/** What `recipeOf` makes of a small function: app.py, and a file of one package. */
export function recipeFor({ config, image, environment = {}, files, fileSet }: RecipeChanges = {}) {
  const plan = testPlan('/project', {
    handler: 'app.handler',
    image: testImage(image),
    settings: { memorySize: null, timeout: null, ephemeralStorage: null, environment, description: '' },
    ...config,
  })
  return recipeOf(plan, testFileSet(files ?? [...APP, ...DEPENDENCIES], fileSet))
}

export function testRecipe(changes: RecipeChanges = {}): Recipe {
  return recipeFor(changes).recipe
}

export const APP = [testFile('app.py', 'def handler(event, context):\n    return 1\n')]
export const DEPENDENCIES = [testFile('idna/__init__.py', '', { owner: 'idna' })]

/** Looks like a Slack token; in parts, so that nobody takes this file for a leak. */
export const TOKEN = ['xoxb', '2847391056', '7hK2mQx9RvT4pLz8WnB3'].join('-')

/** As pip installs it in an image. */
export const SDIST = { name: 'pycrypto', version: '2.6.1', hashes: ['0'.repeat(64), '1'.repeat(64)] }
