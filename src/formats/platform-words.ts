/** A system, as `os`, `cpu` and `libc` of package.json name it. https://docs.npmjs.com/cli/v11/configuring-npm/package-json#os */
export interface Platform {
  readonly os: string
  readonly cpu: string
  readonly libc: string
}

/** What the words of a name or path say about the platform that it is for; all empty: nothing. */
export interface PlatformWords {
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
}

const OS: Readonly<Record<string, string>> = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  ios: 'ios',
  linux: 'linux',
  macos: 'darwin',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  osx: 'darwin',
  sunos: 'sunos',
  win32: 'win32',
  windows: 'win32',
}

/** `armv8` is prebuildify's word for arm64. https://github.com/prebuild/prebuildify#options */
const CPU: Readonly<Record<string, string>> = {
  aarch64: 'arm64',
  amd64: 'x64',
  arm: 'arm',
  arm64: 'arm64',
  armhf: 'arm',
  armv6: 'arm',
  armv7: 'arm',
  armv7l: 'arm',
  armv8: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
  x64: 'x64',
  x86: 'ia32',
}

const LIBC: Readonly<Record<string, string>> = { alpine: 'musl', glibc: 'glibc', gnu: 'glibc', musl: 'musl' }

/** Reads the platform out of names such as `@img/sharp-linuxmusl-arm64` or `prebuilds/darwin-x64+arm64`. */
export function platformWords(name: string): PlatformWords {
  const words = name
    .toLowerCase()
    .replaceAll('x86_64', 'x64')
    .replace(/linux(musl|glibc)/g, 'linux-$1')
    .split(/[^a-z0-9]+/)
  const named = (table: Readonly<Record<string, string>>) =>
    words.map(word => (Object.hasOwn(table, word) ? (table[word] ?? '') : '')).filter(word => word !== '')
  return { os: named(OS), cpu: named(CPU), libc: named(LIBC) }
}

/** True if the words name both a system and a processor, as the names of packages and folders for one platform do. */
export function namePlatform({ os, cpu }: PlatformWords): boolean {
  return os.length > 0 && cpu.length > 0
}

/** True if nothing that the words say speaks against the target. */
export function wordsFit(words: PlatformWords, target: Platform): boolean {
  const fits = (named: readonly string[], wanted: string) => named.length === 0 || named.includes(wanted)
  return fits(words.os, target.os) && fits(words.cpu, target.cpu) && fits(words.libc, target.libc)
}
