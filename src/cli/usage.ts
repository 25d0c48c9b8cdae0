import type { CommandName } from './arguments.ts'

const COMMON = `Common options:
  --config FILE     this config instead of the one that is found
  --out-dir DIR     where artifacts are (default: outDir of the config, else lpack.out)
  --json            one JSON document on stdout and nothing else
  --quiet           nothing on stdout
  --verbose         everything, also of what is unchanged, and what was left out
  --no-cache        keep nothing for later runs, use nothing of earlier ones
`

const EXIT = 'Exit codes: 0 fine; 1 written, but over a limit or with an error found; 2 nothing written.\n'

const OVERVIEW = `lpack packages AWS Lambda functions.

  lpack zip [function…]              write a zip, and report its size against limits
  lpack image [function…]            write a Dockerfile and its context, or make the image
  lpack check [function… | zip…]     tell what would go wrong on Lambda
  lpack report [function… | zip…]    measure zips by package and file
  lpack why FUNCTION PATH|PACKAGE    tell why something is in the artifact, or not
  lpack init                         write a config from what is in this folder
  lpack cache [clear]                show what is kept between runs, or remove it

No function named: all of the config. No config: what this folder holds decides.
\`lpack COMMAND --help\` tells the options and examples of a command.

${COMMON}  --version         with --verbose: what a bug report should say
  --help

${EXIT}`

const COMMANDS: Readonly<Record<CommandName, string>> = {
  zip: `lpack zip [function…]

Writes <outDir>/<name>.zip: the function's files and its runtime dependencies for the
target, the same bytes on every machine. Checks whether it would start, and reports its
size against Lambda's limits and your budget. What is unchanged is left alone.

  --jobs N          compress in N threads (default: as the machine's cores and memory allow)
  --no-check        don't check whether the function would start

${COMMON}
Examples:
  lpack zip                          all functions
  lpack zip hello --json             one, for a script
  lpack zip --config infra/lpack.config.yaml --out-dir build

${EXIT}`,
  image: `lpack image [function…]

Writes <outDir>/<name>/: a Dockerfile from the Lambda base image and what it copies, and
tells the commands that build, try and push it.

  --build           build it, too: with docker, podman, buildah, nerdctl or finch
  --engine NAME     with this one (default: the first that is ready)
  --oci             make the image without an engine: the OCI layout <outDir>/<name>.oci
  --push REF        make it without an engine, and push it; {name} is the function's
  --offline         take base images from the cache, and ask no registry for them
  --jobs N, --no-check   as of \`lpack zip\`

${COMMON}
Examples:
  lpack image hello
  lpack image --build --engine podman
  lpack image --push 123456789012.dkr.ecr.eu-west-1.amazonaws.com/{name}:v1

${EXIT}`,
  check: `lpack check [function… | zip…]

Tells what would go wrong on Lambda, and writes nothing. Of a zip, whoever made it, with:

  --runtime ID      what it is to run on, such as python3.13
  --architecture A  x86_64 (default) or arm64
  --handler H       such as app.handler; without it, handlers and imports are not looked at
  --list [code…]    tell what the codes of findings mean

${COMMON}
Examples:
  lpack check
  lpack check build.zip --runtime python3.13 --architecture arm64 --handler app.handler
  lpack check --list HANDLER_ASYNC

${EXIT}`,
  report: `lpack report [function… | zip…]

Measures the zips that stand, by package and file, against limits and budgets.

  --markdown        for pull requests; appended to $GITHUB_STEP_SUMMARY, too, if that is set
  --html FILE       write a page with a map of the artifact
  --sbom FILE       write a bill of materials (CycloneDX)
  --diff OLD        compare with a zip, a folder of zips, or the --json of an earlier report
  --runtime ID, --architecture A, --handler H   of zips, as of \`lpack check\`
  --no-check        measure alone

${COMMON}
Examples:
  lpack report hello --html report.html
  lpack report --markdown --diff main.json
  lpack report somebody-elses.zip

${EXIT}`,
  why: `lpack why FUNCTION PATH|PACKAGE

Tells what brings a file, folder or package into a function's artifact, from the handler
or a requirement down to it, or what keeps it out.

${COMMON}
Examples:
  lpack why hello urllib3
  lpack why hello numpy/tests
  lpack why api "src/**/*.json" --json
`,
  init: `lpack init

Writes lpack.config.yaml from what is in this folder: Python or Node.js, lock files,
handlers, functions/*, serverless.yml, a SAM template or Terraform files. Asks for what
can't be seen. Overwrites nothing.

  --yes, -y         ask nothing
  --quiet           nothing on stdout

Example:
  lpack init --yes && lpack zip
`,
  cache: `lpack cache [clear]

Shows what is kept between runs, and where; or removes it.

  --json            one JSON document on stdout and nothing else
  --quiet           nothing on stdout

LPACK_CACHE_DIR says where it is, LPACK_CACHE_SIZE how large it may get, wheels aside
(default: 2 GB), LPACK_REMOTE_CACHE which server a team shares.

Examples:
  lpack cache
  lpack cache clear
`,
}

/** What a person is told of a command; null: of all. Fits a terminal of 40 lines and 90 columns. */
export function usageOf(command: CommandName | null): string {
  return command === null ? OVERVIEW : COMMANDS[command]
}
