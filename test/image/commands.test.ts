import * as assert from 'uvu/assert'
import { type Commanded, commandsOf } from '../../src/image/commands.ts'
import { describe } from '../helpers.ts'
import { TOKEN, testRecipe } from './recipes.ts'

const DOCKERFILE: Commanded = {
  recipe: testRecipe(),
  kind: 'dockerfile',
  dir: '/project/lpack.out/hello',
  pushed: null,
}

const VARIABLES = '-e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN -e AWS_REGION'

describe('image/commands', it => {
  it('builds, runs behind the emulator, invokes, and pushes to ECR', () => {
    assert.equal(commandsOf(DOCKERFILE, null, '/project'), {
      build: [
        'docker buildx build --load --provenance=false --sbom=false --platform linux/amd64 --tag hello:latest lpack.out/hello',
      ],
      load: [],
      run: [`docker run --rm -p 9000:8080 --platform linux/amd64 ${VARIABLES} hello:latest`],
      invoke: ["curl http://localhost:9000/2015-03-31/functions/function/invocations -d '{}'"],
      push: [
        'aws ecr get-login-password --region REGION | docker login --username AWS --password-stdin ACCOUNT.dkr.ecr.REGION.amazonaws.com',
        'docker tag hello:latest ACCOUNT.dkr.ecr.REGION.amazonaws.com/hello:latest',
        'docker push ACCOUNT.dkr.ecr.REGION.amazonaws.com/hello:latest',
      ],
    })
  })

  it('uses the engine that built it; what buildah built, podman runs', () => {
    const podman = commandsOf(DOCKERFILE, { name: 'podman', dialect: 'buildah' }, '/project')
    assert.match(podman.build[0] ?? '', /^podman build --layers /)
    assert.match(podman.push.at(-1) ?? '', /^podman push /)
    const buildah = commandsOf(DOCKERFILE, { name: 'buildah', dialect: 'buildah' }, '/project')
    assert.match(buildah.run[0] ?? '', /^podman run /)
    assert.match(buildah.push.at(-1) ?? '', /^buildah push /)
  })

  it('names the folder from here, whole where it is elsewhere, and for a shell', () => {
    const folderOf = (dir: string, cwd: string) =>
      commandsOf({ ...DOCKERFILE, dir }, null, cwd).build[0]?.split('latest ')[1]
    assert.is(folderOf('/project/out/hello', '/project/out/hello'), '.')
    assert.is(folderOf('/elsewhere/hello', '/project'), '/elsewhere/hello')
    assert.is(folderOf("/project/my own's/hello", '/project'), "'my own'\\''s/hello'")
  })

  it('runs on the architecture', () => {
    const recipe = testRecipe({ config: { architecture: 'arm64' } })
    assert.match(commandsOf({ ...DOCKERFILE, recipe }, null, '/project').run[0] ?? '', '--platform linux/arm64')
  })

  it('passes on by name the variables that are not in the image', () => {
    const recipe = testRecipe({
      environment: { Z_KEY: TOKEN, LINES: 'a\nb', LEVEL: '1' },
    })
    const runOf = (kind: Commanded['kind']) =>
      commandsOf({ ...DOCKERFILE, kind, recipe }, null, '/project').run[0] ?? ''
    assert.match(runOf('dockerfile'), '-e AWS_REGION -e LINES -e Z_KEY hello:latest')
    assert.match(runOf('image'), '-e AWS_REGION -e Z_KEY hello:latest')
  })

  it('pushes a tag of a registry as it is, and logs in where that is ECR', () => {
    const pushOf = (tag: string) =>
      commandsOf({ ...DOCKERFILE, recipe: testRecipe({ image: { tag } }) }, null, '/').push
    const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
    assert.equal(pushOf(`${ecr}/hello:1`), [
      `aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin ${ecr}`,
      `docker push ${ecr}/hello:1`,
    ])
    assert.equal(pushOf('example.com/hello:1'), ['docker push example.com/hello:1'])
    assert.equal(pushOf('docker.io/me/hello:1'), ['docker push docker.io/me/hello:1'])
  })

  it('loads a layout, and lets lpack push it', () => {
    const layout: Commanded = { ...DOCKERFILE, kind: 'image', dir: '/project/lpack.out/hello.oci' }
    const { build, load, push } = commandsOf(layout, null, '/project')
    assert.equal([build, load], [[], ['skopeo copy oci:lpack.out/hello.oci docker-daemon:hello:latest']])
    assert.is(push.at(-1), 'lpack image hello --push ACCOUNT.dkr.ecr.REGION.amazonaws.com/hello:latest')
  })

  it('runs what was pushed', () => {
    const pushed: Commanded = { ...DOCKERFILE, kind: 'image', dir: null, pushed: 'example.com/hello:1' }
    const { load, run, push } = commandsOf(pushed, null, '/project')
    assert.equal([load, push], [[], []])
    assert.match(run[0] ?? '', /example\.com\/hello:1$/)
  })
})
