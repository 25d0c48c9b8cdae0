import { execFileSync } from 'node:child_process'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { describe, inTemporaryFolder } from '../helpers.ts'
import { standInBases } from './containers/bases.ts'
import { containerTools, startDocker } from './containers/environment.ts'
import { IMAGE_FUNCTIONS, writeFunction } from './containers/functions.ts'
import { answers, engineEnv, imageFine, lpackImage } from './containers/running.ts'
import { nodeOfMajor, output } from './programs.ts'

const { PURE, NATIVE, SDIST, SHARP, MODELS } = IMAGE_FUNCTIONS

describe('an image without an engine', it => {
  for (const one of [PURE, NATIVE, SHARP, MODELS]) {
    it(`of a function named ${one.name} is run by Podman from the layout, and AWS's emulator gets its answer`, () =>
      inTemporaryFolder(async dir => {
        const { path } = await layout(await writeFunction(one, dir))
        const env = await engineEnv('podman')
        // As lpack tells to do it.
        await output('sh', ['-c', 'tar -C "$0" -c . | podman load --quiet', path], { env })
        await answers('podman', `localhost/${one.name}:latest`, one)
      }))

    it(`of a function named ${one.name} is run by Docker from a registry, and AWS's emulator gets its answer`, () =>
      inTemporaryFolder(async dir => {
        const { host } = await standInBases()
        const root = await writeFunction(one, dir)
        const { artifact } = await imageFine(root, ['--push', `${host}/pushed/{name}:1`])
        await startDocker()
        const { env } = await containerTools()
        await output('docker', ['pull', '--quiet', artifact.reference ?? ''], { env })
        await answers('docker', artifact.reference ?? '', one)
      }))
  }

  it('is what skopeo reads and copies, with every digest as it says', () =>
    inTemporaryFolder(async dir => {
      const { host, python } = await standInBases()
      const { path, digest } = await layout(await writeFunction(MODELS, dir))
      const { env } = await containerTools()
      const inspected = await inspect(`oci:${path}`)
      assert.equal(
        [inspected.Digest, inspected.Architecture, inspected.Os, inspected.Created],
        [digest, 'amd64', 'linux', '1970-01-01T00:00:00Z'],
      )
      assert.is(inspected.Labels['org.opencontainers.image.title'], 'A model')
      // The base's, two copies, and the code.
      assert.is(inspected.Layers.length, (await inspect(`docker://${python}`)).Layers.length + 3)
      const copied = `${host}/copied/models:1`
      await output('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `oci:${path}`, `docker://${copied}`], {
        env,
      })
      assert.is((await inspect(`docker://${copied}`)).Digest, digest)
    }))

  it('is what umoci unpacks into the files of the function, over those of the base', () =>
    inTemporaryFolder(async dir => {
      const root = await writeFunction(MODELS, dir)
      const { path } = await layout(root)
      // umoci has no tags with a colon in them.
      const { env } = await containerTools()
      await output('skopeo', ['copy', '--quiet', `oci:${path}`, `oci:${dir}/same:latest`], { env })
      await output('umoci', ['unpack', '--image', `${dir}/same:latest`, `${dir}/unpacked`])
      const task = join(dir, 'unpacked/rootfs/var/task')
      const listed = execFileSync('find', ['.', '-printf', '%P %m %U:%G %Ts\n'], { cwd: task, encoding: 'utf8' })
      const [, ...lines] = listed.trimEnd().split('\n').sort()
      assert.equal(lines, [
        'app.py 644 0:0 0',
        'data 755 0:0 0',
        'data/labels.txt 644 0:0 0',
        'models 755 0:0 0',
        'models/größe.txt 644 0:0 0',
        'models/large 755 0:0 0',
        'models/large/weights.txt 644 0:0 0',
      ])
      execFileSync('diff', ['-r', join(root, 'models'), join(task, 'models')])
    }))

  it('is a base for Buildah', () =>
    inTemporaryFolder(async dir => {
      // It makes a name of the path, and names are in lower case.
      const outDir = join(tmpdir(), `lpack-layout-${process.pid}`)
      const { path } = await layout(await writeFunction(PURE, dir), { outDir })
      await writeFile(join(dir, 'Dockerfile'), `FROM oci:${path}\nRUN test -f lambda_function.py\n`)
      const env = await engineEnv('buildah')
      const id = await output('buildah', ['build', '--quiet', '--file', join(dir, 'Dockerfile'), dir], { env })
      await rm(outDir, { recursive: true })
      await answers('buildah', id, PURE)
    }))

  it("takes of a base for several architectures the function's own", () =>
    inTemporaryFolder(async dir => {
      const base = await baseForBoth(dir)
      const digests = []
      for (const architecture of ['x86_64', 'arm64']) {
        const root = await writeFunction(
          { ...MODELS, config: { ...MODELS.config, architecture } },
          join(dir, architecture),
          { base },
        )
        const { path, layers } = await layout(root)
        const inspected = await inspect(`oci:${path}`, architecture === 'arm64' ? 'arm64' : 'amd64')
        assert.is(inspected.Architecture, architecture === 'arm64' ? 'arm64' : 'amd64')
        digests.push(layers.filter(({ kind }) => kind !== 'base').map(({ digest }) => digest))
      }
      assert.equal(digests[0], digests[1])
    }))

  for (const one of [PURE, NATIVE, SHARP, MODELS]) {
    it(`of a function named ${one.name} is the same to the byte on Node 20, 22 and 24, elsewhere, by another umask`, () =>
      inTemporaryFolder(async dir => {
        const root = await writeFunction(one, dir)
        const elsewhere = join(dir, 'another place')
        await cp(root, elsewhere, { recursive: true })
        execFileSync('chmod', ['-R', 'go=', elsewhere])
        const first = await layout(root, { node: await nodeOfMajor(20) })
        for (const major of [22, 24]) {
          const outDir = join(dir, `out-${major}`)
          const other = await layout(elsewhere, { node: await nodeOfMajor(major), umask: '077', outDir })
          assert.is(other.digest, first.digest)
          execFileSync('diff', ['-r', first.path, other.path])
        }
      }))
  }

  it('is made again from what the cache has, without a word to the registry', () =>
    inTemporaryFolder(async dir => {
      const root = await writeFunction(PURE, dir)
      const { digest } = await layout(root)
      const config = join(root, 'lpack.config.json')
      const away = (await readFile(config, 'utf8')).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1')
      const offline = await imageFine(root, ['--oci', '--offline', '--out-dir', 'again'])
      assert.is(offline.artifact.digest, digest)
      await writeFile(config, away)
      const { code, err, reports } = await lpackImage(root, ['--oci', '--offline'])
      assert.equal([code, reports], [2, []])
      assert.match(err, '127.0.0.1:1/lambda/python:3.11-x86_64')
    }))

  for (const [what, one, image] of [
    ['a package without a wheel', SDIST, {}],
    ['packages of the operating system', SHARP, { packages: ['words'] }],
  ] as const) {
    it(`is refused where ${what} must be installed in it`, () =>
      inTemporaryFolder(async dir => {
        const root = await writeFunction(one, dir, image)
        const { code, err } = await lpackImage(root, ['--oci'])
        assert.is(code, 2)
        assert.match(err, what === 'a package without a wheel' ? 'crcmod' : 'image.packages')
        assert.not.ok((await readdir(root)).includes('lpack.out'))
      }))
  }
})

