import * as assert from 'uvu/assert'
import { compose, createdAt } from '../../src/image/compose.ts'
import type { BaseImage, ComposedImage, ImageLayer, Recipe } from '../../src/image/types.ts'
import { describe, rejects } from '../helpers.ts'
import { testConfig } from '../worlds.ts'
import { sha256, testBase } from './base-registry.ts'

const CREATED = '1970-01-01T00:00:00Z'
const DIGEST = (digit: string) => `sha256:${digit.repeat(64)}`

const CODE: ImageLayer = {
  kind: 'code',
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: DIGEST('1'),
  size: 200,
  diffId: DIGEST('2'),
  unzippedBytes: 600,
  path: '/cache/layers/1',
}
const DEPENDENCIES: ImageLayer = { ...CODE, kind: 'dependencies', digest: DIGEST('3'), diffId: DIGEST('4') }

/** As `docker build` writes one. */
const DOCKER_CONFIG = {
  architecture: 'amd64',
  config: {
    Hostname: '',
    Env: ['LANG=en_US.UTF-8', 'PATH=/var/lang/bin:/bin'],
    Cmd: null,
    Image: DIGEST('9'),
    WorkingDir: '/var/task',
    Entrypoint: ['/lambda-entrypoint.sh'],
    Labels: { maintainer: 'AWS', stage: 'base' },
  },
  container: '0123',
  container_config: { Cmd: ['/bin/sh'] },
  created: '2026-11-01T10:11:12Z',
  docker_version: '20.10',
  history: [
    { created: '2026-11-01T10:11:12Z', created_by: 'ADD file' },
    { created: '2026-11-01T10:11:12Z', created_by: 'ENTRYPOINT', empty_layer: true },
  ],
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [DIGEST('d')] },
}

