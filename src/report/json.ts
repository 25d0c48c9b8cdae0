import type { FunctionReport } from '../model.ts'

/** The document that `--json` prints: keys never change meaning, new ones may come. Sizes are bytes. */
export function reportsAsJson(reports: readonly FunctionReport[], version: string): string {
  return `${JSON.stringify({ version, functions: reports.map(functionAsJson) }, null, 2)}\n`
}

function functionAsJson({
  name,
  runtime,
  architecture,
  handler,
  artifact,
  packages,
  limits,
  findings,
}: FunctionReport) {
  const { kind, path, bytes, unzippedBytes, sha256, unchanged, entries } = artifact
  return {
    name,
    runtime,
    architecture,
    handler,
    artifact: {
      kind,
      path,
      bytes,
      unzippedBytes,
      files: entries.length,
      sha256,
      codeSha256: codeSha256(sha256),
      unchanged,
    },
    packages,
    limits,
    findings,
  }
}

/** As Lambda's CodeSha256: base64 of the zip's digest. https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export function codeSha256(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64')
}
