import * as assert from 'uvu/assert'
import { isForeignName, isForeignPackage } from '../../../src/files/node/platform.ts'
import { parsePackageJson } from '../../../src/formats/package-json.ts'
import { platformWords } from '../../../src/formats/platform-words.ts'
import { describe } from '../../helpers.ts'
import { testNodeTarget } from '../../worlds.ts'

const TARGET = testNodeTarget()

/** Names of real packages, and whether one for linux-x64 with glibc has no use for them. */
const NAMES: readonly (readonly [string, boolean])[] = [
  ['@img/sharp-linux-x64', false],
  ['@img/sharp-linuxmusl-x64', true],
  ['@img/sharp-linux-arm64', true],
  ['@img/sharp-libvips-darwin-x64', true],
  ['@img/sharp-wasm32', true],
  ['@img/colour', false],
  ['@libsql/linux-x64-gnu', false],
  ['@libsql/linux-x64-musl', true],
  ['@esbuild/linux-x64', false],
  ['@esbuild/win32-x64', true],
  ['@napi-rs/canvas-linux-arm-gnueabihf', true],
  ['@node-rs/bcrypt-android-arm64', true],
  ['@parcel/watcher-linux-x64-glibc', false],
  ['fsevents', false],
  ['cpu-features', false],
]

/** `os`, `cpu`, `libc` and name of a package, and whether it is for another platform. */
const MANIFESTS: readonly (readonly [Readonly<Record<string, unknown>>, boolean])[] = [
  [{}, false],
  [{ os: ['linux', 'darwin'], cpu: ['x64'] }, false],
  [{ os: ['darwin'] }, true],
  [{ os: ['!win32'] }, false],
  [{ os: ['!linux'] }, true],
  [{ cpu: ['arm64'] }, true],
  [{ cpu: 'any' }, false],
  [{ os: ['linux'], libc: ['musl'] }, true],
  [{ os: ['linux'], libc: ['glibc'] }, false],
  [{ os: ['linux'], cpu: ['x64'], name: '@libsql/linux-x64-musl' }, true],
  [{ os: ['linux'], cpu: ['x64'], name: '@libsql/linux-x64-gnu' }, false],
  [{ name: 'musl' }, false],
]

describe('files/node/platform', it => {
  for (const [name, expected] of NAMES) {
    it(`takes ${name} for ${expected ? 'another platform' : 'the target or any'}`, () => {
      assert.is(isForeignName(name, TARGET), expected)
    })
  }

  for (const [json, expected] of MANIFESTS) {
    it(`takes ${JSON.stringify(json)} for ${expected ? 'another platform' : 'the target or any'}`, () => {
      assert.is(isForeignPackage(parsePackageJson(JSON.stringify(json)), TARGET), expected)
    })
  }

  it('reads words in the spellings of several tools', () => {
    assert.equal(platformWords('prebuilds/darwin-x64+arm64'), { os: ['darwin'], cpu: ['x64', 'arm64'], libc: [] })
    assert.equal(platformWords('linux_x86_64'), { os: ['linux'], cpu: ['x64'], libc: [] })
    assert.equal(platformWords('linuxglibc-x64'), { os: ['linux'], cpu: ['x64'], libc: ['glibc'] })
    assert.equal(platformWords('argon2.armv8.musl.node'), { os: [], cpu: ['arm64'], libc: ['musl'] })
  })
})
