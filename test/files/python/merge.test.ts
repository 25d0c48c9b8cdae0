import * as assert from 'uvu/assert'
import { merge } from '../../../src/files/python/merge.ts'
import { describe, inTemporaryFolder, rejects } from '../../helpers.ts'
import { testFile } from '../../worlds.ts'
import { disk, layOutAll } from './distributions.ts'

describe('merge', it => {
  it('keeps one of two files with the same bytes, owned by the first by name', async () => {
    const files = [
      testFile('google/a.py', 'x', { owner: 'zeta' }),
      testFile('google/a.py', 'x', { owner: 'alpha' }),
      testFile('b.py', '', { owner: 'zeta' }),
    ]
    const merged = await merge(files, disk)
    assert.equal(
      merged.map(({ path, owner }) => [path, owner]),
      [
        ['google/a.py', 'alpha'],
        ['b.py', 'zeta'],
      ],
    )
    assert.equal(
      (await merge([...files].reverse(), disk)).map(({ path, owner }) => [path, owner]),
      [
        ['b.py', 'zeta'],
        ['google/a.py', 'alpha'],
      ],
    )
  })

  for (const [a, b] of [
    ['x = 1', 'x = 2'],
    ['x', 'xy'],
  ] as const) {
    it(`refuses ${a} and ${b} on one path, and names both owners`, async () => {
      const error = await rejects(
        () =>
          merge(
            [testFile('cv2/a.py', a, { owner: 'opencv' }), testFile('cv2/a.py', b, { owner: 'opencv-headless' })],
            disk,
          ),
        'DISTRIBUTIONS_COLLIDE',
      )
      assert.ok(error.message.startsWith('opencv and opencv-headless both hold "cv2/a.py"'), error.message)
    })
  }

  it('compares files of wheels by their bytes', async () => {
    await inTemporaryFolder(async dir => {
      const shared = { 'shared/data.txt': 'same' }
      const [one, two, three] = await layOutAll(dir, [
        { name: 'one', version: '1', files: shared },
        { name: 'two', version: '1', files: shared },
        { name: 'three', version: '1', files: { 'shared/data.txt': 'SAME' } },
      ])
      assert.ok(await merge([...(one?.files ?? []), ...(two?.files ?? [])], disk))
      await rejects(() => merge([...(one?.files ?? []), ...(three?.files ?? [])], disk), 'DISTRIBUTIONS_COLLIDE')
    })
  })

  it('takes namespace declarations in different words for the same', async () => {
    const files = [
      testFile(
        'backports/__init__.py',
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)  # type: ignore\n",
        { owner: 'a' },
      ),
      testFile(
        'backports/__init__.py',
        'from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n',
        { owner: 'b' },
      ),
    ]
    assert.is((await merge(files, disk)).length, 1)
    const code = testFile('backports/__init__.py', 'x = 1\n', { owner: 'c' })
    await rejects(() => merge([...files, code], disk), 'DISTRIBUTIONS_COLLIDE')
  })
})