interface Layout {
  readonly path: string
  readonly digest: string
  readonly layers: Awaited<ReturnType<typeof imageFine>>['artifact']['layers']
}

async function layout(
  root: string,
  {
    node = process.execPath,
    umask = '022',
    outDir = 'lpack.out',
  }: { readonly node?: string; readonly umask?: string; readonly outDir?: string } = {},
): Promise<Layout> {
  // Without a cache, so that each layer is compressed anew.
  const cached = umask === '022' ? [] : ['--no-cache']
  const { artifact } = await imageFine(root, ['--oci', '--out-dir', outDir, ...cached], { node, umask })
  return { path: artifact.path ?? '', digest: artifact.digest ?? '', layers: artifact.layers }
}

interface Inspected {
  readonly Digest: string
  readonly Architecture: string
  readonly Os: string
  readonly Created: string
  readonly Labels: Readonly<Record<string, string>>
  readonly Layers: readonly string[]
}

async function inspect(image: string, architecture = 'amd64'): Promise<Inspected> {
  const { env } = await containerTools()
  const args = ['--override-arch', architecture, 'inspect', '--tls-verify=false', image]
  return JSON.parse(await output('skopeo', args, { env })) as Inspected
}

/** An index of two images; nothing in them is run, so that one may say it is for what it isn't. */
async function baseForBoth(dir: string): Promise<string> {
  const { host } = await standInBases()
  const env = await engineEnv('buildah')
  const reference = `${host}/both/python:3.11`
  await writeFile(
    join(dir, 'Dockerfile'),
    'FROM scratch\nCOPY Dockerfile /\nWORKDIR /var/task\nENTRYPOINT ["/lambda-entrypoint.sh"]\n',
  )
  const platforms = ['--platform', 'linux/amd64,linux/arm64']
  await output('buildah', ['build', ...platforms, '--manifest', reference, '--file', join(dir, 'Dockerfile'), dir], {
    env,
  })
  await output('buildah', ['manifest', 'push', '--all', '--tls-verify=false', reference, `docker://${reference}`], {
    env,
  })
  return reference
}
