import type { Finding, Severity } from './model.ts'

/** Every finding: its severity, and its message from details. Findings do not stop the work. */
const FINDINGS = {
  // plan
  RUNTIME_PREVIEW: [
    'warning',
    (runtime: string) => `${runtime} is a preview: AWS supports it without SLA and not for production.`,
  ],
  RUNTIME_DEPRECATED: [
    'warning',
    (runtime: string, since: string) =>
      `${runtime} is deprecated since ${since}: AWS blocks creating, later updating such functions. Move to a newer runtime.`,
  ],
  DEPENDENCIES_SEVERAL: [
    'note',
    (used: string, others: readonly string[]) =>
      `Dependencies come from ${used}; not used: ${others.join(', ')}. \`dependencies\` in the config names another.`,
  ],
  // own files
  ENV_FILE_LEFT_OUT: [
    'note',
    (path: string) =>
      `${path} is left out: it may hold secrets. \`environment\` of the function is the place for its values; an \`include\` that names it packs it.`,
  ],
  ENV_FILE_PACKED: [
    'warning',
    (path: string) =>
      `${path} is packed because \`include\` names it. Everyone who may read the function's code can read it.`,
  ],
  CASE_COLLISION: [
    'warning',
    (path: string, other: string) =>
      `${path} and ${other} differ in case alone: on macOS or Windows one of them is lost when the zip is unpacked.`,
  ],
  // report
  LAYER_NOT_COUNTED: [
    'note',
    (arn: string) =>
      `The layer ${arn} is not counted in the unzipped size: the config doesn't give its \`unzippedBytes\`.`,
  ],
  // handler
  HANDLER_MALFORMED: [
    'error',
    (handler: string, words: string) =>
      `Lambda can't use the handler "${handler}". It would say: ${words}. Write it as module.function.`,
  ],
  HANDLER_MODULE_MISSING: [
    'error',
    (handler: string, tried: string, words: string) =>
      `The handler "${handler}" needs ${tried}, which is not in the artifact. Lambda would say: ${words}.`,
  ],
  HANDLER_FUNCTION_MISSING: [
    'error',
    (handler: string, name: string, meant: string | null, words: string) =>
      `The handler "${handler}" needs "${name}", which its module does not have${meant === null ? '.' : `; did you mean "${meant}"?`} Lambda would say: ${words}.`,
  ],
  HANDLER_MODULE_HIDDEN: [
    'error',
    (handler: string, wanted: string, loaded: string, why: string) =>
      `The handler "${handler}" is in ${wanted}, but ${why}. Leave ${loaded} out of the artifact, or give the handler's module another name.`,
  ],
  HANDLER_MODULE_KIND: [
    'error',
    (handler: string, path: string, kind: string, words: string, remedy: string) =>
      `${path}, which the handler "${handler}" names, is loaded as ${kind}, which it isn't. Lambda would say: ${words}. ${remedy}`,
  ],
  // node packages
  EXTERNAL_TWICE: [
    'warning',
    (kept: string, other: string, fromDir: string) =>
      `The bundle loads ${kept}, but ${fromDir} wants ${other}: what is left out of a bundle can be there in one version. Unite them with \`overrides\` (npm, pnpm) or \`resolutions\` (Yarn) in package.json.`,
  ],
  NODE_ADDON_NOT_BUILT: [
    'error',
    (id: string, platform: string, name: string) =>
      `${id} has no native add-on for ${platform}: it wasn't built. Build it on ${platform} with Amazon Linux 2023's glibc (2.34) or an older one: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`, with install scripts allowed.`,
  ],
  NODE_ADDON_FOREIGN: [
    'error',
    (id: string, platform: string, found: string, name: string) =>
      `${id} has a native add-on for ${found} and none for ${platform}. Install it on ${platform}, in a container for instance: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`.`,
  ],
  NODE_ADDON_OTHER_NODE: [
    'error',
    (id: string, built: string, major: number, name: string) =>
      `${id} has a native add-on for ${built}, which Node.js ${major} doesn't load. Install it with Node.js ${major}: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`; or set the runtime to the version that it is for.`,
  ],
  NODE_ADDON_OPTIONAL: [
    'note',
    (id: string, platform: string) => `${id} has no native add-on for ${platform}; what wants it does without.`,
  ],
  PRISMA_ENGINE_MISSING: [
    'error',
    (id: string, wanted: string) =>
      `${id} has no query engine for Lambda. Add "${wanted}" to \`binaryTargets\` of the generator in schema.prisma and run \`npx prisma generate\`.`,
  ],
  PRISMA_NOT_GENERATED: [
    'error',
    () =>
      '@prisma/client is there without the client that it loads: node_modules/.prisma/client was not generated. Run `npx prisma generate`.',
  ],
  // node bundle
  NODE_DYNAMIC_REQUIRE: [
    'warning',
    (name: string | null, place: string) =>
      name === null
        ? `${place} loads a module whose name is only known when it runs, so the module is not in the bundle. Import it by its name, or pack its files with \`include\`.`
        : `${name} (${place}) loads a module whose name is only known when it runs, so the module is not in the bundle. If the function needs it, add "${name}" to \`external\` of \`esbuild\`: it is then packed as files.`,
  ],
  NODE_FILE_BESIDE: [
    'warning',
    (name: string | null, place: string) =>
      name === null
        ? `${place} looks for a file beside itself, which in the artifact is beside the bundle. Import the file, or pack it with \`include\` at the same path from the bundle.`
        : `${name} (${place}) looks for a file beside itself, which the bundle leaves behind. If the function needs it, add "${name}" to \`external\` of \`esbuild\`: it is then packed as files.`,
  ],
  NODE_DECORATOR_METADATA: [
    'warning',
    (place: string, tsconfig: string) =>
      `${place} has decorators, and ${tsconfig} asks for \`emitDecoratorMetadata\`, which esbuild doesn't write. If a framework reads it, compile with tsc and name the compiled file in \`handler\`.`,
  ],
  NODE_EXTERNAL_VERSIONS: [
    'warning',
    (name: string, chosen: string, others: readonly string[]) =>
      `${name} is imported in several versions, and from one bundle all get ${chosen} instead of ${others.join(' and ')}. Install one version that suits all.`,
  ],
  NODE_BUILTIN_UNKNOWN: [
    'error',
    (name: string) =>
      `The code imports "${name}", which no Node.js has. Lambda would say: No such built-in module: ${name}.`,
  ],
  NODE_EXTERNAL_MODULE: [
    'error',
    (name: string) =>
      `${name} is an ES module, and a bundle of \`format\` cjs would \`require\` it, which fails on Lambda. Let the bundle be an ES module (the default), or take ${name} out of \`external\` of \`esbuild\`.`,
  ],
  BUNDLE_WARNING: ['warning', (text: string) => `The bundler says: ${text}.`],
  // python dependencies
  NOT_HASH_LOCKED: [
    'note',
    (file: string) =>
      `${file} has no hashes, so the index decides what is packed. \`uv export\` or \`pip-compile --generate-hashes\` writes them.`,
  ],
  ENVIRONMENT_UNDECLARED: [
    'note',
    (path: string) =>
      `Nothing says what the function needs, so all that is installed in ${path} is packed, but pip, setuptools and wheel. A requirements.txt or a lock would leave out what only development needs.`,
  ],
  ENVIRONMENT_SYSTEM_PACKAGES: [
    'note',
    (path: string) =>
      `${path} also sees the packages of the Python that made it (\`include-system-site-packages\`); those are not packed.`,
  ],
  RUNTIME_SDK_SHARED: [
    'note',
    (name: string, needed: string, runtime: string) =>
      `${name} needs ${needed}, which \`runtimeSdk: omit\` leaves out: it runs with the version that ${runtime} ships.`,
  ],
  PTH_LEFT_OUT: [
    'warning',
    (file: string, name: string, folder: string) =>
      `${file} of ${name} adds the folder "${folder}" to Python's path. Lambda runs no .pth files, so add it to PYTHONPATH in the function's \`environment\` if modules are missing.`,
  ],
  // python resolution and builds
  UNLOCKED: [
    'note',
    (file: string) =>
      `${file} is not locked: its versions were chosen now, and a later run may choose others. \`uv lock\` or \`uv pip compile --generate-hashes\` fixes them.`,
  ],
  NOT_REPRODUCIBLE: [
    'note',
    (name: string) =>
      `${name} has no wheel and was built from its sources here: another build backend or Python may give other bytes. A wheel in a folder of \`findLinks\` fixes them.`,
  ],
  // python indexes
  YANKED: [
    'note',
    (wanted: string) =>
      `${wanted} was yanked by its authors; it is packed because it is pinned. Its page on the index says why.`,
  ],
  WHEEL_NOT_LOCKED: [
    'warning',
    (filename: string) =>
      `${filename} is taken from \`findLinks\` because no locked wheel loads on the target; the lock doesn't know its hash.`,
  ],
} as const satisfies Record<string, readonly [Severity, (...details: never[]) => string]>

export type FindingCode = keyof typeof FINDINGS

/** A finding of the table above. `path` is an archive path or a path on disk; '' for the whole function. */
export function finding<Code extends FindingCode>(
  code: Code,
  path: string,
  ...details: Parameters<(typeof FINDINGS)[Code][1]>
): Finding {
  const [severity, message] = FINDINGS[code] as readonly [Severity, (...details: readonly unknown[]) => string]
  return { code, severity, path, message: message(...details) }
}