describe('image/compose', it => {
  it("writes a config as Docker would: the base's, gone on with", () => {
    const image = composed({ base: testBase({ config: DOCKER_CONFIG }) })
    const text = Buffer.from(image.config).toString()
    const config = JSON.parse(text)
    assert.equal(Object.keys(config), ['architecture', 'config', 'created', 'history', 'os', 'rootfs'])
    assert.equal(config.config, {
      Hostname: '',
      Env: ['LANG=en_US.UTF-8', 'PATH=/opt/bin', 'STAGE=prod'],
      Cmd: ['lambda_function.lambda_handler'],
      WorkingDir: '/var/task',
      Entrypoint: ['/lambda-entrypoint.sh'],
      Labels: { maintainer: 'AWS', stage: 'prod', version: '1' },
    })
    assert.equal(config.created, CREATED)
    assert.equal(config.rootfs, { type: 'layers', diff_ids: [DIGEST('d'), DIGEST('4'), DIGEST('2')] })
    assert.is(text, JSON.stringify(config))
  })

  it('tells a history with one entry for each layer', () => {
    const { history } = JSON.parse(
      Buffer.from(composed({ base: testBase({ config: DOCKER_CONFIG }) }).config).toString(),
    )
    assert.equal(
      history.map((entry: Readonly<Record<string, unknown>>) => [entry['created_by'], entry['empty_layer'] ?? false]),
      [
        ['ADD file', false],
        ['ENTRYPOINT', true],
        ['WORKDIR /var/task', true],
        ['COPY dependencies/ ./', false],
        ['COPY code/ ./', false],
        ['LABEL stage version', true],
        ['ENV PATH STAGE', true],
        ['CMD ["lambda_function.lambda_handler"]', true],
      ],
    )
  })

  for (const [what, history] of [
    ['no history', undefined],
    ['one that misses layers', []],
    ['one with too many', [{}, {}]],
  ] as const) {
    it(`makes up the history of a base with ${what}`, () => {
      const image = composed({ base: testBase({ config: { ...DOCKER_CONFIG, history } }) })
      const entries = JSON.parse(Buffer.from(image.config).toString()).history as Readonly<Record<string, unknown>>[]
      assert.is(entries.filter(entry => entry['empty_layer'] !== true).length, 3)
    })
  }

  it('has no labels where nobody wants any', () => {
    const recipe = { ...testRecipe(), labels: [], environment: [] }
    const config = JSON.parse(Buffer.from(composed({ recipe }).config).toString())
    assert.equal(config.config, {
      Env: [],
      Cmd: ['lambda_function.lambda_handler'],
      WorkingDir: '/var/task',
    })
  })

  it("has a manifest in OCI's types, and one in Docker's for a base of Docker", () => {
    const image = composed()
    const oci = JSON.parse(Buffer.from(image.oci.bytes).toString())
    const docker = JSON.parse(Buffer.from(image.asBase.bytes).toString())
    const OCI = 'application/vnd.oci.image'
    assert.equal(
      [image.oci.mediaType, oci.mediaType, oci.config.mediaType, ...oci.layers.map(mediaType)],
      [
        `${OCI}.manifest.v1+json`,
        `${OCI}.manifest.v1+json`,
        `${OCI}.config.v1+json`,
        ...Array(3).fill(`${OCI}.layer.v1.tar+gzip`),
      ],
    )
    const DOCKER = 'application/vnd.docker'
    const type = `${DOCKER}.distribution.manifest.v2+json`
    assert.equal(
      [image.asBase.mediaType, docker.mediaType, docker.config.mediaType, ...docker.layers.map(mediaType)],
      [type, type, `${DOCKER}.container.image.v1+json`, ...Array(3).fill(`${DOCKER}.image.rootfs.diff.tar.gzip`)],
    )
    for (const { digest, bytes } of [image.oci, image.asBase]) assert.is(digest, sha256(bytes))
    for (const manifest of [oci, docker]) {
      assert.equal([manifest.config.digest, manifest.config.size], [sha256(image.config), image.config.length])
      assert.equal(
        manifest.layers.map(({ digest, size }: { digest: string; size: number }) => [digest, size]),
        [
          [DIGEST('c'), 1000],
          [DIGEST('3'), 200],
          [DIGEST('1'), 200],
        ],
      )
    }
    assert.equal(oci.annotations, {
      'org.opencontainers.image.base.digest': DIGEST('b'),
      'org.opencontainers.image.base.name': 'public.ecr.aws/lambda/python:3.13-x86_64',
    })
    assert.is(docker.annotations, undefined)
  })

  it('has one manifest where the base is of OCI', () => {
    const image = composed({ base: testBase({ isOci: true }) })
    assert.is(image.asBase, image.oci)
  })

  it('takes 127 layers, and no more', async () => {
    const [layer] = testBase().layers
    const base = (count: number) => testBase({ layers: Array(count).fill(layer) })
    assert.is(composed({ base: base(125) }).layers.length, 127)
    await rejects(() => composed({ base: base(126) }), 'TOO_MANY_LAYERS')
  })

  for (const [text, created] of [
    [undefined, CREATED],
    ['', CREATED],
    ['0', CREATED],
    ['1767225600', '2026-01-01T00:00:00Z'],
    ['253402300799', '9999-12-31T23:59:59Z'],
  ] as const) {
    it(`was created ${created} where SOURCE_DATE_EPOCH is ${JSON.stringify(text)}`, () => {
      assert.is(createdAt({ SOURCE_DATE_EPOCH: text }), created)
    })
  }

  for (const text of ['now', '-1', '1.5', '1e9', ' 1', '253402300800', '9999999999999']) {
    it(`refuses SOURCE_DATE_EPOCH ${JSON.stringify(text)}`, () =>
      rejects(() => createdAt({ SOURCE_DATE_EPOCH: text }), 'EPOCH_UNREADABLE').then(() => undefined))
  }
})

function composed(changes: { readonly base?: BaseImage; readonly recipe?: Recipe } = {}): ComposedImage {
  const { base = testBase(), recipe = testRecipe() } = changes
  return compose(recipe, base, { layers: [DEPENDENCIES, CODE], created: CREATED })
}

function testRecipe(): Recipe {
  const config = testConfig('/app')
  return {
    config,
    architecture: config.architecture,
    base: config.image.base,
    packageManager: 'dnf',
    environment: [
      ['PATH', '/opt/bin'],
      ['STAGE', 'prod'],
    ],
    labels: [
      ['stage', 'prod'],
      ['version', '1'],
    ],
    installs: [],
    layers: [],
  }
}

function mediaType(descriptor: { readonly mediaType: string }): string {
  return descriptor.mediaType
}
