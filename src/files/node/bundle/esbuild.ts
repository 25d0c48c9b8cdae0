import type { BuildOptions, BuildResult } from 'esbuild'

export type {
  BuildOptions,
  Loader,
  Message,
  Metafile,
  OnResolveArgs,
  OnResolveResult,
  Plugin,
  PluginBuild,
} from 'esbuild'

/** Outputs stay in memory, and tell what they are made of. */
interface InMemory {
  readonly write: false
  readonly metafile: true
}

export type Built = BuildResult<InMemoryOptions>
type InMemoryOptions = { write: false; metafile: true }

/** esbuild's build; its program is loaded when it is first needed. Throws an error with `errors` where the code can't be bundled. */
export async function build(options: BuildOptions & InMemory): Promise<Built> {
  const esbuild = await import('esbuild')
  return esbuild.build<InMemoryOptions>(options)
}
