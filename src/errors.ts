/** Every message of a mistake that stops the work. The key is the stable code; the text says what is wrong, where, and what to do. */
const MESSAGES = {
  // system
  TOOL_FAILED: (command: string, exitCode: number | string, tail: string) =>
    `\`${command}\` ended with ${exitCode}:\n${tail}`,
  FILE_UNREADABLE: (path: string, why: string) => `${path} can't be read: ${why}.`,
  NETWORK_UNREACHABLE: (url: string, why: string) =>
    `${url} can't be reached: ${why}. Check the network, the address, and HTTPS_PROXY if a proxy stands between.`,
  DOWNLOAD_REFUSED: (url: string, status: number) =>
    `${url} can't be downloaded: the server answered ${status}.${status === 401 || status === 403 ? ' Give credentials for its host in the index URL or in ~/.netrc.' : ''}`,
  DOWNLOAD_TOO_LARGE: (url: string, bytes: number) =>
    `${url} sends more than the ${bytes} bytes that are expected, so it isn't the file that is wanted. Check the URL, or lock again.`,
  CERTIFICATES_UNREADABLE: (from: string, path: string, why: string) =>
    `${from} names the certificates ${path}, which can't be read: ${why}. Correct it or remove it.`,
  PROXY_UNSUPPORTED: (from: string, proxy: string) =>
    `${from} names the proxy "${proxy}". Name one whose URL starts with http:// or https://.`,
  // archives
  ARCHIVE_DAMAGED: (path: string, why: string) =>
    `${path} is damaged: ${why}. Remove it and let it be downloaded or built again.`,
  ARCHIVE_UNSAFE_NAME: (path: string, name: string) =>
    `${path} holds a file named ${JSON.stringify(name)}, which would be written outside of the folder that it is unpacked to. No honest tool makes such an archive: don't use it.`,
  UNSAFE_PATH: (name: string) =>
    `A file would be packed as ${JSON.stringify(name)}. Paths in an artifact are relative, separated by "/", and without "..", backslash, NUL or drive letter: rename the file.`,
  // zips that are checked
  ZIP_MISSING: (path: string, isThere: boolean) =>
    isThere
      ? `${path} is a folder. Name a zip.`
      : `${path}: there is no such file. Correct the path, or make the zip first.`,
  ZIP_UNREADABLE: (path: string, why: string) =>
    `${path} can't be read as a zip: ${why}. Lambda would say: Could not unzip uploaded file. Make it again.`,
  ZIP_TOO_LARGE: (path: string, bytes: number, most: number, limit: number) =>
    `${path} unpacks to ${bytes} bytes. Lambda takes less than ${limit}, and lpack looks into zips of up to ${most}: leave files out.`,
  ZIP_RUNTIME_NEEDED: (path: string, python: string, node: string) =>
    `${path} doesn't say which runtime it is for. Name it, such as --runtime ${python} or --runtime ${node}, and --architecture arm64 if that isn't x86_64.`,
  RUNTIME_UNKNOWN: (runtime: string, runtimes: readonly string[], meant: string | null) =>
    `--runtime is "${runtime}"${meant === null ? '.' : `; did you mean "${meant}"?`} Choose one of ${runtimes.join(', ')}.`,
  RUNTIME_GONE: (runtime: string, since: string, runtimes: readonly string[]) =>
    `--runtime is "${runtime}", and since ${since} AWS lets no function of that runtime be created or updated. Choose one of ${runtimes.join(', ')}.`,
  CODE_UNKNOWN: (code: string, meant: string | null) =>
    `There is no finding "${code}"${meant === null ? '.' : `; did you mean "${meant}"?`} \`lpack check --list\` lists them all.`,
  // init
  CONFIG_THERE: (file: string, isAbove: boolean) =>
    isAbove
      ? `${file} is the config of this folder, too: add what is here to its \`functions\`.`
      : `${file} is there already, and \`lpack init\` overwrites nothing. Edit it, or remove it first.`,
  INIT_UNSURE: (label: string, key: string, why: string) =>
    `${label}no file here says the ${key}${why === '' ? '' : `: ${why}`}. Run \`lpack init\` in a terminal, without --yes, and it asks for it; or write lpack.config.yaml yourself.`,
  // config
  CONFIG_NOT_FOUND: (file: string) => `--config names ${file}, which does not exist.`,
  CONFIG_IS_FOLDER: (file: string) => `--config names ${file}, which is a folder. Name the config file in it.`,
  CONFIG_TWICE: (dir: string, names: readonly string[]) =>
    `${dir} has ${names.length} configs: ${names.join(', ')}. Keep one, or name it with --config.`,
  CONFIG_KEY_MISSING: (file: string, key: string) =>
    `${file} has no "${key}". Add it, or name another file with --config.`,
  CONFIG_UNREADABLE: (file: string, line: number | null, column: number | null, why: string) =>
    `${file}${line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`}: ${why.replace(/\.$/, '')}.`,
  CONFIG_WITHOUT_DEFAULT: (file: string) =>
    `${file} has no default export. Write \`export default defineConfig({ … })\`.`,
  CONFIG_THREW: (file: string, message: string) => `${file} threw an error when it was loaded: ${message}`,
  CONFIG_INVALID: (lines: readonly string[]) => lines.join('\n'),
  OUT_DIR_HOLDS_FUNCTION: (outDir: string, root: string) =>
    `--out-dir is "${outDir}", which holds the function's folder ${root}. Name a folder of its own.`,
  NAME_NEEDED: (dir: string) =>
    `${dir} has a name that can't become a function's. Write a config with a name, such as lpack.config.json: { "name": "hello" }`,
  RUNTIME_NOT_INFERRED: (why: string, runtimes: readonly string[]) =>
    `The runtime can't be inferred: ${why}. Write a config that names one of ${runtimes.join(', ')}, such as lpack.config.json: { "runtime": "${runtimes[runtimes.length - 1] ?? ''}" }`,
  NOTHING_TO_PACK: (dir: string, why: string, example: string) =>
    `${dir} has no lpack config and nothing that tells what to pack: ${why}.\nAdd such a file, go to the function's folder, or write a config, such as lpack.config.json:\n  ${example}`,
  PYTHON_OR_NODE: (dir: string, python: string, node: string) =>
    `${dir} can be packed as Python or as Node.js. Write lpack.config.json as one of:\n  ${python}\n  ${node}`,
  // node bundle
  BUNDLE_FAILED: (name: string, lines: readonly string[]) =>
    `Function "${name}" can't be bundled:\n  ${lines.join('\n  ')}`,
  MODULE_NOT_INSTALLED: (name: string, lines: readonly string[], command: string) =>
    `Function "${name}" imports what is not installed:\n  ${lines.join('\n  ')}\nRun \`${command}\`. Name what a layer or the runtime brings in \`external\` of \`esbuild\`.`,
  // node packages
  PACKAGE_JSON_DAMAGED: (path: string, why: string) =>
    `${path} can't be read as JSON: ${why}. Correct it, or install the package anew.`,
  NODE_INSTALL_STALE: (nodeModules: string, lock: string, name: string, command: string) =>
    `${nodeModules} is not what ${lock} says: it has another version of ${name}, or none. Run \`${command}\`.`,
  NODE_PNP_EXTERNAL: (packages: readonly string[], settings: string) =>
    `${packages.join(', ')} can't be bundled and must be packed as files, which Yarn Plug'n'Play keeps in zips. Set \`nodeLinker: node-modules\` in ${settings} and run \`yarn install\`.`,
  NODE_TARGET_PACKAGE_MISSING: (packages: readonly string[], target: string, why: string, command: string) =>
    `${packages.join(', ')} is needed on ${target}, is not installed, and can't be fetched: ${why}. Run \`${command}\`.`,
  NODE_MANAGER_UNFIT: (packages: readonly string[], target: string, why: string, command: string) =>
    `${packages.join(', ')} is needed on ${target}, is not installed, and can't be fetched: ${why}. Put the project's package manager on PATH, or run \`${command}\` where it is.`,
  NODE_FETCH_FAILED: (packages: readonly string[], target: string, failure: string, command: string) =>
    `${packages.join(', ')} is needed on ${target}, is not installed, and can't be fetched. ${failure}\nFix what that says, or run \`${command}\`.`,
  PACKAGES_WITHOUT_END: (id: string, place: string) =>
    `${id} and versions of the packages that it requires require each other in turn, so that they would nest without end, as in ${place}. Unite the versions with \`overrides\` (npm, pnpm) or \`resolutions\` (Yarn) in package.json.`,
  // python dependencies
  DISTRIBUTIONS_COLLIDE: (path: string, one: string, other: string) =>
    `${one} and ${other} both hold "${path}", with different content. Only one of them can be installed: remove one from what is locked.`,
  LOCK_INCOMPLETE: (file: string, runtime: string, unmet: readonly string[]) =>
    `${file} lacks what its packages need on ${runtime}:\n${unmet.map(line => `  - ${line}`).join('\n')}\nLock again, for this Python and Linux: \`uv pip compile\` or \`pip-compile\`.`,
  ENVIRONMENT_UNREADABLE: (path: string, why: string) =>
    `${path} can't be read as a virtual environment: ${why}. Create it again, or name another source in \`dependencies\`.`,
  ENVIRONMENT_OTHER_PYTHON: (path: string, version: string, runtime: string, wanted: string) =>
    `${path} is of Python ${version}, but the function runs on ${runtime}. Create it again with Python ${wanted} (\`uv venv --python ${wanted}\`), set \`runtime\` to python${version}, or lock the dependencies: a lock needs no environment.`,
  ENVIRONMENT_FOREIGN: (path: string, target: string, foreign: readonly string[]) =>
    `${path} holds packages that don't load on ${target}:\n${foreign.map(line => `  - ${line}`).join('\n')}\nLock the dependencies (\`uv lock\`), so that the wheels of the target are taken. Or, with uv installed, name the requirements.txt or pyproject.toml in \`dependencies\`: uv resolves it without the environment.`,
  ENVIRONMENT_INCOMPLETE: (path: string, declaredIn: string, unmet: readonly string[]) =>
    `${path} doesn't hold what ${declaredIn} asks for:\n${unmet.map(line => `  - ${line}`).join('\n')}\nInstall it there (\`pip install -r …\`, \`uv sync\`), or lock the dependencies.`,
  ENVIRONMENT_BROKEN: (path: string, why: string) =>
    `${path} can't be packed as it is installed: ${why}. Install it again with a current pip or uv.`,
  ENVIRONMENT_LEGACY: (path: string, name: string) =>
    `${name} is installed by setup.py (${path}), which doesn't say what it needs. Install it again with a current pip or uv, which make a wheel of it.`,
  ENVIRONMENT_DYNAMIC: (manifest: string, path: string) =>
    `${manifest} leaves its dependencies to its build backend (\`dynamic\`), and the project is not installed in ${path}, where they could be read. Install it there (\`pip install -e .\`), lock it, or name a requirements file in \`dependencies\`.`,
  WHEEL_MALFORMED: (path: string, why: string) =>
    `${path} can't be unpacked as a wheel: ${why}. Build it again with a current build backend, or take another version.`,
  LOCK_UNREADABLE: (path: string, why: string) =>
    `${path} can't be read as a lock file: ${why}. Lock again with the tool that wrote it.`,
  LOCK_STALE: (lock: string, manifest: string, changed: string, command: string) =>
    `${lock} is not up to date with ${manifest}: ${changed}. Run \`${command}\`.`,
  LOCK_MANIFEST_MISSING: (lock: string, manifest: string) =>
    `${lock} can't be used without ${manifest}, which says what the project asks for. Put it there, or name another source in \`dependencies\`.`,
  LOCK_NAME_UNKNOWN: (kind: 'group' | 'extra', name: string, file: string, known: readonly string[]) =>
    `\`${kind}s\` names "${name}", which ${file} doesn't have. ${known.length === 0 ? `It has no ${kind}s: remove the name` : `It has: ${known.join(', ')}`}.`,
  LOCK_PYTHON: (lock: string, requires: string, version: string, runtime: string) =>
    `${lock} is for Python ${requires}, which leaves out the ${version} of ${runtime}. Change the project's Python range and lock again, or choose another runtime.`,
  LOCK_PLATFORM: (lock: string, environments: readonly string[], target: string) =>
    `${lock} is for other platforms than ${target}: ${environments.join('; ')}. Add this platform to them and lock again.`,
  LOCK_TWO_VERSIONS: (lock: string, name: string, versions: readonly string[]) =>
    `${lock} selects ${name} twice for this function: ${versions.join(' and ')}. Ask for groups and extras that go together, or lock again.`,
  LOCK_UNSUPPORTED: (lock: string, name: string, what: string) =>
    `${lock} takes ${name} from ${what}, which lpack doesn't build. Lock it from an index, a wheel, git or a folder.`,
  REQUIREMENTS_UNREADABLE: (path: string, line: number, why: string) => `${path}, line ${line}: ${why}.`,
  REQUIREMENTS_MISSING: (path: string, includedIn: string, line: number) =>
    `${includedIn}, line ${line} includes ${path}, where there is no file. Correct the path, or remove the line.`,
  REQUIREMENTS_HASH_MISSING: (path: string, line: number, requirement: string) =>
    `${path}, line ${line}: ${requirement} has no hash, though others have. Give all lines hashes, or none; \`uv export\` and \`pip-compile --generate-hashes\` write them.`,
  WHEELS_SEVERAL_VERSIONS: (dir: string, name: string, versions: readonly string[]) =>
    `${dir} holds ${name} in several versions: ${versions.join(', ')}. Keep the one that is to be packed.`,
  WHEELS_UNFIT: (dir: string, name: string, runtime: string, architecture: string, wheels: readonly string[]) =>
    `${dir} holds no wheel of ${name} that loads on ${runtime}/${architecture}, but ${wheels.join(', ')}. Add one that does.`,
  // python resolution and builds
  PYPROJECT_UNRESOLVABLE: (path: string, why: string) => `${path} ${why}.`,
  UNLOCKED_NEEDS_UV: (path: string, target: string, why: string) =>
    `${path} is not locked, and nothing here can resolve it for ${target}: ${why}. Install uv, or lock it where uv is: \`uv lock\` for a pyproject.toml, \`uv pip compile --universal --generate-hashes\` for a requirements file.`,
  UV_TOO_OLD: (uv: string) =>
    `${uv} is too old: lpack needs \`uv pip compile --format pylock.toml\`, which came with uv 0.7. Update it, or lock the dependencies.`,
  RESOLUTION_FAILED: (path: string, target: string, tool: string, explanation: string) =>
    `${tool} finds no versions for ${target} that satisfy ${path}. Loosen what it asks for, or choose another runtime. ${tool} says:\n${explanation}`,
  LOCAL_PROJECT_MISSING: (name: string, path: string) =>
    `${name} is the project ${path}, where there is no folder. Put it there, or lock again.`,
  LOCAL_PROJECT_UNBUILDABLE: (path: string, why: string) =>
    `The project ${path} can't be packed: neither uv nor a Python with pip is on PATH to build it, and its wheel can't be made from its sources alone: ${why}. Install uv, or put a wheel of it into a folder of \`findLinks\`.`,
  SDIST_NEEDS_UV: (wanted: string, filename: string) =>
    `${wanted} has no wheel, only a source distribution (${filename}), and neither uv nor a Python with pip is on PATH to build it. Install uv, or put a wheel of it into a folder of \`findLinks\`.`,
  GIT_MISSING: (name: string, url: string) =>
    `${name} comes from ${url}, and git is not on PATH. Install git, or put a wheel of it into a folder of \`findLinks\`.`,
  BUILD_FAILED: (what: string, output: string) =>
    `${what} can't be built. Fix what its build backend says below, or put a wheel of it into a folder of \`findLinks\`:\n${output}`,
  BUILT_FOR_THIS_MACHINE: (what: string, filename: string, target: string) =>
    `${what} holds native code: its build gave ${filename}, which is for this machine and may not load on ${target}. Build the wheel for the target (in an image of the runtime, say) and put it into a folder of \`findLinks\`.`,
  // python indexes
  CACHE_UNWRITABLE: (dir: string, why: string) =>
    `The cache folder ${dir} can't be written: ${why}. Free space or correct its permissions, or use --no-cache.`,
  INDEX_SETTINGS_BROKEN: (from: string, why: string) => `${from}: ${why}.`,
  INDEX_REFUSED: (url: string, status: number) =>
    `The index page ${url} can't be read: the server answered ${status}.${status === 401 || status === 403 ? ' Give credentials for its host in the index URL or in ~/.netrc.' : ''}`,
  INDEX_UNREADABLE: (url: string, why: string) =>
    `The index page ${url} isn't one of the simple repository API: ${why}. Check the index URL; it mostly ends in /simple.`,
  INDEX_LACKS_FILE: (wanted: string, where: string, why: string) =>
    `${wanted} isn't on ${where}${why === '' ? '' : ` (${why})`}. Check the name and the index, upload it there, or name a folder that holds it in \`findLinks\`.`,
  NO_INDEX_ALLOWED: (wanted: string, from: string) =>
    `${wanted} isn't in the find-links folders, and ${from} allows no index. Put the wheel into such a folder, or unset ${from}.`,
  FIND_LINKS_MISSING: (path: string) =>
    `\`findLinks\` names ${path}, where there is no folder. Correct it, or make the folder.`,
  HASH_MISMATCH: (filename: string, where: string, expected: string, got: string) =>
    `${filename} from ${where} isn't the file that is locked: expected sha256 ${expected}, got ${got}. Either the file was changed, or the lock is of another one: find out which before you lock again.`,
  SIZE_MISMATCH: (filename: string, where: string, expected: number, got: number) =>
    `${filename} from ${where} has ${got} bytes, not the ${expected} that are expected. Try again; if it stays so, lock again.`,
  WHEEL_MISNAMED: (filename: string, wanted: string) =>
    `"${filename}" isn't the name of a wheel of ${wanted}. Lock again, or correct the URL or path.`,
  WHEEL_NOT_FOR_TARGET: (where: string, wanted: string, target: string) =>
    `${where}, which is named for ${wanted}, doesn't load on ${target}. Name a wheel for this target, or pin a version from an index.`,
  NO_WHEEL: (wanted: string, target: string, existing: string, waysOut: readonly string[]) =>
    `${wanted} has no wheel for ${target}. ${existing}\nWhat helps:\n${waysOut.map(way => `  - ${way}`).join('\n')}`,
  // remote cache
  REMOTE_CACHE_OFF: (server: string, why: string) =>
    `The remote cache ${server} is not used for the rest of this run: ${why}. What it might have had is compressed here.`,
  REMOTE_CACHE_NO_UPLOADS: (server: string, why: string) =>
    `Nothing more is uploaded to the remote cache ${server} in this run: ${why}. If it is only to be read, set LPACK_REMOTE_CACHE_READ_ONLY=1.`,
  REMOTE_CACHE_UPLOADS_LEFT: (server: string, left: number, all: number) =>
    `${left} of ${all} uploads to the remote cache ${server} did not end in time. A later run makes up for it.`,
  REMOTE_CACHE_UNUSABLE: (shown: string) =>
    `LPACK_REMOTE_CACHE is "${shown}", which is no http or https URL. Write it such as https://cache.example.com/lpack, or unset it.`,
  REMOTE_CACHE_TOKEN_UNUSABLE: () =>
    'LPACK_REMOTE_CACHE_TOKEN holds spaces, line breaks or other characters that no token has. Set it to the token alone, without "Bearer".',
  // image contexts and engines
  IMAGE_NEEDS_COMMANDS: (name: string, reasons: readonly string[]) =>
    `Function "${name}": an image without an engine is made of files alone, but ${reasons.join(', and ')}. Use \`lpack image --build\`, which runs commands in an engine.`,
  IMAGE_FOLDER_TAKEN: (path: string) =>
    `${path} is where the image's folder belongs, and lpack didn't make it. Move it, or name another folder with --out-dir.`,
  CONTEXT_NAMES_COLLIDE: (path: string, outDir: string) =>
    `"${path}" can't be in a build context in ${outDir} beside another file: the file system there ignores case. Rename one of the two, or name a folder elsewhere with --out-dir.`,
  PUSH_REFUSED: (name: string, errors: readonly { readonly code: string; readonly message: string }[]) =>
    `"${name}" is not pushed, for it would not start:\n${errors.map(({ code, message }) => `  ${code}: ${message}`).join('\n')}`,
  PUSH_REFERENCE_UNUSABLE: (reference: string) =>
    `--push is "${reference}", which names no image. Write it as registry/repository:tag, in lower case, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}:latest.`,
  PUSH_NAME_NEEDED: (reference: string, functions: number) =>
    `--push is "${reference}", and ${functions} functions are to be pushed. Write {name} where the function's name belongs, or name one function.`,
  ENGINE_UNKNOWN: (engine: string, known: readonly string[], meant: string | null) =>
    `There is no engine "${engine}"${meant === null ? '.' : `; did you mean "${meant}"?`} lpack knows ${known.join(', ')}.`,
  ENGINE_MISSING: (engines: readonly string[]) =>
    engines.length === 1
      ? `${engines[0]} is not on PATH, or is another program of that name. Install it, choose another engine, or use --oci or --push, which need none.`
      : `None of ${engines.join(', ')} is on PATH. Install one, build the folder where one is, or use --oci or --push, which need none.`,
  ENGINE_NOT_READY: (refusals: readonly string[]) =>
    `No engine is ready to build:\n${refusals.map(line => `  - ${line}`).join('\n')}\nStart it, or use --oci or --push, which need none.`,
  BUILDX_MISSING: (name: string) =>
    `Function "${name}": its Dockerfile has RUN --mount, which docker knows only with buildx. Install buildx (https://github.com/docker/buildx), or choose another engine with --engine.`,
  IMAGE_NOT_BUILT: (tag: string, engine: string, failure: string) => `${engine} doesn't build ${tag}. ${failure}`,
  // images: base, layers, config
  LAYER_FILE_HIDES: (path: string) =>
    `${path} has a name that starts with ".wh.": in a layer of an image it would hide the file below that has the rest of the name, and not be there itself. Rename it, or leave it out with \`exclude\`.`,
  BASE_UNUSABLE: (reference: string, why: string) =>
    `The base image ${JSON.stringify(reference)} can't be used: ${why}. Correct \`image.base\`, or remove it to have AWS's own.`,
  BASE_ARCHITECTURE: (reference: string, architecture: string, there: readonly string[]) =>
    `The base image ${reference} is not there for ${architecture}, but for ${there.length === 0 ? 'nothing that runs on Linux' : there.join(', ')}. Correct \`image.base\`, or \`architecture\`.`,
  BASE_NOT_CACHED: (reference: string) =>
    `--offline: the cache doesn't have all of the base image ${reference}. Run once without --offline.`,
  TOO_MANY_LAYERS: (reference: string, layers: number, most: number) =>
    `The image would have ${layers} layers, and engines take at most ${most}. Copy less with \`image.copy\`, or choose another base than ${reference}.`,
  EPOCH_UNREADABLE: (text: string) =>
    `SOURCE_DATE_EPOCH is "${text}". Set it to seconds since 1970, such as 1767225600, or unset it.`,
  // command line
  COMMAND_UNKNOWN: (command: string, meant: string | null) =>
    `There is no command "${command}"${meant === null ? '.' : `; did you mean "${meant}"?`} \`lpack --help\` lists what there is.`,
  OPTION_UNKNOWN: (option: string, meant: string | null) =>
    `There is no option "${option}"${meant === null ? '.' : `; did you mean "--${meant}"?`} \`lpack --help\` lists what there is.`,
  OPTION_MISUSED: (why: string) => `${why}. \`lpack --help\` shows how.`,
  OPTIONS_CONFLICT: (options: readonly string[]) =>
    `${options.map(one => `--${one}`).join(' and ')} exclude each other. Keep one.`,
  // The functions of the package.
  CALL_OPTION_UNKNOWN: (call: string, option: string, meant: string | null, known: readonly string[]) =>
    `${call}() has no option "${option}"${meant === null ? '' : `; did you mean "${meant}"?`} It takes ${known.join(', ')}.`,
  // report --diff
  DIFF_MISSING: (path: string) =>
    `--diff names ${path}, where there is nothing. Name an earlier zip, a folder of zips, or what \`lpack report --json\` printed.`,
  DIFF_UNREADABLE: (path: string, why: string) =>
    `${path} can't be compared with: ${why}. Name an earlier zip, a folder of zips, or what \`lpack report --json\` printed.`,
  DIFF_WITHOUT_FILES: (path: string) =>
    `${path} doesn't tell the files of an artifact, as \`lpack zip\` and \`lpack check\` don't. Compare with a zip, or with what \`lpack report --json\` printed.`,
  DIFF_OF_SEVERAL: (path: string, names: readonly string[]) =>
    `${path} is one zip, and the report is of ${names.length}: ${names.join(', ')}. Name one of them, or compare with a folder of zips or what \`lpack report --json\` printed.`,
  DIFF_OTHER_FUNCTIONS: (path: string, there: readonly string[], names: readonly string[]) =>
    `${path} has nothing of ${names.join(', ')}; it has ${there.length === 0 ? 'no zip' : there.join(', ')}. Compare with an earlier artifact of the same function.`,
  // why
  WHY_UNKNOWN: (asked: string, name: string, meant: string | null, source: string) =>
    `Nothing brings "${asked}" into function "${name}"${source === '' ? '' : `, and ${source} doesn't name it`}${meant === null ? '. Name a package, or a file or folder as the artifact has it.' : `; did you mean "${meant}"?`}`,
  // report
  ARTIFACT_MISSING: (name: string, path: string) =>
    `Function "${name}" has no zip: ${path} does not exist. Run \`lpack zip\` first.`,
  // plan
  FUNCTION_UNKNOWN: (name: string, known: readonly string[], meant: string | null) =>
    `The config has no function "${name}"${meant === null ? '.' : `; did you mean "${meant}"?`} It has: ${known.join(', ')}.`,
  DEPENDENCIES_MISSING: (name: string, path: string) =>
    `Function "${name}": \`dependencies\` names ${path}, where there is nothing. Correct the path, or remove the key to let lpack look.`,
  DEPENDENCIES_UNKNOWN: (name: string, path: string) =>
    `Function "${name}": \`dependencies\` names ${path}, which is no lock file (uv.lock, pylock.toml, poetry.lock, pdm.lock, Pipfile.lock), requirements file (*.txt, *.in), pyproject.toml, virtual environment or folder of wheels. Name one of these.`,
  MANIFEST_BROKEN: (path: string, why: string) => `${path} is not TOML: ${why}. Correct it.`,
  HANDLER_UNUSABLE: (name: string, handler: string, words: string) =>
    `Function "${name}": Lambda can't use the handler "${handler}". It would say: ${words}. Write it as module.function, such as src/index.handler: the path from the function's root, without "..", and no dot in the module's name.`,
  ENTRY_NOT_FOUND: (
    name: string,
    handler: string,
    module: string,
    extensions: readonly string[],
    root: string,
    meant: string | null,
  ) =>
    `Function "${name}": the handler "${handler}" needs a file ${module} with one of ${extensions.join(', ')} in ${root}, and there is none${meant === null ? '. Correct the handler, or build what it names first.' : `; did you mean "${meant}"?`}`,
  ENTRY_NOT_BUILT: (name: string, handler: string, module: string, source: string) =>
    `Function "${name}": the handler "${handler}" needs ${module}.js, .mjs or .cjs, and only its source ${source} is there. With \`esbuild: false\` files are packed as they are: build it first, or remove \`esbuild: false\` to have it bundled.`,
  // own files
  PATTERN_MATCHES_NOTHING: (name: string, key: string, pattern: string, root: string) =>
    `Function "${name}": the pattern "${pattern}" in \`${key}\` matches nothing under ${root}. Correct or remove it.`,
  LINK_ESCAPES: (path: string, target: string, boundary: string) =>
    `${path} is a link to ${target}, outside of ${boundary}. Copy what it leads to into the project, or leave the link out with \`exclude\`.`,
  LINK_DANGLING: (path: string) =>
    `${path} is a link to a path where nothing is. Correct it, or leave it out with \`exclude\`.`,
  LINK_CYCLE: (path: string) =>
    `${path} is a link that leads back to a folder that it is in. Correct it, or leave it out with \`exclude\`.`,
  FILE_SPECIAL: (path: string) => `${path} is neither a file nor a folder. Leave it out with \`exclude\`.`,
  COPY_MISSING: (name: string, path: string) =>
    `Function "${name}": \`image.copy\` names ${path}, where nothing is. Put it there, or correct the path; it starts at the function's root.`,
  COPY_OUTSIDE: (name: string, path: string, target: string, boundary: string) =>
    `Function "${name}": \`image.copy\` names ${path}, which ${path === target ? 'is' : `leads to ${target},`} outside of ${boundary}. Copy what it holds into the project.`,
  COPY_EMPTY: (name: string, path: string) =>
    `Function "${name}": \`image.copy\` names ${path}, and no file of it is left to copy: it is empty, or \`exclude\` or a default exclusion leaves everything out. Correct one of them.`,
  FILES_COLLIDE: (path: string, owner: string, other: string) =>
    `${path} comes from ${owner} and, with other content, from ${other}. Only one can be there: rename yours, leave it out with \`exclude\`, or drop the package.`,
  NODE_PACKAGES_MISSING: (missing: readonly string[], dir: string) =>
    `${dir}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} needed at run time and not installed. Install what the lock file says (\`npm ci\`, \`pnpm install\`, \`yarn install\`), or remove what isn't needed from package.json.`,
  FILE_IS_FOLDER: (path: string, owner: string, below: string, other: string) =>
    `${path} of ${owner} is a file where ${below} of ${other} needs a folder. Only one can be there: rename yours, leave it out with \`exclude\`, or drop the package.`,
  // cache
  CACHE_NOT_USED: (dir: string, why: string) =>
    `The cache folder ${dir} can't be written: ${why}. This run goes on without it, and makes the same.`,
  CACHE_NOT_CLEARED: (path: string, why: string) =>
    `${path} can't be removed: ${why}. Check its permissions and what uses it, and run again.`,
  CACHE_SIZE_UNREADABLE: (size: string) =>
    `LPACK_CACHE_SIZE is "${size}". Write a size, such as "500 MB" or "2 GB"; --no-cache keeps nothing.`,
  // registries
  IMAGE_DIGEST_UNSUPPORTED: (where: string, digest: string) =>
    `${where} is named by the digest "${digest}". lpack verifies sha256 alone: name the image by its sha256 digest or by a tag.`,
  IMAGE_PUSH_NEEDS_TAG: (reference: string) =>
    `An image can't be pushed to ${reference}, for a digest follows from what is pushed. Name a tag.`,
  IMAGE_UNKNOWN: (registry: string, repository: string, reference: string, told: string) =>
    `${registry} has no image ${repository}${reference.includes(':') ? '@' : ':'}${reference}${told}. Correct its name, or push it first.`,
  BLOB_UNKNOWN: (where: string, digest: string) =>
    `${where} has no blob ${digest}, though an image there is made of it. Push that image again, or name another.`,
  REPOSITORY_UNKNOWN: (registry: string, repository: string, create: string | null, told: string) =>
    `${registry} has no repository ${repository}${told}. Correct its name, or make it first${create === null ? '' : `: \`${create}\``}.`,
  REGISTRY_NOT_ONE: (registry: string, url: string, why: string) =>
    `${registry} doesn't answer as a container registry: ${url} ${why}. Correct the host in the image's name.`,
  REGISTRY_ODD: (where: string, why: string) => `${where} doesn't answer as a registry does: ${why}.`,
  REGISTRY_UNAUTHORIZED: (where: string, source: string | null, asked: readonly string[], told: string, help: string) =>
    `${where} wants ${source === null ? `credentials, and ${asked.length === 0 ? 'none are known' : `there are none in ${asked.join(' or ')}`}` : `other credentials than those of ${source}`}${told}. ${help}`,
  REGISTRY_FORBIDDEN: (where: string, verb: string, source: string | null, told: string) =>
    `${where} doesn't let ${source === null ? 'anybody without credentials' : `the user of ${source}`} ${verb}${told}. ${source === null ? 'Log in' : 'Use other credentials'}, or have it allowed there.`,
  REGISTRY_BUSY: (where: string, told: string, isAnonymous: boolean) =>
    `${where} answers 429, too many requests${told}. ${isAnonymous ? 'Log in, for many registries allow more to users they know, or wait' : 'Wait'} a while and run again.`,
  REGISTRY_FAILED: (where: string, doing: string, status: number, told: string) =>
    `${where} can't ${doing}: it answered ${status}, and again when it was asked again${told}. The fault is there; run again later.`,
  REGISTRY_REFUSED: (where: string, doing: string, status: number, told: string) =>
    `${where} won't ${doing}: it answered ${status}${told}.`,
  REGISTRY_DIGEST_WRONG: (where: string, what: string, wanted: string, got: string) =>
    `${where} mixes up ${what}: ${wanted} is wanted, and it has ${got}. The registry is broken, or something in between damages what is sent. What came is not used.`,
  REGISTRY_REALM_UNSAFE: (registry: string, realm: string, why: string) =>
    `${registry} sends those who log in to ${JSON.stringify(realm)}, ${why}. Nothing is sent there.`,
  REGISTRY_UPLOAD_UNSAFE: (where: string, location: string, why: string) =>
    `${where} wants uploads sent to ${JSON.stringify(location)}, ${why}. Nothing is sent there. If the registry is yours, have the proxy before it tell it its own address (X-Forwarded-Proto, X-Forwarded-Host).`,
  TOKEN_SERVER_ODD: (registry: string, realm: string, why: string) =>
    `${registry} sends those who log in to ${realm}, which doesn't answer as such: ${why}.`,
  DOCKER_CONFIG_UNREADABLE: (path: string, why: string) =>
    `${path}, which may have credentials of registries, can't be read: ${why}. Correct it or remove it.`,
  CREDENTIAL_HELPER_MISSING: (helper: string, file: string, registry: string) =>
    `${file} names the program ${helper} for the credentials of ${registry}, and PATH has none of that name. Install it, or remove the entry from the file.`,
  CREDENTIAL_HELPER_FAILED: (helper: string, registry: string, why: string) =>
    `${helper} has no credentials for ${registry}: ${why}`,
  // zip
  FILE_TOO_LARGE: (path: string, bytes: number, most: number) =>
    `${path} has ${bytes} bytes. A file of an artifact has up to ${most}, and Lambda takes 262144000 in all: leave it out, and load it at run time from S3 or a file system.`,
  FILE_CHANGED: (path: string) => `${path} changed while it was packed. Run again when nothing writes to it.`,
  OUTPUT_UNWRITABLE: (path: string, why: string) => `${path} can't be written: ${why}.`,
} as const satisfies Record<string, (...details: never[]) => string>

export type ErrorCode = keyof typeof MESSAGES

/** A mistake that the user can mend. Anything else that is thrown is a bug of ours and keeps its stack. */
export class UserError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'UserError'
  readonly code: Code
  constructor(code: Code, ...details: Parameters<(typeof MESSAGES)[Code]>) {
    super((MESSAGES[code] as (...details: readonly unknown[]) => string)(...details))
    this.code = code
  }
}

/** Makes an unhandled union member a compile error. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}
