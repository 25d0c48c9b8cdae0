import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { startDocker } from './containers/environment.ts'
import { IMAGE_FUNCTIONS, type ImageFunction, writeFunction } from './containers/functions.ts'
import { complaints } from './containers/linters.ts'
import {
  answers,
  changeCode,
  type EngineName,
  engineEnv,
  imageFine,
  invoke,
  layersOf,
  lpackImage,
} from './containers/running.ts'
import { output } from './programs.ts'

const { PURE, NATIVE, SDIST, SHARP, MODELS } = IMAGE_FUNCTIONS

/** Docker's daemon has no network here, which pip needs in the builder stage. */
const BUILDS: readonly (readonly [ImageFunction, readonly EngineName[]])[] = [
  [PURE, ['buildah', 'podman', 'docker']],
  [NATIVE, ['buildah', 'docker']],
  [SDIST, ['buildah', 'podman']],
  [SHARP, ['buildah', 'podman', 'docker']],
  [MODELS, ['buildah', 'docker']],
]

describe('a Dockerfile', it => {
  for (const [one, engines] of BUILDS) {
    it(`of a function named ${one.name} has nothing that linters complain of`, () =>
      inTemporaryFolder(async dir => {
        const { artifact } = await imageFine(await writeFunction(one, dir), [])
        const path = join(artifact.path ?? '', 'Dockerfile')
        assert.equal(await complaints(path, await readFile(path, 'utf8')), [])
      }))

    for (const engine of engines) {
      it(`of a function named ${one.name} builds with ${engine}, and AWS's emulator gets its answer`, () =>
        inTemporaryFolder(async dir => {
          await answers(engine, await build(await writeFunction(one, dir), engine), one)
        }))
    }
  }

  for (const engine of ['buildah', 'podman', 'docker'] as const) {
    it(`keeps all layers but the code's with ${engine} when only the code changes`, () =>
      inTemporaryFolder(async dir => {
        const one = engine === 'podman' ? PURE : MODELS
        const root = await writeFunction(one, dir)
        const before = await layersOf(engine, await build(root, engine))
        await changeCode(root, one)
        const image = await build(root, engine)
        const after = await layersOf(engine, image)
        assert.equal(after.slice(0, -1), before.slice(0, -1))
        assert.is.not(after.at(-1), before.at(-1))
        assert.equal(await invoke(engine, image, one.event), one.change.answer)
      }))
  }

  it('installs all with pip in the image where the config asks for it', () =>
    inTemporaryFolder(async dir => {
      const root = await writeFunction(PURE, dir, { install: 'in-image', pin: true })
      const image = await build(root, 'buildah')
      assert.match(
        await readFile(join(root, 'lpack.out/pure/Dockerfile'), 'utf8'),
        /^FROM \S+:\S+@sha256:\S+ AS build$/m,
      )
      await answers('buildah', image, PURE)
    }))

  for (const engine of ['buildah', 'podman'] as const) {
    it(`installs packages of the operating system into the image with ${engine}`, () =>
      inTemporaryFolder(async dir => {
        const image = await build(await writeFunction(SHARP, dir, { packages: ['words'] }), engine)
        const run = ['run', '--rm', '--network', 'none', '--entrypoint', 'cat', image, '/usr/share/words']
        assert.is(await output('podman', run, { env: await engineEnv(engine) }), 'lambda')
      }))
  }

  it('builds twice into the same layers with buildah, which counts nothing of the time', () =>
    inTemporaryFolder(async dir => {
      const root = await writeFunction(MODELS, dir)
      const layers = []
      for (let time = 0; time < 2; time++) {
        const id = await build(root, 'buildah')
        layers.push(await layersOf('buildah', id))
        // What it was built from goes, too, so that nothing is reused.
        await output('buildah', ['rmi', '--force', id], { env: await engineEnv('buildah') })
      }
      assert.equal(layers[0], layers[1])
    }))

  it('is refused with the words of an engine whose daemon is away', () =>
    inTemporaryFolder(async dir => {
      const root = await writeFunction(PURE, dir)
      const env = { DOCKER_HOST: `unix://${dir}/none.sock` }
      const { code, err } = await lpackImage(root, ['--build', '--engine', 'docker'], { env })
      assert.is(code, 2)
      assert.match(err, /docker: Cannot connect to the Docker daemon at .*none\.sock/)
    }))
})

/** The id of the image that an engine makes of a function. */
async function build(root: string, engine: EngineName): Promise<string> {
  if (engine === 'docker') await startDocker()
  const { artifact } = await imageFine(root, ['--build', '--engine', engine], { env: await engineEnv(engine) })
  assert.is(artifact.built?.engine, engine)
  return artifact.built?.imageId ?? ''
}
