import type { CommandName } from './arguments.ts'

const EXIT = 'Exit codes: 0 fine; 1 written, but over a limit or with errors; 2 nothing.\n'

const OVERVIEW = `lpack packages AWS Lambda functions.

  lpack zip [function…]            write a zip, and judge it by Lambda's limits
  lpack image [function…]          write a Dockerfile, or make a container image
  lpack check [function… | zip…]   tell what would go wrong on Lambda
  lpack report [function… | zip…]  measure zips by package and file
  lpack why FUNCTION PATH|PACKAGE  tell why something is packed, or not
  lpack init                       write a config from what is in this folder
  lpack cache [clear]              show what is kept between runs, or remove it

Without names: all functions of the config. Without a config: what is here.
\`lpack COMMAND --help\` has the options and examples of a command.

Common options:
  --config FILE    this config, and not the one that is found
  --out-dir DIR    where artifacts are (default: outDir of the config)
  --json           one JSON document on stdout, nothing else
  --quiet          nothing on stdout
  --verbose        everything: also what is unchanged, and what was left out
  --no-cache       keep nothing for later runs, use nothing of earlier ones
  --version        with --verbose: what a bug report should say

${EXIT}`

const COMMON = `Common options (\`lpack --help\` explains them):
  --config FILE, --out-dir DIR, --json, --quiet, --verbose, --no-cache
`

const COMMANDS: Readonly<Record<CommandName, string>> = {
  zip: `lpack zip [function…]

Writes <outDir>/<name>.zip: the function's files and its runtime dependencies,
the same bytes on every machine. Checks whether it would start, and judges it by
Lambda's limits and your budget. What is unchanged is left alone.

  --jobs N      compress in N threads (default: what cores and memory allow)
  --no-check    don't check whether the function would start

${COMMON}
Examples:
  lpack zip                    all functions
  lpack zip hello --json       one, for a script
  lpack zip --config infra/lpack.config.yaml --out-dir build

${EXIT}`,
  image: `lpack image [function…]

Writes <outDir>/<name>/, a Dockerfile with what it copies, and prints the
commands that build, try and push the image.

  --build         build it, too: with docker, podman, buildah, nerdctl or finch
  --engine NAME   with --build: this one (default: the first that is ready)
  --oci           make it without an engine: the OCI layout <outDir>/<name>.oci
  --push REF      push it without an engine; {name} is the function's
  --offline       take base images from the cache, and ask no registry for them
  --jobs N, --no-check   as in \`lpack zip\`

${COMMON}
Examples:
  lpack image --build --engine podman
  lpack image --push 123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}:v1

${EXIT}`,
  check: `lpack check [function… | zip…]

Tells what would go wrong on Lambda, and writes nothing. For zips, by any tool:

  --runtime ID       the runtime it is for, such as python3.13
  --architecture A   x86_64 (default) or arm64
  --handler H        such as app.handler; without it, imports are not checked

  --list [code…]     explain the codes of findings

${COMMON}
Examples:
  lpack check
  lpack check build.zip --runtime python3.13 --handler app.handler
  lpack check --list HANDLER_ASYNC

${EXIT}`,
  report: `lpack report [function… | zip…]

Measures the zips that \`lpack zip\` wrote, or any others, by package and file.

  --diff OLD     compare with a zip, a folder of zips, or an earlier --json
  --html FILE    write a page with a map of the artifact
  --markdown     for pull requests; also appended to $GITHUB_STEP_SUMMARY if set
  --sbom FILE    write a software bill of materials (CycloneDX)
  --no-check     measure only
  --runtime ID, --architecture A, --handler H   of zips, as in \`lpack check\`

${COMMON}
Examples:
  lpack report hello --html report.html
  lpack report --markdown --diff main.json
  lpack report somebody-elses.zip

${EXIT}`,
  why: `lpack why FUNCTION PATH|PACKAGE

Tells what brings a file, folder or package into a function's artifact, from the
handler or a requirement down to it, or what keeps it out.

${COMMON}
Examples:
  lpack why hello urllib3
  lpack why hello numpy/tests
  lpack why api "src/**/*.json" --json
`,
  init: `lpack init

Writes lpack.config.yaml from what is in this folder: Python or Node.js, lock
files, handlers, functions/*, serverless.yml, a SAM template, Terraform files.
Asks for what no file says. Overwrites nothing.

  --yes, -y    ask nothing
  --quiet      nothing on stdout

Example:
  lpack init --yes && lpack zip
`,
  cache: `lpack cache [clear]

Shows what is kept between runs, and where; or removes it.

  --json       one JSON document on stdout, nothing else
  --quiet      nothing on stdout

Environment variables:
  LPACK_CACHE_DIR      where it is
  LPACK_CACHE_SIZE     how large it may get, without wheels (default: 2 GB)
  LPACK_REMOTE_CACHE   the URL of a server that a team shares

Examples:
  lpack cache
  lpack cache clear
`,
}

/** What a person is told of a command; null: of all. Fits a terminal of 24 lines and 80 columns, the prompt below it. */
export function usageOf(command: CommandName | null): string {
  return command === null ? OVERVIEW : COMMANDS[command]
}
