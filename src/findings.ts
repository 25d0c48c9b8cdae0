import type { Finding, Severity } from './model.ts'

const READABLE = "Everyone who may read the function's code can read it."

/** Every finding: its severity, its message from details, and what it means on Lambda and what to do. Findings do not stop the work. */
const FINDINGS = {
  // runtime and quotas
  RUNTIME_PREVIEW: [
    'warning',
    (runtime: string) =>
      `${runtime} is a preview: AWS gives no SLA for it and advises against production. Choose a runtime that is generally available.`,
    'AWS offers the runtime as a preview: without support, not for production, and it may change. Use it to try things out; choose a runtime that is generally available for the rest.',
  ],
  RUNTIME_DEPRECATED: [
    'warning',
    (runtime: string, since: string, refusals: string) =>
      `${runtime} is deprecated since ${since}: it gets no patches, and AWS refuses ${refusals}. Move to a newer runtime.`,
    'AWS patches the runtime no more, and will soon refuse to create and to update functions of it; what is there still runs. Move to a newer runtime.',
  ],
  RUNTIME_BLOCKED: [
    'error',
    (runtime: string, since: string) =>
      `Since ${since} AWS lets no function of ${runtime} be created or updated. It would say: The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. Move to a newer runtime.`,
    'AWS lets no function of the runtime be created or updated: "The runtime parameter of … is no longer supported for creating or updating AWS Lambda functions". Move to a newer runtime.',
  ],
  CONFIGURATION_TOO_LARGE: [
    'warning',
    (bytes: number, limit: number) =>
      `The function's configuration makes a request of ${bytes} bytes. AWS would say: Request must be smaller than ${limit} bytes for the UpdateFunctionConfiguration operation. Shorten \`environment\` or \`description\`, or keep long values in SSM or Secrets Manager.`,
    'Environment, layers and description together are too large to be sent at once: "Request must be smaller than 5120 bytes for the UpdateFunctionConfiguration operation". Keep long values in SSM or Secrets Manager.',
  ],
  CONSOLE_EDITOR_OFF: [
    'note',
    (bytes: number) =>
      `The Lambda console doesn't show the code for editing: it is ${(bytes / 1_048_576).toFixed(1)} MB unzipped, and the editor takes less than 50 MB. The function runs all the same.`,
    'The code is too large for the console\'s editor: "The deployment package of your Lambda function is too large to enable inline code editing". The function runs all the same.',
  ],
  // zips that are checked
  HANDLER_NOT_TOLD: [
    'note',
    () => 'No handler is given, so neither it nor what it imports was checked. Name it: --handler module.function.',
    "A zip doesn't say what its handler is, and none was given. Neither the handler nor what it imports was checked. Name it with --handler.",
  ],
  CONTENTS_NOT_CHECKED: [
    'note',
    () =>
      'Some of the zip is encrypted or compressed by another method than DEFLATE, so what its files hold was not checked.',
    "A part of the zip can't be read, so that only names, modes and sizes were checked. Make the zip with DEFLATE and without a password.",
  ],
  LINKED_PACKAGES: [
    'note',
    () => 'The zip holds symbolic links, and modules may be where they lead, so imports were not checked.',
    'A zip holds symbolic links, and modules may be where they lead, so that imports were not checked. Pack the files themselves to have them checked.',
  ],
  // plan
  DEPENDENCIES_SEVERAL: [
    'note',
    (used: string, others: readonly string[]) =>
      `Dependencies come from ${used}; not used: ${others.join(', ')}. \`dependencies\` in the config names another.`,
    'Several files say which packages the function needs, and one of them was used. Name the right one in `dependencies` of the config if it was another.',
  ],
  // own files
  ENV_FILE_LEFT_OUT: [
    'note',
    (path: string) =>
      `${path} is left out, for it may hold secrets. Put its values into the function's \`environment\`; or name it in \`include\`, and it is packed.`,
    "A .env file stands in the function's folder and is not packed, for it may hold secrets. Put its values into the function's environment variables, or name it in `include`.",
  ],
  // leaks
  ENV_FILE_PACKED: [
    'warning',
    (path: string) =>
      `${path} is packed. ${READABLE} Put its values into the function's environment variables or Secrets Manager, and leave it out.`,
    "A .env file is in the artifact, so whoever may read the function's code (lambda:GetFunction) reads what it holds. Use environment variables or Secrets Manager instead, and leave it out with `exclude`; `leaks.allow` says that it may be there.",
  ],
  LEAK_PRIVATE_KEY: [
    'warning',
    (place: string, what: string) =>
      `${place} holds ${what}. ${READABLE} Keep it in Secrets Manager or KMS, and leave the file out; if it may be there, name it in \`leaks.allow\`.`,
    "A private key (PEM, DER, SSH, PGP or a keystore) is in the function's own files, so whoever may read the function's code (lambda:GetFunction) can use it. Keep it in Secrets Manager or KMS; keys for tests go into `leaks.allow`. Certificates and public keys are fine.",
  ],
  LEAK_CREDENTIAL: [
    'warning',
    (place: string, what: string) =>
      `${place} holds ${what}. ${READABLE} Leave the file out with \`exclude\`, and change the credential if it was ever deployed.`,
    "A file in which a tool keeps its credentials (.npmrc, .pypirc, .netrc, .aws/credentials and the like) is in the artifact with one, so whoever may read the function's code can use it. Leave it out with `exclude`; a function gets its rights from its role.",
  ],
  LEAK_TOKEN: [
    'warning',
    (place: string, what: string) =>
      `${place} holds ${what}. ${READABLE} Read it from Secrets Manager or SSM when the function starts, and change it if it was ever deployed; if it may be there, name the file in \`leaks.allow\`.`,
    "A token or key of a known service is written into one of the function's own files, so whoever may read the function's code (lambda:GetFunction) can use it. Read it from Secrets Manager or SSM when the function starts. Placeholders and documented examples don't count.",
  ],
  LEAK_REPOSITORY: [
    'warning',
    (path: string) =>
      `${path} is packed: the whole history of the sources, with all that was ever committed. ${READABLE} Leave it out with \`exclude\`.`,
    "The folder of a version control system (.git, .hg, .svn) is in the artifact: everything that was ever committed, for whoever may read the function's code, and megabytes that count. Leave it out.",
  ],
  LEAK_TERRAFORM_STATE: [
    'warning',
    (path: string) =>
      `${path} is a state file of Terraform, with passwords and keys in plain text. ${READABLE} Leave it out with \`exclude\`.`,
    "Terraform's state is in the artifact. It holds what resources answered, passwords and keys included, for whoever may read the function's code. Leave it out.",
  ],
  // shape
  NAME_UNPACKABLE: [
    'error',
    (name: string, why: string) =>
      `The name "${name}" ${why}. Lambda would say: Could not unzip uploaded file. Please check your file, then try to upload again. Rename it.`,
    'A path in the zip is absolute, leads out of it with "..", has a NUL, or is longer than Linux takes (255 bytes a name, 4,096 a path): "Could not unzip uploaded file". Make the zip again with names from its root.',
  ],
  NAME_DOUBTFUL: [
    'warning',
    (name: string, why: string, remedy: string) => `The name "${name}" ${why}. ${remedy}`,
    'A path in the zip is likely to be another one on Lambda, and code does not find its file: it has backslashes instead of slashes, control characters, or is not in UTF-8. Make the zip with a tool that writes / and UTF-8.',
  ],
  NAME_TWICE: [
    'warning',
    (name: string) =>
      `The zip holds "${name}" more than once, and nothing says which one Lambda unpacks. Make the zip anew instead of adding to it.`,
    'Two entries of the zip have one path; which of them is there on Lambda is not told. Make the zip anew instead of adding to it.',
  ],
  FILE_AND_FOLDER: [
    'error',
    (path: string, below: string) =>
      `${path} is a file, and ${below} needs a folder of that name: only one can be unpacked. Lambda would say: Could not unzip uploaded file. Rename one.`,
    'A path of the zip is a file and a folder at once, which no disk can hold: "Could not unzip uploaded file". Rename one.',
  ],
  CASE_COLLISION: [
    'warning',
    (path: string, other: string) =>
      `${path} and ${other} differ in case alone: on macOS or Windows one of them is lost when the zip is unpacked.`,
    'Two paths differ in case alone. On Lambda both are there; where the artifact is unpacked on macOS or Windows, one overwrites the other. Rename one.',
  ],
  MODE_UNREADABLE: [
    'error',
    (what: string, mode: string, isFolder: boolean) =>
      isFolder
        ? `${what} has mode ${mode}, so that others may not enter it. Lambda would say: [Errno 13] Permission denied, or EACCES: permission denied. Give folders 0755: \`chmod -R o+rX .\` before zipping.`
        : `${what} has mode ${mode}, so that others may not read it. Lambda would say: [Errno 13] Permission denied, or EACCES: permission denied. Give files 0644: \`chmod -R o+rX .\` before zipping.`,
    'Lambda runs functions as a user of its own, which must be allowed to read files (0644) and to enter folders (0755): "[Errno 13] Permission denied", "EACCES: permission denied". Use `chmod -R o+rX .` before zipping; in Python give ZipInfo an external_attr.',
  ],
  MODE_NOT_EXECUTABLE: [
    'note',
    (path: string, mode: string) =>
      `${path} has mode ${mode}: in a layer Lambda could not run it (fork/exec: permission denied). Give it 0755.`,
    'A bootstrap or an extension has no right to be executed: "fork/exec /opt/extensions/…: permission denied". Give it 0755.',
  ],
  LINK_LEADS_OUTSIDE: [
    'warning',
    (path: string, target: string) =>
      `${path} is a link to ${target}, which is not on Lambda. It would say: No such file or directory. Put what it leads to into the zip.`,
    'A symbolic link leads to a path of the machine that made the zip: "No such file or directory" on Lambda. Put the file itself into the zip.',
  ],
  LINK_LEADS_NOWHERE: [
    'warning',
    (path: string, target: string) =>
      `${path} is a link to ${target}, which the zip doesn't hold. Lambda would say: No such file or directory. Put what it leads to into the zip.`,
    'A symbolic link leads to a path that is not in the zip, or to itself: "No such file or directory" on Lambda. Put the file itself into the zip.',
  ],
  ENTRY_ENCRYPTED: [
    'error',
    (what: string) =>
      `${what} is encrypted. Lambda would say: Could not unzip uploaded file. Please check your file, then try to upload again. Zip it without a password.`,
    'An entry of the zip needs a password, and Lambda has none: "Could not unzip uploaded file". Zip it without one.',
  ],
  ENTRY_METHOD: [
    'error',
    (what: string, method: number) =>
      `${what} is compressed with method ${method}. Lambda takes DEFLATE (8) and stored (0), else it would say: Could not unzip uploaded file. Please check your file, then try to upload again.`,
    'An entry of the zip is compressed in another way than DEFLATE (LZMA, bzip2, Zstandard, Deflate64): "Could not unzip uploaded file". Zip it with DEFLATE, the usual method.',
  ],
  ENTRIES_MANY: [
    'warning',
    (count: number) =>
      `The zip has ${count} entries; more than 65,534 need ZIP64, which AWS doesn't say that Lambda takes. Leave out what isn't needed at run time.`,
    "A zip with more than 65,534 entries is written as ZIP64, and AWS doesn't say that Lambda takes it. Leave out tests and data, or use a container image.",
  ],
  LAYOUT_OF_LAYER: [
    'error',
    (folder: string, handler: string) =>
      `Everything is in ${folder}/, as in a layer, and the handler "${handler}" is looked for at the root. Lambda would say: Unable to import module, or Cannot find module. Zip the contents of ${folder}/, or publish the zip as a layer.`,
    'Everything is below python/ or nodejs/, which is how layers are laid out; a function is looked for at the root: "Unable to import module", "Cannot find module". Zip the contents of the folder, or publish the zip as a layer.',
  ],
  LAYOUT_WRAPPED: [
    'error',
    (folder: string, handler: string) =>
      `The zip holds one folder, ${folder}/, with everything inside, and the handler "${handler}" is looked for at the root. Lambda would say: Unable to import module, or Cannot find module. Zip the contents of ${folder}/, not the folder.`,
    'The zip holds one folder with everything inside, so nothing is where Lambda looks: "Unable to import module", "Cannot find module". Zip the contents, not the folder.',
  ],
  BYTECODE_OTHER_PYTHON: [
    'warning',
    (path: string, version: string) =>
      `${path} is compiled by another Python than ${version}, and its source isn't there. Lambda would say: bad magic number in the module. Pack the source, or compile it with Python ${version}.`,
    'A module is there as bytecode of another Python version alone: "ImportError: bad magic number". Pack the source, or compile with the version of the runtime.',
  ],
  BYTECODE_UNUSED: [
    'note',
    (what: string, why: string) => `${what} ${why}: it is never loaded, and only takes up space.`,
    'Bytecode in __pycache__ that Python does not load: it is of another version, or its source is not there. Leave it out.',
  ],
  BYTECODE_TIMED: [
    'note',
    (what: string) =>
      `${what} is bytecode that counts only while its source has the time it was compiled at. Unpacking changes that, so Python compiles again at each cold start. Leave it out, or compile with \`--invalidation-mode unchecked-hash\`.`,
    'Bytecode that names the time of its source is out of date as soon as unpacking gives the source another one, and Python compiles again at each cold start. Leave it out, or compile with --invalidation-mode unchecked-hash.',
  ],
  DISTRIBUTION_WITHOUT_FILES: [
    'note',
    (path: string) =>
      `${path} is the metadata of a package, and none of its modules is in the artifact. If the function imports it, Lambda would say: No module named ….`,
    'The metadata of a package is in the artifact, and none of the modules that it lists. If nothing imports it, the metadata can go, too.',
  ],
  SCRIPT_FOREIGN: [
    'note',
    (what: string, interpreter: string) =>
      `${what} starts with ${interpreter}, which is not on Lambda. If the function runs it, it would say: No such file or directory.`,
    'A script names an interpreter of the machine that it was installed on; run on Lambda it ends in "No such file or directory". Call its module instead (python -m), or leave it out.',
  ],
  SYSTEM_LITTER: [
    'note',
    (what: string) => `${what} was left by macOS or Windows and means nothing on Lambda. Leave it out.`,
    'Files that macOS or Windows keep for themselves (.DS_Store, __MACOSX, Thumbs.db, desktop.ini) are in the artifact. Leave them out.',
  ],
  // report
  IGNORE_UNUSED: [
    'note',
    (code: string, path: string | null) =>
      `\`ignore\` names ${code}${path === null ? '' : ` for "${path}"`}, and there is no such finding any more. Remove the entry.`,
    'An entry of `ignore` in the config silences nothing: what it was written for is gone. Remove it, so that it does not hide a later finding.',
  ],
  LAYER_NOT_COUNTED: [
    'note',
    (arn: string) =>
      `The layer ${arn} is not counted in the unzipped size: the config doesn't give its \`unzippedBytes\`. Add it.`,
    "Lambda counts layers in the 250 MB that code may have unzipped, and the config doesn't say how large this one is. Give its `unzippedBytes`.",
  ],
  // native libraries
  ELF_WRONG_ARCHITECTURE: [
    'error',
    (what: string, found: string, words: string) =>
      `${what}: compiled for ${found}, which is another processor than the function's. Lambda would say: ${words}. Install the package for the function's architecture, or change \`architecture\`.`,
    'A compiled module or library is for another processor (arm64 and x86_64 mixed up, or 32 bits): "cannot open shared object file: No such file or directory", though the file is there, or "wrong ELF class". Install it for the architecture of the function.',
  ],
  ELF_FOREIGN_FORMAT: [
    'error',
    (what: string, format: string, words: string) =>
      `${what}: no Linux library, but ${format}. Lambda would say: ${words}. Install the package for Linux.`,
    'In the place of a compiled module stands a macOS or Windows one, a Git LFS pointer, text or nothing: "invalid ELF header", "file too short". Install the package for Linux, or fetch the file itself.',
  ],
  ELF_DAMAGED: [
    'error',
    (what: string, words: string) =>
      `${what}: damaged or cut off. Lambda would say: ${words}. Install or download it again.`,
    'A compiled module is cut off or damaged: "file too short" or another refusal of the loader. Install or download it again.',
  ],
  ELF_MUSL: [
    'error',
    (what: string, words: string) =>
      `${what}: built against musl (Alpine Linux); Lambda has glibc. It would say: ${words}. Install the manylinux wheel, or the package for glibc.`,
    'A compiled module is built for Alpine Linux: "libc.musl-x86_64.so.1: cannot open shared object file". Install on a system with glibc, or for one (manylinux wheels; --libc=glibc).',
  ],
  ELF_GLIBC_TOO_NEW: [
    'error',
    (what: string, version: string, system: string, words: string) =>
      `${what}: needs ${version}, which ${system} doesn't have. Lambda would say: ${words}. Take a wheel or build for an older glibc, or a newer runtime.`,
    'A compiled module was built on a system with a newer C library than Lambda\'s (2.26 on Amazon Linux 2, 2.34 on Amazon Linux 2023): "version `GLIBC_2.35\' not found". Build it on Amazon Linux, take a manylinux wheel that fits, or use a newer runtime.',
  ],
  ELF_LIBSTDCXX_TOO_NEW: [
    'error',
    (what: string, version: string, system: string, words: string) =>
      `${what}: needs ${version} of the C++ runtime, which ${system} doesn't have. Lambda would say: ${words}. Build it on Amazon Linux, or pack a newer runtime that its RPATH leads to.`,
    'A compiled module was built with a newer C++ compiler than Lambda\'s libstdc++ is of: "version `GLIBCXX_3.4.34\' not found". Build it on Amazon Linux, link with -static-libstdc++, or pack the newer libstdc++ where its RPATH leads.',
  ],
  ELF_LIBRARY_MISSING: [
    'warning',
    (what: string, libraries: string, words: string, isImage: boolean) =>
      `${what}: needs ${libraries}, which is neither in the artifact nor on Lambda. If it is loaded, Lambda would say: ${words}. Pack the library in \`lib/\`, or take a build that brings it along (such as opencv-python-headless, psycopg2-binary)${isImage ? '; or name its package in `image.packages`' : ''}.`,
    'A compiled module needs a library that is neither in the artifact nor on Lambda: "libGL.so.1: cannot open shared object file: No such file or directory" when it is imported. Put the library into lib/, which is on LD_LIBRARY_PATH, or take a build that brings it along.',
  ],
  ELF_LIBRARY_IN_LAYER: [
    'note',
    (what: string, libraries: string, words: string) =>
      `${what}: needs ${libraries}, which a layer has to bring, for it is neither in the artifact nor on Lambda. Else Lambda would say: ${words}.`,
    'A compiled module needs a library that one of the function\'s layers has to have in lib/; layers are not looked into. Without it: "cannot open shared object file".',
  ],
  ELF_LIBRARY_IN_IMAGE: [
    'note',
    (what: string, libraries: string, words: string) =>
      `${what}: needs ${libraries}, which the image has to bring, for it is neither in the artifact nor in AWS's base images. Else Lambda would say: ${words}.`,
    'A compiled module needs a library that the base image, `image.packages` or what pip installs has to bring; lpack does not look into those. Without it: "cannot open shared object file".',
  ],
  ELF_LIBRARY_ELSEWHERE: [
    'note',
    (path: string, library: string, at: string) =>
      `${path} needs ${library}, which is in the artifact at ${at}, where the loader doesn't look. Unless code loads it first, Lambda would say: ${library}: cannot open shared object file. Put it into \`lib/\`, or set the RPATH to $ORIGIN.`,
    'A library is in the artifact, but neither where the RPATH of the module that needs it leads nor in lib/, nor at the root: "cannot open shared object file", unless code loads it before. Put it into lib/.',
  ],
  NATIVE_FILE_UNUSABLE: [
    'warning',
    (what: string, why: string, words: string) =>
      `${what}: ${why}. If the function uses it, Lambda would say: ${words}.`,
    'A program or library in the artifact, or a module that is imported only if it can be, does not run on Lambda: it is of another system, processor or C library. If the function uses it, it needs one for Amazon Linux.',
  ],
  // python abi
  PYTHON_EXTENSION_FOREIGN: [
    'error',
    (what: string, tag: string, version: string, words: string) =>
      `${what}: compiled for ${tag}, so Python ${version} on Lambda ignores it, and nothing else brings the module. Lambda would say: ${words}. Install the package for the function's runtime and architecture.`,
    'A compiled module is for another Python version, processor or system, by its file name, so Python does not see it: "No module named \'numpy._core._multiarray_umath\'". Install the package for the runtime and architecture of the function.',
  ],
  PYTHON_EXTENSION_UNSEEN: [
    'warning',
    (what: string, tag: string, version: string, words: string) =>
      `${what}: compiled for ${tag}, so Python ${version} on Lambda ignores it. If something imports it, Lambda would say: ${words}. Install the package for the function's runtime and architecture.`,
    'A compiled module is for another Python version, processor or system, by its file name, and nothing tells whether it is imported: "No module named". Install the package for the runtime and architecture of the function.',
  ],
  PYTHON_EXTENSION_OPTIONAL: [
    'note',
    (what: string, tag: string, version: string, words: string) =>
      `${what}: compiled for ${tag}, so Python ${version} on Lambda ignores it. Its package is made to do without, more slowly, or says when it is needed: ${words}.`,
    'A compiled module that its package imports only in a try or a function is for another Python version, processor or system. Install the package for the runtime and architecture of the function to have it.',
  ],
  PYTHON_WHEEL_FOREIGN: [
    'warning',
    (name: string, tags: string, runtime: string, architecture: string) =>
      `${name} was installed from a wheel for ${tags}, not for ${runtime} on ${architecture}. What is compiled in it may not load. Install it for the function's runtime and architecture.`,
    "The metadata of a distribution (WHEEL) says that it is for another Python, processor or system than the function's. Install it for the runtime and architecture of the function.",
  ],
  PYTHON_REQUIRES_PYTHON: [
    'warning',
    (name: string, specifier: string, version: string) =>
      `${name} asks for Python ${specifier}, and the function has ${version}. It may fail, with a SyntaxError or a missing module. Take a version of ${name} that fits, or another runtime.`,
    'The metadata of a distribution (Requires-Python) leaves the version of the runtime out. It may fail when it is imported; take a version of it that fits, or another runtime.',
  ],
  // handler
  HANDLER_MALFORMED: [
    'error',
    (handler: string, words: string) =>
      `Lambda can't use the handler "${handler}". It would say: ${words}. Write it as module.function.`,
    "Lambda can't read the handler: Runtime.MalformedHandlerName. Write it as module.function, such as app.handler.",
  ],
  HANDLER_MODULE_MISSING: [
    'error',
    (handler: string, tried: string, words: string) =>
      `The handler "${handler}" needs ${tried}, which is not in the artifact. Lambda would say: ${words}. Correct the handler, or pack the file at that path.`,
    'The file that the handler names is not in the artifact: Runtime.ImportModuleError, "Unable to import module" or "Cannot find module". Correct the handler, or pack the file at its path.',
  ],
  HANDLER_FUNCTION_MISSING: [
    'error',
    (handler: string, name: string, meant: string | null, words: string) =>
      `The handler "${handler}" needs "${name}", which its module does not have${meant === null ? '.' : `; did you mean "${meant}"?`} Lambda would say: ${words}. Correct the name, or define it there.`,
    'The handler\'s module doesn\'t define or export the function: Runtime.HandlerNotFound, "Handler missing on module" or "undefined or not exported". Correct the name, or export it.',
  ],
  HANDLER_MODULE_HIDDEN: [
    'error',
    (handler: string, wanted: string, loaded: string, why: string) =>
      `The handler "${handler}" is in ${wanted}, but ${why}. Leave ${loaded} out of the artifact, or give the handler's module another name.`,
    "Lambda finds another file or folder of the handler's name first and loads that. Leave it out of the artifact, or rename the handler's module.",
  ],
  HANDLER_MODULE_KIND: [
    'error',
    (handler: string, path: string, kind: string, words: string, remedy: string) =>
      `${path}, which the handler "${handler}" names, is loaded as ${kind}, which it isn't. Lambda would say: ${words}. ${remedy}`,
    'The handler\'s module is loaded as the wrong kind, CommonJS or ES module: Runtime.UserCodeSyntaxError, "Cannot use import statement outside a module". Name it .mjs or .cjs, or set `type` in package.json.',
  ],
  // node handler and imports
  HANDLER_CALLBACK: [
    'error',
    (handler: string, parameters: number) =>
      `The handler "${handler}" takes ${parameters} parameters, so it is taken for one with a callback, and every call fails. Lambda would say: Runtime.CallbackHandlerDeprecated: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. Make it \`async (event, context)\`, and return the result.`,
    'The handler takes three parameters or more, the last a callback, which Node.js 24 and later runtimes refuse: Runtime.CallbackHandlerDeprecated. Make it async with two parameters, and return the result.',
  ],
  HANDLER_CALLBACK_ENDS: [
    'note',
    (handler: string, parameters: number) =>
      `The handler "${handler}" takes ${parameters} parameters, the third a callback, which Lambda refuses from Node.js 24 on. Make it async before you move on.`,
    'The handler answers by a callback, which works up to Node.js 22; Node.js 24 says Runtime.CallbackHandlerDeprecated. Make it async before you move on.',
  ],
  NODE_IMPORT_MISSING: [
    'error',
    (place: string, specifier: string, words: string, remedy: string) =>
      `${place} loads "${specifier}", which is not in the artifact. Lambda would say: ${words}. ${remedy}`,
    'The function\'s own code loads a module, whatever happens, that is not there: Runtime.ImportModuleError, "Cannot find module", or ERR_MODULE_NOT_FOUND. Add the package to `dependencies`, correct the path, or load it in a `try`.',
  ],
  NODE_IMPORT_MISSING_IN_PACKAGE: [
    'warning',
    (place: string, specifier: string, words: string, remedy: string) =>
      `${place} loads "${specifier}", which is not in the artifact. Lambda would say: ${words}. ${remedy}`,
    'A package that the function loads wants a module that is not there, such as a peer dependency: Runtime.ImportModuleError, "Cannot find module". Add it to `dependencies` and install it.',
  ],
  NODE_IMPORT_BEYOND: [
    'note',
    (place: string, specifier: string, beyond: string) =>
      `${place} loads "${specifier}", which is neither in the artifact nor in the runtime: it must come from ${beyond}.`,
    'A package is not in the artifact, but may come from a layer. If it doesn\'t: "Cannot find module".',
  ],
  NODE_IMPORT_JSON: [
    'error',
    (place: string, specifier: string, words: string) =>
      `${place} imports "${specifier}" without saying that it is JSON. Lambda would say: ${words}. Write \`with { type: 'json' }\` behind it.`,
    "An ES module imports JSON without an import attribute: ERR_IMPORT_ATTRIBUTE_MISSING. Write `with { type: 'json' }` behind it.",
  ],
  NODE_REQUIRE_ESM: [
    'error',
    (place: string, specifier: string, words: string) =>
      `${place} requires "${specifier}", which is an ES module. Lambda would say: ${words}. Use \`import\`, let lpack bundle the function, or set NODE_OPTIONS=--experimental-require-module in \`environment\`.`,
    'CommonJS code requires an ES module, which Lambda forbids on Node.js 20 and 22: ERR_REQUIRE_ESM. Use `import()`, bundle the function, or set NODE_OPTIONS=--experimental-require-module.',
  ],
  NODE_REQUIRE_ESM_IN_PACKAGE: [
    'warning',
    (place: string, specifier: string, words: string) =>
      `${place} requires "${specifier}", which is an ES module. Lambda forbids that up to Node.js 22, and would say: ${words}. Let lpack bundle the function, or set NODE_OPTIONS=--experimental-require-module in \`environment\`.`,
    'A package requires an ES module, which Lambda forbids up to Node.js 22: ERR_REQUIRE_ESM. Bundle the function, or set NODE_OPTIONS=--experimental-require-module.',
  ],
  NODE_REQUIRE_ESM_MAYBE: [
    'note',
    (place: string, specifier: string, words: string) =>
      `${place} requires "${specifier}", which is an ES module. If this runtime forbids that, as older ones do, it says: ${words}. Let lpack bundle the function, or set NODE_OPTIONS=--experimental-require-module in \`environment\`.`,
    "The code requires an ES module, and AWS doesn't say whether Node.js 24 allows that on Lambda: ERR_REQUIRE_ESM if not. Bundle the function, or set NODE_OPTIONS=--experimental-require-module.",
  ],
  NODE_MODULE_KIND: [
    'error',
    (place: string, kind: string, words: string, remedy: string) =>
      `${place} is loaded as ${kind}, which it isn't. Lambda would say: ${words}. ${remedy}`,
    'A module of the function is loaded as the wrong kind, CommonJS or ES module: "Cannot use import statement outside a module" or "require is not defined in ES module scope". Name it .mjs or .cjs, or set `type` in package.json.',
  ],
  // python handler
  HANDLER_MODULE_BUILT_IN: [
    'error',
    (handler: string, module: string) =>
      `The handler "${handler}" names a module that is compiled into Python. Lambda would say: Cannot use built-in module ${module} as a handler module. Give the file another name.`,
    "The handler's module has the name of one that is compiled into Python, such as time: Runtime.BuiltInModuleConflict. Rename the file and the handler.",
  ],
  HANDLER_MODULE_NEVER_LOADED: [
    'error',
    (handler: string, name: string, words: string) =>
      `The handler "${handler}" is never found: Lambda has loaded Python's own module "${name}" before, and takes that. Lambda would say: ${words}. Give the file another name.`,
    "The handler's module has the name of a module of Python's that the runtime itself uses, such as json or logging, and Python takes that one: Runtime.HandlerNotFound or Runtime.ImportModuleError. Rename the file and the handler.",
  ],
  HANDLER_MODULE_LIKE_STANDARD: [
    'warning',
    (handler: string, name: string) =>
      `The module of the handler "${handler}" has the name of Python's own module "${name}": what imports "${name}" gets the function's. Give it another name.`,
    "The handler's module has the name of a module of Python's standard library, so whatever imports that gets the function's module instead. Rename the file and the handler.",
  ],
  HANDLER_MODULE_BEYOND: [
    'note',
    (handler: string, tried: string, beyond: string) =>
      `The handler "${handler}" needs ${tried}, which is not in the artifact: it must come from ${beyond}.`,
    "The handler's module is not in the artifact, but may come from somewhere else, such as a layer. If it doesn't: Runtime.ImportModuleError.",
  ],
  HANDLER_ASYNC: [
    'error',
    (handler: string, path: string, name: string) =>
      `The handler "${handler}" is an \`async def\` (${path}), which Lambda's Python never awaits. Lambda would say: Unable to marshal response: Object of type coroutine is not JSON serializable. Name a plain function that returns \`asyncio.run(${name}(event, context))\`.`,
    'The handler is an `async def`, whose coroutine Lambda never awaits: Runtime.MarshalError, "Object of type coroutine is not JSON serializable". Name a plain function that calls it with `asyncio.run`.',
  ],
  // python imports
  PYTHON_IMPORT_MISSING: [
    'error',
    (place: string, module: string, words: string, remedy: string) =>
      `${place} imports "${module}", which is neither in the artifact nor in the runtime. Lambda would say: ${words}. ${remedy}`,
    'The function\'s own code imports a module, whatever happens, that is not there: Runtime.ImportModuleError, "No module named". Add its distribution to the dependencies, pack its file, or import it in a `try`.',
  ],
  PYTHON_IMPORT_MISSING_IN_PACKAGE: [
    'warning',
    (place: string, module: string, words: string, remedy: string) =>
      `${place} imports "${module}", which is neither in the artifact nor in the runtime. Lambda would say: ${words}. ${remedy}`,
    'A package that the function loads imports a module that is not there: Runtime.ImportModuleError, "No module named". Add its distribution to the dependencies, or choose a version of the package that suits the runtime.',
  ],
  PYTHON_IMPORT_OFF_PATH: [
    'warning',
    (place: string, module: string, path: string, words: string) =>
      `${place} imports "${module}", which is in the artifact as ${path}, where Python doesn't look. Without a PYTHONPATH that names its folder, Lambda would say: ${words}. Import it from the artifact's root on, or pack it there.`,
    "A module that the function's code imports is in the artifact, but in a folder that is not on Python's path: \"No module named\". Import it by its path from the artifact's root, or set PYTHONPATH in `environment`.",
  ],
  PYTHON_IMPORT_BEYOND: [
    'note',
    (place: string, module: string, beyond: string) =>
      `${place} imports "${module}", which is neither in the artifact nor in the runtime: it must come from ${beyond}.`,
    'A module is not in the artifact, but may come from somewhere else: a layer, PYTHONPATH, or a folder that the code adds to `sys.path`. If it doesn\'t: "No module named".',
  ],
  PYTHON_NAME_MISSING: [
    'error',
    (place: string, name: string, module: string, words: string, remedy: string) =>
      `${place} imports "${name}" from "${module}", which has no such name. Lambda would say: ${words}. ${remedy}`,
    'One of the function\'s own modules imports a name from another that doesn\'t have it: Runtime.ImportModuleError, "cannot import name". Correct the name, or define it.',
  ],
  PYTHON_CIRCULAR_IMPORT: [
    'error',
    (place: string, name: string, path: string, words: string) =>
      `${place} imports "${name}" from ${path}, which is still being imported and defines it only later. Lambda would say: ${words}. Move the import to the end or into a function, or the name into a module of its own.`,
    'Two of the function\'s own modules import each other, and one wants a name that is not defined yet: Runtime.ImportModuleError, "partially initialized module". Move the name into a third module.',
  ],
  PYTHON_RELATIVE_IMPORT: [
    'error',
    (place: string, words: string) =>
      `${place} imports relative to a package that it isn't in. Lambda would say: ${words}. Import from the artifact's root on, or name the module with its folder in the handler.`,
    'An import with leading dots reaches beyond the folders that the handler names: Runtime.ImportModuleError, "attempted relative import". Write it without dots, or give the folder in the handler.',
  ],
  PYTHON_MODULE_NEVER_LOADED: [
    'warning',
    (path: string, name: string) =>
      `${path} is never loaded: Python has loaded its own "${name}" before the function's code. Give it another name.`,
    "A module of the function's own has the name of one of Python's that the runtime itself uses; every import gets Python's: \"cannot import name\". Rename the file.",
  ],
  PYTHON_MODULE_LIKE_STANDARD: [
    'warning',
    (path: string, name: string) =>
      `${path} is loaded instead of Python's own "${name}", also by Python's other modules and by packages. Give it another name.`,
    'A module of the function\'s own has the name of one of Python\'s standard library, so packages that import that get the wrong one: AttributeError or "cannot import name". Rename the file.',
  ],
  PYTHON_MODULE_TWICE: [
    'warning',
    (name: string, taken: string, hidden: string, distribution: string) =>
      `The function and ${distribution} both have a module "${name}": Python takes ${taken}, so ${hidden} is never loaded. Give the function's another name.`,
    'The function has a module of the same name as a package that is packed, and Python loads only one: "cannot import name" or AttributeError. Rename the function\'s.',
  ],
  // node packages
  EXTERNAL_TWICE: [
    'warning',
    (kept: string, other: string, fromDir: string) =>
      `The bundle loads ${kept}, but ${fromDir} wants ${other}: only one version of a package can be beside a bundle. Unite them with \`overrides\` (npm, pnpm) or \`resolutions\` (Yarn) in package.json.`,
    'A package that is left out of the bundle is wanted in two versions, and the artifact has one of them. Unite them with `overrides` or `resolutions` in package.json.',
  ],
  NODE_ADDON_NOT_BUILT: [
    'error',
    (id: string, platform: string, name: string) =>
      `${id} has no native add-on for ${platform}: it wasn't built. Build it on ${platform} with Amazon Linux 2023's glibc (2.34) or an older one: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`, with install scripts allowed.`,
    "A package needs a native add-on that was never built: on Lambda it can't be found when the package is loaded. Allow its install script, and rebuild it on the target's platform.",
  ],
  NODE_ADDON_FOREIGN: [
    'error',
    (id: string, platform: string, found: string, name: string) =>
      `${id} has a native add-on for ${found} and none for ${platform}. Install it on ${platform}, in a container for instance: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`.`,
    'A package has its native add-on for another system or CPU alone: "invalid ELF header" or "cannot open shared object file" on Lambda. Install it for Lambda\'s platform.',
  ],
  NODE_ADDON_OTHER_NODE: [
    'error',
    (id: string, built: string, major: number, name: string) =>
      `${id} has a native add-on for ${built}, which Node.js ${major} doesn't load. Install it with Node.js ${major}: \`npm rebuild ${name}\`, \`pnpm rebuild ${name}\` or \`yarn rebuild ${name}\`; or set the runtime to the version that it is for.`,
    'A native add-on was compiled for another Node.js: "was compiled against a different Node.js version" on Lambda. Rebuild it with the runtime\'s version.',
  ],
  NODE_ADDON_OPTIONAL: [
    'note',
    (id: string, platform: string) => `${id} has no native add-on for ${platform}; what wants it does without.`,
    'A package can use a native add-on that is not there for the target, and works without it. Nothing needs to be done.',
  ],
  PRISMA_ENGINE_MISSING: [
    'error',
    (id: string, wanted: string) =>
      `${id} has no query engine for Lambda. Add "${wanted}" to \`binaryTargets\` of the generator in schema.prisma and run \`npx prisma generate\`.`,
    "Prisma's client has no query engine for Lambda: PrismaClientInitializationError at the first query. Add the target to `binaryTargets` in schema.prisma and generate the client again.",
  ],
  PRISMA_NOT_GENERATED: [
    'error',
    () =>
      '@prisma/client is there without the client that it loads: node_modules/.prisma/client was not generated. Run `npx prisma generate`.',
    'Prisma\'s client was not generated: "@prisma/client did not initialize yet" on Lambda. Run `npx prisma generate` before packing.',
  ],
  // node bundle
  NODE_DYNAMIC_REQUIRE: [
    'warning',
    (name: string | null, place: string) =>
      name === null
        ? `${place} loads a module whose name is only known when it runs, so the module is not in the bundle. Import it by its name, or pack its files with \`include\`.`
        : `${name} (${place}) loads a module whose name is only known when it runs, so the module is not in the bundle. If the function needs it, add "${name}" to \`external\` of \`esbuild\`: it is then packed as files.`,
    'A module is loaded by a name that is only known at run time, so the bundler can\'t bring it along: "Cannot find module" when that code runs. Name the package in `external`, or import it by its name.',
  ],
  NODE_FILE_BESIDE: [
    'warning',
    (name: string | null, place: string) =>
      name === null
        ? `${place} looks for a file beside itself, which in the artifact is beside the bundle. Import the file, or pack it with \`include\` at the same path from the bundle.`
        : `${name} (${place}) looks for a file beside itself, which the bundle leaves behind. If the function needs it, add "${name}" to \`external\` of \`esbuild\`: it is then packed as files.`,
    'Code looks for a file next to itself, which a bundle leaves behind: ENOENT when that code runs. Name the package in `external`, or pack the file with `include`.',
  ],
  NODE_LEFT_BEHIND: [
    'note',
    (name: string, place: string, loss: string) =>
      `${name} (${place}) loads by name what the bundle doesn't hold: ${loss}. If the function needs that, add "${name}" to \`external\` of \`esbuild\`.`,
    'A package loads something by name that few functions want, such as express its view engines, and the bundle leaves it behind. Add the package to `external` of `esbuild` if yours does.',
  ],
  NODE_DECORATOR_METADATA: [
    'warning',
    (place: string, tsconfig: string) =>
      `${place} has decorators, and ${tsconfig} asks for \`emitDecoratorMetadata\`, which esbuild doesn't write. If a framework reads it, compile with tsc and name the compiled file in \`handler\`.`,
    "Decorator metadata is wanted, which esbuild doesn't write, so frameworks that inject by type get undefined. Compile with tsc first and name the compiled file in `handler`.",
  ],
  NODE_EXTERNAL_VERSIONS: [
    'warning',
    (name: string, chosen: string, others: readonly string[]) =>
      `${name} is imported in several versions, and as it stays out of the bundle, all importers get ${chosen} instead of ${others.join(' and ')}. Install one version that suits all.`,
    'A package that stays out of the bundle is imported in several versions, and all importers get one. Install one version that suits them all.',
  ],
  NODE_BUILTIN_UNKNOWN: [
    'error',
    (name: string, major: number) =>
      `The code imports "${name}", which Node.js ${major} doesn't have. Lambda would say: No such built-in module: ${name}. Correct the name, or choose a newer runtime.`,
    'The code imports a `node:` module that the runtime\'s Node.js doesn\'t have: "No such built-in module" (ERR_UNKNOWN_BUILTIN_MODULE). Correct the name, or choose a newer runtime.',
  ],
  NODE_EXTERNAL_MODULE: [
    'error',
    (name: string) =>
      `${name} is an ES module, and a bundle of \`format\` cjs would \`require\` it, which fails on Lambda. Let the bundle be an ES module (the default), or take ${name} out of \`external\` of \`esbuild\`.`,
    'A CommonJS bundle would `require` a package that is an ES module: ERR_REQUIRE_ESM on Lambda. Let the bundle be an ES module, or bundle the package.',
  ],
  BUNDLE_WARNING: [
    'warning',
    (text: string) => `The bundler says: ${text}.`,
    'esbuild warns of something in the code that it bundles. Its sentence says what; `logOverride` of `esbuild` changes what it tells.',
  ],
  // image recipes
  IMAGE_SECRET_LEFT_OUT: [
    'warning',
    (name: string, what: string) =>
      `The variable ${name} of \`environment\` holds ${what}, so it is not in the image: everyone who may pull an image can read its environment. Let the function read it from SSM or Secrets Manager, or set it on the function.`,
    'A variable of `environment` that looks like a secret is left out of the image: its environment is readable for everyone who may pull it. Keep the secret in SSM or Secrets Manager, or set the variable on the function.',
  ],
  IMAGE_VARIABLE_LEFT_OUT: [
    'warning',
    (name: string) =>
      `The variable ${name} of \`environment\` has several lines, which no Dockerfile can say, so it is not in the image. Set it on the function.`,
    'An ENV of a Dockerfile ends where its line does, so that a variable with line breaks is left out. Set it on the function, or make the image with --oci or --push, which write no Dockerfile.',
  ],
  IMAGE_BUILD_PACKAGES_UNUSED: [
    'note',
    (packages: readonly string[]) =>
      `\`image.buildPackages\` (${packages.join(', ')}) are not installed: each dependency has a wheel, so nothing is built. Remove the key.`,
    'All dependencies have wheels for the target, so the image needs no stage that builds, and what `image.buildPackages` names is not installed. Remove the key.',
  ],
  IMAGE_LAYERS_UNUSED: [
    'warning',
    (layers: number) =>
      `\`layers\` names ${layers === 1 ? 'a layer' : `${layers} layers`}, which functions of images can't have. Put what they hold into the image: as dependencies, or with \`image.copy\`.`,
    'Lambda gives layers to functions of zips only. Put what the layers hold into the image: as dependencies of the function, or as files with `image.copy`.',
  ],
  // images
  BASE_NOT_AWS: [
    'note',
    (base: string, runtime: string) =>
      `The base image ${base} isn't one of AWS's: lpack assumes that it has ${runtime}, its libraries, the runtime interface client and /var/task as AWS's has.`,
    "A base image of another maker is named in `image.base`. lpack checks against what AWS's base image of the runtime holds; whether this one holds the same is for you to know.",
  ],
  BASE_DEPRECATED: [
    'warning',
    (runtime: string, since: string) =>
      `${runtime} is deprecated since ${since}: its base image gets no patches. Move to a newer runtime.`,
    'AWS patches base images of the runtime no more. Functions made of them can still be created and updated, but what is found in their libraries stays in them. Move to a newer runtime.',
  ],
  INSTALLED_IN_IMAGE: [
    'note',
    (packages: readonly string[]) =>
      `pip installs ${listed(packages)} while the image is built: what ${packages.length === 1 ? 'it holds' : 'they hold'} is neither checked nor counted here.`,
    'Distributions that have no wheel for the target, or all of an index with `image.install` "in-image", are installed by pip while the image is built. Their files are not known here: they are not checked, slimmed or counted, and imports that nothing else brings are taken for theirs.',
  ],
  IMAGE_INDEX_NEEDED: [
    'warning',
    (url: string, packages: readonly string[]) =>
      `${listed(packages)} ${packages.length === 1 ? 'comes' : 'come'} from the index ${url}, which pip doesn't know in the image. Give it a pip.conf that names the index when the image is built: \`docker build --secret id=pip.conf,src=…\`.`,
    "Distributions that pip installs while the image is built come from another index than PyPI. The address and credentials of an index don't belong in an image: give them in a pip.conf as a secret of the build.",
  ],
  // python dependencies
  NOT_HASH_LOCKED: [
    'note',
    (file: string) =>
      `${file} has no hashes, so the index decides what is packed. \`uv export\` or \`pip-compile --generate-hashes\` writes them.`,
    'The requirements file is exact but has no hashes, so a changed index could change what is packed. Write hashes with `uv export` or `pip-compile --generate-hashes`.',
  ],
  ENVIRONMENT_UNDECLARED: [
    'note',
    (path: string) =>
      `Nothing says what the function needs, so everything that is installed in ${path} is packed, except pip, setuptools and wheel. Add a requirements.txt or a lock, and what only development needs stays out.`,
    'All packages of a virtual environment are packed because nothing says which are needed at run time. Add a requirements.txt, a pyproject.toml or a lock file.',
  ],
  ENVIRONMENT_SYSTEM_PACKAGES: [
    'note',
    (path: string) =>
      `${path} also sees the packages of the Python that made it (\`include-system-site-packages\`); those are not packed.`,
    'The virtual environment also sees packages of the Python that made it, and those are not packed: "No module named" on Lambda if the function needs them. Install what it needs into the environment.',
  ],
  RUNTIME_SDK_SHARED: [
    'note',
    (name: string, needed: string, runtime: string) =>
      `${name} needs ${needed}, which \`runtimeSdk: omit\` leaves out: it runs with the version that ${runtime} ships.`,
    'With `runtimeSdk: omit` a packed package runs with the AWS SDK version that the runtime ships, which AWS changes without notice. Use `bundle` if the version matters.',
  ],
  PTH_LEFT_OUT: [
    'warning',
    (file: string, name: string, folder: string) =>
      `${file} of ${name} adds the folder "${folder}" to Python's path. lpack leaves .pth files out, which run at every start, so add the folder to PYTHONPATH in the function's \`environment\` if modules are missing.`,
    'A .pth file adds a folder to Python\'s path, and lpack leaves .pth files out: "No module named" for what is in that folder. Add the folder to PYTHONPATH in the function\'s environment.',
  ],
  // python resolution and builds
  UNLOCKED: [
    'note',
    (file: string) =>
      `${file} is not locked: its versions were chosen now, and a later run may choose others. \`uv lock\` or \`uv pip compile --generate-hashes\` fixes them.`,
    'The versions of the packages were chosen now and may be others tomorrow. Lock them with `uv lock` or `uv pip compile --generate-hashes`.',
  ],
  NOT_REPRODUCIBLE: [
    'note',
    (name: string) =>
      `${name} has no wheel and was built from its sources here: another build backend or Python may give other bytes. A wheel in a folder of \`findLinks\` fixes them.`,
    'A package without a wheel was built here, and elsewhere the build may give other bytes. Put a wheel of it into a folder of `findLinks`.',
  ],
  // python indexes
  YANKED: [
    'note',
    (wanted: string) =>
      `${wanted} was yanked by its authors; it is packed because it is pinned. Its page on the index says why.`,
    'A pinned version was withdrawn by its authors, often for a serious fault. Read why on its page, and move to another version.',
  ],
  WHEEL_NOT_LOCKED: [
    'warning',
    (filename: string) =>
      `${filename} is taken from \`findLinks\` because no locked wheel loads on the target; the lock doesn't know its hash.`,
    'A wheel of `findLinks` is packed that the lock file has no hash of, so nothing proves that it is the one that was meant. Lock again with it.',
  ],
} as const satisfies Record<string, readonly [Severity, (...details: never[]) => string, string]>

export type FindingCode = keyof typeof FINDINGS

/** Names for a sentence: `a`, `a and b`, `a, b and c`, and no more than so many. */
function listed(names: readonly string[]): string {
  const told = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `${names.length - MOST_NAMES} more`] : names
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`
}

const MOST_NAMES = 8

/** Every code, in the order of the table. */
export const FINDING_CODES = Object.keys(FINDINGS) as readonly FindingCode[]

/** What a code means, for `lpack check --list`. */
export interface Explanation {
  readonly code: FindingCode
  readonly severity: Severity
  /** What it means on Lambda, and what to do. */
  readonly explanation: string
}

export function explain(code: FindingCode): Explanation {
  const [severity, , explanation] = FINDINGS[code]
  return { code, severity, explanation }
}

/** A finding of the table above. `path` is an archive path or a path on disk; '' for the whole function. */
export function finding<Code extends FindingCode>(
  code: Code,
  path: string,
  ...details: Parameters<(typeof FINDINGS)[Code][1]>
): Finding {
  const [severity, message] = FINDINGS[code] as readonly [Severity, (...details: readonly unknown[]) => string, string?]
  return { code, severity, path, message: message(...details) }
}
