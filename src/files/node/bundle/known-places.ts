type Kind = 'NODE_DYNAMIC_REQUIRE' | 'NODE_FILE_BESIDE'

interface KnownPlace {
  readonly kind: Kind
  readonly package: string
  /** In the package, as it was read; such places move seldom. */
  readonly file: string
  /** What is lost in a bundle, for a note; null: nothing that a function could want. */
  readonly loss: string | null
}

/** Places that every bundle with the package has, and that were read, 2026-11-23. Whoever loads drivers or adapters by name is not here. */
const KNOWN_PLACES: readonly KnownPlace[] = [
  // In a `try`, for modules of Node.js or what it does without.
  { kind: 'NODE_DYNAMIC_REQUIRE', package: '@protobufjs/inquire', file: 'index.js', loss: null },
  { kind: 'NODE_DYNAMIC_REQUIRE', package: 'js-yaml', file: 'lib/js-yaml/type/binary.js', loss: null },
  // Names a hook for templates that are required, of which a bundle has none.
  { kind: 'NODE_DYNAMIC_REQUIRE', package: 'handlebars', file: 'lib/index.js', loss: null },
  // Settings that a command line names.
  { kind: 'NODE_DYNAMIC_REQUIRE', package: 'yargs', file: 'build/lib/utils/apply-extends.js', loss: null },
  { kind: 'NODE_DYNAMIC_REQUIRE', package: 'yargs-parser', file: 'build/lib/index.js', loss: null },
  // Translations of its own messages, which are English without.
  { kind: 'NODE_FILE_BESIDE', package: 'yargs', file: 'lib/platform-shims/esm.mjs', loss: null },
  // A service for debugging that nobody turns on by chance.
  { kind: 'NODE_FILE_BESIDE', package: '@grpc/grpc-js', file: 'build/src/channelz.js', loss: null },
  {
    kind: 'NODE_DYNAMIC_REQUIRE',
    package: 'express',
    file: 'lib/view.js',
    loss: 'view engines, which only `res.render` needs',
  },
  { kind: 'NODE_DYNAMIC_REQUIRE', package: 'moment', file: 'moment.js', loss: 'locales other than English' },
  {
    kind: 'NODE_DYNAMIC_REQUIRE',
    package: 'kysely',
    file: 'dist/esm/migration/file-migration-provider.js',
    loss: 'migrations in files',
  },
  {
    kind: 'NODE_FILE_BESIDE',
    package: 'socket.io',
    file: 'dist/index.js',
    loss: 'the client that it serves to browsers',
  },
]

/** What is known of a place of a package's code. */
export function knownPlace(kind: Kind, packageName: string, file: string): Pick<KnownPlace, 'loss'> | null {
  return KNOWN_PLACES.find(one => one.kind === kind && one.package === packageName && one.file === file) ?? null
}
