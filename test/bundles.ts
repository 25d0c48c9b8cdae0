import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Bundled, bundle } from '../src/files/node/bundle.ts'
import { isExternalByRule } from '../src/files/node/externals.ts'
import type { FunctionConfig, NodePlan } from '../src/model.ts'
import { inTemporaryFolder, writeTree } from './helpers.ts'
import { testNodePlan, testSystem } from './worlds.ts'

export type Tree = Readonly<Record<string, string | Uint8Array>>

export interface Wanted {
  /** The entry from the root; its name without the extension is the handler's module. */
  readonly entry?: string
  readonly options?: Readonly<Record<string, unknown>>
  readonly changes?: Partial<FunctionConfig>
  readonly more?: Partial<NodePlan>
}

/** A package's files under node_modules. */
export function pkg(name: string, files: Tree, manifest: Readonly<Record<string, unknown>> = {}): Tree {
  const dir = `node_modules/${name}`
  const all = { 'package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }), ...files }
  return Object.fromEntries(Object.entries(all).map(([path, content]) => [`${dir}/${path}`, content]))
}

/** Bundles a function that stands in a folder. */
export function bundleIn(
  root: string,
  { entry = 'index.ts', options = {}, changes, more }: Wanted = {},
): Promise<Bundled> {
  const module = entry.replace(/\.\w+$/, '')
  const plan = testNodePlan(
    root,
    { bundle: { kind: 'bundle', options }, ...changes },
    { entry: { file: join(root, entry), module, exportPath: 'handler' }, ...more },
  )
  const system = testSystem()
  return bundle(plan, async one => (await isExternalByRule(one, system.disk)) !== null, system)
}

/** Bundles files that stand nowhere else. */
export function bundleTree(files: Tree, wanted: Wanted = {}): Promise<Bundled> {
  return inTemporaryFolder(async dir => {
    await writeTree(dir, files)
    return bundleIn(dir, wanted)
  })
}

/**
 * What the handler of a bundle returns (or its error's message), in a process of its own whose only files are the bundle's
 * and those given. Not by `node -e`, which has a global `require` that hides mistakes.
 */
export function runBundle({ path, bytes, assets, map }: Bundled, more: Tree = {}): Promise<unknown> {
  return inTemporaryFolder(async dir => {
    const linked = map?.mode === 'linked' ? { [`${path}.map`]: map.bytes } : {}
    await writeTree(dir, { [path]: bytes, ...linked, ...more })
    await writeTree(dir, Object.fromEntries(assets.map(asset => [asset.path, asset.bytes])))
    await writeTree(dir, {
      'run.mjs': `const { handler } = await import('./${path}')
        const said = await Promise.resolve().then(() => handler({})).catch(error => error.stack)
        process.stdout.write(JSON.stringify({ said }))`,
    })
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--enable-source-maps', join(await realpath(dir), 'run.mjs')], {
      env: { PATH: process.env['PATH'] },
    })
    return (JSON.parse(stdout) as { said: unknown }).said
  })
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
