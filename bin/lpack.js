#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 12)) {
  console.error(`lpack needs Node.js 20.12 or newer; this is ${process.version}.`)
  process.exit(2)
}
const { start } = await import('../dist/cli.js')
await start()
