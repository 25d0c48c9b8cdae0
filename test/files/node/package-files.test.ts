import { chmod, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { filesOfPackage, type PackageFiles } from '../../../src/files/node/package-files.ts'
import { makePackages } from '../../../src/files/node/packages.ts'
import type { NodeTarget, SlimLevel } from '../../../src/model.ts'
import { describe, inTemporaryFolder, rejects, writeTree } from '../../helpers.ts'
import { testNodeTarget, testSystem } from '../../worlds.ts'

type Tree = Readonly<Record<string, string | Uint8Array>>

/** The first bytes of a library for Linux on a machine (62: x64, 183: arm64, 40: arm). */
function elf(machine: number): Uint8Array {
  const bytes = Buffer.alloc(64)
  bytes.write('\x7fELF\x02\x01\x01', 'latin1')
  bytes.writeUInt16LE(3, 16)
  bytes.writeUInt16LE(machine, 18)
  return bytes
}

const X64 = elf(62)
const ARM64 = elf(183)
/** As NODE_MODULE_INIT marks it. */
const forAbi = (abi: number) => Buffer.concat([X64, Buffer.from(`\0node_register_module_v${abi}\0`)])
const MACH_O = Buffer.from('cffaedfe0c00000100000000000000000000000000000000', 'hex')
const DLL = Buffer.from('4d5a90000300000004000000ffff0000b800000000000000', 'hex')

interface Options {
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly slim?: SlimLevel
  readonly target?: NodeTarget
  readonly isOptional?: boolean
  readonly dir?: string
  readonly prepare?: (dir: string) => Promise<void>
}

function pack(tree: Tree, options: Options, action: (packed: PackageFiles) => void): Promise<void> {
  return inTemporaryFolder(async root => {
    const dir = join(root, options.dir ?? 'node_modules/tool')
    await writeTree(dir, {
      'package.json': JSON.stringify({ name: 'tool', version: '1.2.3', ...options.manifest }),
      ...tree,
    })
    await options.prepare?.(dir)
    const { disk } = testSystem()
    const installed = await makePackages(disk).read(dir)
    assert.ok(installed)
    const placed = {
      installed,
      place: 'node_modules/tool',
      isOptional: options.isOptional ?? false,
      requiredBy: ['(direct)'],
    }
    action(
      await filesOfPackage(
        placed,
        { target: options.target ?? testNodeTarget(), slim: options.slim ?? 'safe', boundary: root },
        disk,
      ),
    )
  })
}

const paths = ({ files }: PackageFiles) => files.map(({ path }) => path.slice('node_modules/tool/'.length))
const codes = ({ findings }: PackageFiles) => findings.map(({ code }) => code)

const TREE: Tree = {
  'index.js': '',
  'index.d.ts': '',
  'index.js.map': '',
  'esm/index.mjs': '',
  'esm/index.mts': '',
  'src/only.ts': '',
  'src/only.test.ts': '',
  'README.md': '',
  LICENSE: '',
  'LICENSE.md': '',
  'docs/guide.html': '',
  'docs/NOTICE': '',
  'test/index.js': '',
  'examples/a.js': '',
  'lib/test/index.js': '',
  'lib/__tests__/a.js': '',
  '.github/workflows/ci.yml': '',
  '.eslintrc.json': '',
  '.npmignore': '',
  'tsconfig.json': '',
  'data.map': '',
  '.DS_Store': '',
  'node_modules/other/index.js': '',
  'dist/node_modules/tslib/index.js': '',
}

describe('files/node/package-files', it => {
  it('leaves out what nothing loads', () =>
    pack(TREE, {}, packed => {
      assert.equal(paths(packed), [
        'LICENSE',
        'LICENSE.md',
        'data.map',
        'dist/node_modules/tslib/index.js',
        'docs/NOTICE',
        'esm/index.mjs',
        'index.js',
        'lib/__tests__/a.js',
        'lib/test/index.js',
        'package.json',
        'src/only.test.ts',
        'src/only.ts',
      ])
      assert.equal(
        packed.leftOut.map(({ rule, files }) => [rule, files]),
        [
          ['TypeScript sources', 1],
          ['documentation', 1],
          ['examples and benchmarks', 1],
          ['files of the host', 2],
          ['settings of development tools', 3],
          ['source maps of packages', 1],
          ['tests of packages', 1],
          ['texts of packages', 1],
          ['type declarations', 1],
        ],
      )
    }))

  it('keeps everything but what the host left behind without slimming', () =>
    pack(TREE, { slim: 'none' }, packed => {
      const expected = ['package.json', ...Object.keys(TREE)].filter(
        path => !/^node_modules|DS_Store|npmignore/.test(path),
      )
      assert.equal(paths(packed).sort(), expected.sort())
    }))

  it('leaves out TypeScript and tests at any depth at the strong level', () =>
    pack(TREE, { slim: 'strong' }, packed => {
      assert.equal(
        paths(packed).filter(path => /^(?:src|lib)/.test(path)),
        ['lib/test/index.js'],
      )
    }))

  it('names the owner, and takes commands and scripts for executable, whatever the host says', () =>
    pack(
      { 'cli.js': 'run()', 'tool.sh': '#!/bin/sh\n', 'index.js': '' },
      { manifest: { bin: './cli.js' }, prepare: dir => chmod(join(dir, 'index.js'), 0o755) },
      ({ files }) => {
        assert.equal(
          files.map(({ path, executable, owner }) => [path, executable, owner]),
          [
            ['node_modules/tool/cli.js', true, 'tool@1.2.3'],
            ['node_modules/tool/index.js', false, 'tool@1.2.3'],
            ['node_modules/tool/package.json', false, 'tool@1.2.3'],
            ['node_modules/tool/tool.sh', true, 'tool@1.2.3'],
          ],
        )
      },
    ))

  for (const [why, code] of [
    ['requires them', "require('./test/data')"],
    ['imports them', 'import x from "../test/data.js"'],
    ['joins their path', "fs.readFileSync(path.join(__dirname, 'test', 'data'))"],
  ] as const) {
    it(`keeps tests if the code ${why}`, () =>
      pack({ 'index.js': code, 'test/data.js': '' }, {}, packed => assert.ok(paths(packed).includes('test/data.js'))))
  }

  it('keeps development folders that package.json points into', () => {
    const manifest = {
      main: './docs/main.js',
      exports: { './testing': { import: './test/index.mjs' } },
      bin: { x: 'examples/x.js' },
    }
    return pack(
      { 'docs/main.js': '', 'docs/a.js': '', 'test/index.mjs': '', 'examples/x.js': '' },
      { manifest },
      packed =>
        assert.equal(paths(packed), ['docs/a.js', 'docs/main.js', 'examples/x.js', 'package.json', 'test/index.mjs']),
    )
  })

  it('keeps Markdown that the code reads, the texts of the project aside', () =>
    pack({ 'index.js': "read('./help.md')", 'help.md': '', 'README.md': '' }, {}, packed =>
      assert.equal(paths(packed), ['help.md', 'index.js', 'package.json']),
    ))

  it('keeps declarations for packages that compile', () =>
    pack({ 'lib/lib.es5.d.ts': '' }, { manifest: { name: 'typescript' } }, packed =>
      assert.equal(paths(packed), ['lib/lib.es5.d.ts', 'package.json']),
    ))

  it('keeps the prebuilt add-on of the target alone', () => {
    const tree = {
      'binding.gyp': '',
      'src/tool.cc': '',
      'prebuilds/linux-x64/tool.glibc.node': X64,
      'prebuilds/linux-x64/tool.musl.node': X64,
      'prebuilds/linux-arm64/tool.armv8.glibc.node': ARM64,
      'prebuilds/freebsd-x64/tool.node': X64,
      'prebuilds/darwin-x64+arm64/tool.node': MACH_O,
      'prebuilds/win32-x64/tool.node': DLL,
      'bin/napi-v6/darwin/arm64/libtool.dylib': MACH_O,
      'bin/napi-v6/linux/x64/libtool.so.1': X64,
      'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so': X64,
    }
    return pack(tree, {}, packed => {
      assert.equal(paths(packed), [
        'bin/napi-v6/linux/x64/libtool.so.1',
        'package.json',
        'prebuilds/linux-x64/tool.glibc.node',
      ])
      assert.equal(codes(packed), [])
    }).then(() =>
      pack(tree, { target: testNodeTarget('nodejs22.x', 'arm64') }, packed =>
        assert.equal(paths(packed), ['package.json', 'prebuilds/linux-arm64/tool.armv8.glibc.node']),
      ),
    )
  })

  it('keeps the add-on for the version of Node.js, where there is one for each', () => {
    const tree = {
      'prebuilds/linux-x64/node.abi115.node': X64,
      'prebuilds/linux-x64/node.abi127.node': X64,
      'prebuilds/linux-x64/electron.abi127.node': X64,
    }
    return pack(tree, {}, packed =>
      assert.equal(paths(packed), ['package.json', 'prebuilds/linux-x64/node.abi127.node']),
    ).then(() => pack(tree, { target: testNodeTarget('nodejs26.x') }, packed => assert.is(paths(packed).length, 4)))
  })

  it('keeps what node-gyp made and leaves out what it made it with', () => {
    const tree = {
      'binding.gyp': '',
      'deps/sqlite3/sqlite3.c': '',
      'build/config.gypi': '/home/me',
      'build/binding.Makefile': '',
      'build/deps/x.target.mk': '',
      'build/Release/tool.node': X64,
      'build/Release/obj.target/tool.node': X64,
      'build/Release/lib.a': '',
    }
    return pack(tree, {}, packed => {
      assert.equal(paths(packed), ['build/Release/tool.node', 'package.json'])
      assert.equal(codes(packed), [])
    }).then(() =>
      pack(tree, { slim: 'none' }, packed =>
        assert.equal(paths(packed), [
          'binding.gyp',
          'build/Release/tool.node',
          'deps/sqlite3/sqlite3.c',
          'package.json',
        ]),
      ),
    )
  })

  it('leaves out declarations that package.json names for compilers alone', () => {
    const exports = {
      '.': { types: './a.d.ts', 'types@<=5.4': './b.d.ts', import: { types: './c.d.mts', default: './index.mjs' } },
    }
    return pack({ 'a.d.ts': '', 'b.d.ts': '', 'c.d.mts': '', 'index.mjs': '' }, { manifest: { exports } }, packed =>
      assert.equal(paths(packed), ['index.mjs', 'package.json']),
    )
  })

  it('leaves out tests that only settings of tools name', () =>
    pack(
      {
        'tsconfig.json': '{"exclude":["./test/a"]}',
        'eslint.config.mjs': 'x = ["test/**"]',
        'test/a.js': '',
        'index.js': '',
      },
      {},
      packed => assert.equal(paths(packed), ['eslint.config.mjs', 'index.js', 'package.json']),
    ))

  it('leaves out sources of an add-on that comes in other packages', () =>
    pack({ 'src/binding.gyp': '', 'src/a.cc': '', 'lib/index.js': '' }, {}, packed => {
      assert.equal(paths(packed), ['lib/index.js', 'package.json'])
      assert.equal(codes(packed), [])
    }))

  it('keeps C sources of a package without an add-on: they are its data', () =>
    pack({ 'templates/main.c': '' }, {}, packed => assert.equal(paths(packed), ['package.json', 'templates/main.c'])))

  const addons: readonly (readonly [string, Tree, Options, readonly string[]])[] = [
    ['was not built', { 'binding.gyp': '' }, {}, ['NODE_ADDON_NOT_BUILT']],
    ['was not built and is optional', { 'binding.gyp': '' }, { isOptional: true }, ['NODE_ADDON_OPTIONAL']],
    ['has JavaScript instead', { 'binding.gyp': '', 'fallback.js': '' }, {}, ['NODE_ADDON_OPTIONAL']],
    ['was built for the host', { 'binding.gyp': '', 'build/Release/tool.node': MACH_O }, {}, ['NODE_ADDON_FOREIGN']],
    ['was built for another processor', { 'tool.node': ARM64 }, {}, ['NODE_ADDON_FOREIGN']],
    ['is for another version of Node.js', { 'a.node': forAbi(115), 'b.node': X64 }, {}, ['NODE_ADDON_OTHER_NODE']],
    ["is for the target's version of Node.js", { 'build/Release/tool.node': forAbi(127) }, {}, []],
    ['is for several versions of Node.js', { 'a.node': forAbi(115), 'b.node': forAbi(127) }, {}, []],
    [
      'is for every version of Node.js',
      { 'build/Release/tool.node': Buffer.concat([forAbi(115), Buffer.from('napi_create_object')]) },
      {},
      [],
    ],
    [
      'comes in packages for one platform each',
      { 'binding.gyp': '' },
      { manifest: { optionalDependencies: { '@x/tool-linux-x64': '1' } } },
      [],
    ],
  ]
  for (const [what, tree, options, expected] of addons) {
    it(`tells of an add-on that ${what}: ${expected.join() || 'nothing'}`, () =>
      pack(tree, options, packed => assert.equal(codes(packed), expected)))
  }

  it('says how to build what was not built', () =>
    pack({ 'binding.gyp': '' }, {}, ({ findings }) => {
      assert.match(findings[0]?.message ?? '', 'tool@1.2.3 has no native add-on for linux-x64')
      assert.match(findings[0]?.message ?? '', '`npm rebuild tool`')
      assert.is(findings[0]?.path, 'node_modules/tool')
    }))

  it("keeps Prisma's engine for Amazon Linux, and tells if it is missing", () => {
    const tree = {
      'libquery_engine-debian-openssl-3.0.x.so.node': X64,
      'libquery_engine-rhel-openssl-3.0.x.so.node': X64,
    }
    return pack(tree, {}, packed => {
      assert.equal(paths(packed), ['libquery_engine-rhel-openssl-3.0.x.so.node', 'package.json'])
      assert.equal(codes(packed), [])
    }).then(() =>
      pack(tree, { target: testNodeTarget('nodejs22.x', 'arm64') }, packed => {
        assert.equal(codes(packed), ['PRISMA_ENGINE_MISSING'])
        assert.match(packed.findings[0]?.message ?? '', '"linux-arm64-openssl-3.0.x"')
      }),
    )
  })

  it('takes of a workspace package what it would publish', () => {
    const tree = {
      'dist/index.js': '',
      'src/index.js': '',
      '.npmrc': '',
      '.env': '',
      'lib/a.js': '',
      'lib/b.js': '',
      'main.js': '',
    }
    const manifest = { main: './main.js', files: ['/dist', 'lib/*.js', '!lib/b.js'] }
    return pack(tree, { dir: 'packages/tool', manifest }, packed =>
      assert.equal(paths(packed), ['dist/index.js', 'lib/a.js', 'main.js', 'package.json']),
    ).then(() =>
      pack(tree, { dir: 'packages/tool' }, packed =>
        assert.equal(paths(packed), [
          'dist/index.js',
          'lib/a.js',
          'lib/b.js',
          'main.js',
          'package.json',
          'src/index.js',
        ]),
      ),
    )
  })

  it('makes files of links, and refuses those that lead nowhere, out of the checkout or in a circle', async () => {
    const link = (to: string) => (dir: string) => symlink(to, join(dir, 'link'))
    await pack({ 'data/a.txt': 'a' }, { prepare: link('data') }, packed =>
      assert.equal(paths(packed), ['data/a.txt', 'link/a.txt', 'package.json']),
    )
    await rejects(() => pack({}, { prepare: link('gone') }, () => {}), 'LINK_DANGLING')
    await rejects(() => pack({}, { prepare: link('/') }, () => {}), 'LINK_ESCAPES')
    await rejects(() => pack({}, { prepare: link('.') }, () => {}), 'LINK_CYCLE')
  })
})
