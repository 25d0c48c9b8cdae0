import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Build, buildArguments, buildImage, findEngine, findPipConf } from '../../src/image/engines.ts'
import { type Answer, fakeProcesses, optionValue } from '../fake-processes.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../helpers.ts'
import { testSystem } from '../worlds.ts'

const BUILD: Build = {
  contextDir: '/out/hello',
  tag: 'hello:latest',
  architecture: 'x86_64',
  epoch: '0',
  pipConf: null,
  idFile: '/ids/hello',
}

const NO_DAEMON = new Error(
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
)

describe('image/engines', it => {
  it('finds docker with buildx', async () => {
    assert.equal(await find(['docker'], docker({})), {
      name: 'docker',
      command: '/bin/docker',
      dialect: 'buildx',
      hasMounts: true,
      env: { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
    })
  })

  it('knows that docker without buildx has BuildKit up to version 22 only', async () => {
    const missing = new Error("docker: 'buildx' is not a docker command.")
    const older = await find(['docker'], docker({ version: 'Docker version 20.10.24, build 297e128', buildx: missing }))
    assert.equal([older.dialect, older.hasMounts, older.env['DOCKER_BUILDKIT']], ['docker', true, '1'])
    const newer = await find(['docker'], docker({ version: 'Docker version 28.2.2, build e6534b4', buildx: missing }))
    assert.equal([newer.dialect, newer.hasMounts, newer.env['DOCKER_BUILDKIT']], ['docker', false, undefined])
  })

  it('sees Podman under the name of docker', async () => {
    const { name, dialect } = await find(['docker'], docker({ version: 'podman version 4.3.1' }))
    assert.equal([name, dialect], ['docker', 'buildah'])
  })

  it('takes the first that is ready', async () => {
    const answer: Answer = call => (call.command === '/bin/docker' ? docker({ server: NO_DAEMON })(call) : 'fine')
    assert.is((await find(['docker', 'podman', 'buildah'], answer)).name, 'podman')
    assert.is((await find(['docker', 'podman', 'buildah'], answer, 'buildah')).name, 'buildah')
    assert.is((await find(['nerdctl'], answer)).dialect, 'nerdctl')
  })

  it("takes AWS's finch, not the chat client of that name", async () => {
    const said =
      (version: string): Answer =>
      call =>
        call.args[0] === '--version' ? version : 'fine'
    assert.is((await find(['finch'], said('finch version v1.2.3'))).dialect, 'nerdctl')
    const { message } = await rejects(() => find(['finch'], said('Finch 2.14.12'), 'finch'), 'ENGINE_MISSING')
    assert.match(message, 'finch is not on PATH, or is another program of that name.')
  })

  it('tells what each engine says that is not ready', async () => {
    const answer: Answer = call =>
      call.command === '/bin/docker'
        ? docker({ server: NO_DAEMON })(call)
        : new Error('first line\ncannot connect to Podman')
    const { message } = await rejects(() => find(['docker', 'podman'], answer), 'ENGINE_NOT_READY')
    assert.match(message, '  - docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.')
    assert.match(message, '  - podman: cannot connect to Podman\n')
  })

  it('takes no answer for a daemon', async () => {
    const { message } = await rejects(() => find(['docker'], docker({ server: '\n' })), 'ENGINE_NOT_READY')
    assert.match(message, '  - docker: no daemon answers\n')
  })

  it('tells that none is there', async () => {
    const { message } = await rejects(() => find([], docker({})), 'ENGINE_MISSING')
    assert.match(message, 'None of docker, podman, buildah, nerdctl, finch is on PATH.')
    const named = await rejects(() => find(['docker'], docker({}), 'podman'), 'ENGINE_MISSING')
    assert.match(named.message, 'podman is not on PATH')
    const unknown = await rejects(() => find(['docker'], docker({}), 'dokcer'), 'ENGINE_UNKNOWN')
    assert.match(unknown.message, 'did you mean "docker"?')
  })

  for (const [dialect, args] of [
    [
      'buildx',
      'buildx build --load --provenance=false --sbom=false --platform linux/amd64 --build-arg SOURCE_DATE_EPOCH=0 --iidfile /ids/hello --tag hello:latest /out/hello',
    ],
    ['docker', 'build --platform linux/amd64 --iidfile /ids/hello --tag hello:latest /out/hello'],
    [
      'buildah',
      'build --layers --format docker --platform linux/amd64 --timestamp 0 --iidfile /ids/hello --tag hello:latest /out/hello',
    ],
    [
      'nerdctl',
      'build --platform linux/amd64 --build-arg SOURCE_DATE_EPOCH=0 --iidfile /ids/hello --tag hello:latest /out/hello',
    ],
  ] as const) {
    it(`asks ${dialect} for one platform, and for what it knows of attestations and times`, () =>
      assert.is(buildArguments(dialect, BUILD).join(' '), args))
  }

  it('asks for the architecture, and lends pip its settings', () => {
    const args = buildArguments('buildx', { ...BUILD, architecture: 'arm64', pipConf: '/home/me/pip.conf' })
    assert.is(optionValue(args, '--platform'), 'linux/arm64')
    assert.is(optionValue(args, '--secret'), 'id=pip.conf,src=/home/me/pip.conf')
  })

  it('streams what the engine writes, and returns the id that it leaves', () =>
    inTemporaryFolder(async dir => {
      const idFile = join(dir, 'id')
      const processes = fakeProcesses({}, async () => {
        await writeFile(idFile, 'sha256:abc\n')
        return 'STEP 1/2'
      })
      const told: string[] = []
      const id = await buildImage(ENGINE, { ...BUILD, idFile }, text => told.push(text), testSystem({ processes }))
      assert.equal([id, told], ['sha256:abc', ['STEP 1/2']])
      assert.equal(processes.options[0]?.env, { A: '1' })
    }))

  it('does without an id', async () => {
    const system = testSystem({ processes: fakeProcesses({}, () => '') })
    assert.is(await buildImage(ENGINE, { ...BUILD, idFile: '/nonexistent/id' }, null, system), null)
  })

  it('tells what a failed build wrote, unless it was told as it came', async () => {
    const processes = fakeProcesses({}, () => new Error('No such file or directory: idna'))
    const build = (onOutput: ((text: string) => void) | null) =>
      rejects(
        () => buildImage(ENGINE, { ...BUILD, idFile: '/ids/hello' }, onOutput, testSystem({ processes })),
        'IMAGE_NOT_BUILT',
      )
    const quiet = await build(null)
    assert.match(quiet.message, "docker doesn't build hello:latest. `/bin/docker build --platform")
    assert.match(quiet.message, 'No such file or directory: idna')
    const streamed = await build(() => undefined)
    assert.match(streamed.message, 'ended with exit code 1; what it wrote stands above.')
    assert.not.match(streamed.message, 'No such file')
  })

  it("finds pip's settings where pip does", () =>
    inTemporaryFolder(async dir => {
      const find = (env: Readonly<Record<string, string>>) =>
        findPipConf(testSystem({ env, homeDir: dir, platform: 'linux' }))
      assert.is(await find({}), null)
      await writeTree(dir, { '.pip/pip.conf': '', 'own/pip.conf': '', 'xdg/pip/pip.conf': '' })
      assert.is(await find({}), join(dir, '.pip/pip.conf'))
      await writeTree(dir, { '.config/pip/pip.conf': '' })
      assert.is(await find({}), join(dir, '.config/pip/pip.conf'))
      assert.is(await find({ XDG_CONFIG_HOME: join(dir, 'xdg') }), join(dir, 'xdg/pip/pip.conf'))
      assert.is(await find({ PIP_CONFIG_FILE: join(dir, 'own/pip.conf') }), join(dir, 'own/pip.conf'))
      assert.is(await find({ PIP_CONFIG_FILE: '/dev/null' }), null)
    }))
})

const ENGINE = { name: 'docker', command: '/bin/docker', dialect: 'docker', hasMounts: true, env: { A: '1' } } as const

interface Docker {
  readonly version?: string
  readonly server?: string | Error
  readonly buildx?: string | Error
}

/** What docker says to the questions that are asked of it. */
function docker({
  version = 'Docker version 28.2.2, build e6534b4',
  server = '28.2.2',
  buildx = 'v0.24',
}: Docker): Answer {
  return ({ args }) => {
    if (args[0] === '--version') return version
    return ['version', 'info'].includes(args[0] ?? '')
      ? server
      : args[0] === 'buildx'
        ? buildx
        : new Error(`what is ${args[0]}?`)
  }
}

function find(programs: readonly string[], answer: Answer, named: string | null = null) {
  const paths = Object.fromEntries(programs.map(name => [name, `/bin/${name}`]))
  return findEngine(named, testSystem({ processes: fakeProcesses(paths, answer) }))
}
