// Packs the functions of lpack.config.yaml, and tells which of them have to be deployed: npm run build
//
// deployed.json has the CodeSha256 of what runs, by function, as `aws lambda get-function-configuration --function-name hello
// --query CodeSha256 --output text` tells it. What deploys, such as a CDK app, takes runtime, architecture, handler and artifact.path from
// what zip() returns. Ends with 0 if all is well, 1 if something is over its limits or would not start, 2 if nothing was packed.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { report, UserError, zip } from 'lpack'

const config = fileURLToPath(new URL('lpack.config.yaml', import.meta.url))
const deployed = JSON.parse(await readFile(new URL('deployed.json', import.meta.url), 'utf8'))

// Ctrl+C leaves the artifacts as they were.
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('Interrupted.')))
const { signal } = stop

try {
  for (const { name, artifact } of await zip({ config, signal })) {
    const next = artifact.codeSha256 === deployed[name] ? 'is deployed already' : 'has to be deployed'
    console.log(`${name} ${next}: ${artifact.bytes} bytes, ${artifact.codeSha256}`)
  }
  // Limits, budgets and findings: of each function, and of all together.
  const { functions, total } = await report({ config, signal })
  for (const { name, findings } of functions) {
    for (const { severity, message } of findings) console.log(`${name}: ${severity}: ${message}`)
  }
  const isWell = functions.every(({ ok }) => ok) && total?.ok !== false
  process.exitCode = isWell ? 0 : 1
} catch (error) {
  // What you can mend is told in a sentence; anything else keeps its stack.
  if (!(error instanceof UserError) && !signal.aborted) throw error
  console.error(error.message)
  process.exitCode = signal.aborted ? 130 : 2
}
