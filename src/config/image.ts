import { posix, resolve } from 'node:path'
import { baseImageOf, languageOfBase } from '../aws/base-images.ts'
import { NODE_RUNTIMES, PYTHON_RUNTIMES } from '../aws/runtimes.ts'
import { isSafePath } from '../formats/archive-path.ts'
import { type ImageReference, parseImageReference, repositoryName } from '../formats/image-reference.ts'
import type { Architecture, ImageConfig, ImageCopy } from '../model.ts'
import type { RawFunction, RawImage, RawImageCopy } from './define.ts'
import type { Draft } from './drafts.ts'
import { languageOf } from './infer.ts'
import { type KeyPath, type Problem, quote } from './problem.ts'

/** What the image of a function is made of and for. */
export interface ImageOf {
  readonly name: string
  readonly runtime: string
  readonly architecture: Architecture
  readonly root: string
}

/** How the image of a function is made, with every default filled. */
export function imageOf(draft: Draft, { name, runtime, architecture, root }: ImageOf): ImageConfig {
  const { image = {} } = draft.raw
  const python = languageOf(runtime) === 'python' ? image : {}
  return {
    base: baseOf(draft, runtime) ?? baseImageOf(runtime, architecture),
    pin: image.pin ?? false,
    packages: image.packages ?? [],
    buildPackages: python.buildPackages ?? [],
    install: python.install ?? 'copy',
    copy: (image.copy ?? []).map(one => copyOf(one, root)),
    labels: { ...image.labels },
    tag: tagOf(image, name),
  }
}

/** The name of the image of a function. */
export function tagOf({ tag = '{name}:latest' }: RawImage, name: string): string {
  return tag.replaceAll('{name}', repositoryName(name))
}

/** What a schema can't say of the key `image`; its problems are below that key. */
export function imageProblems({ image = {} }: RawFunction): readonly Problem[] {
  const { base, tag } = image
  const isReference = (text: string) => parseImageReference(text) !== null
  return [
    ...(base === undefined || isReference(base) ? [] : [notReference('base', base, 'repository/name:tag')]),
    ...(tag === undefined || isReference(tagOf(image, 'hello'))
      ? []
      : [notReference('tag', tag, 'hello:latest or example.com/{name}:1.2')]),
    ...copyProblems(image.copy ?? []),
  ]
}

/** What of the key `image` doesn't suit the runtime. */
export function imageRuntimeProblems(draft: Draft, runtime: string): readonly Problem[] {
  const { image } = draft.raw
  if (image === undefined) return []
  const keys = draft.keysOf('image')
  const isNode = languageOf(runtime) === 'node'
  const foreign = isNode && !isShared(draft) ? (['buildPackages', 'install'] as const) : []
  return [
    ...foreign
      .filter(key => image[key] !== undefined)
      .map(key => ({
        keys: [...keys, key],
        text: `is for Python functions, and this one runs on ${runtime}. Remove it.`,
      })),
    ...baseProblems(draft, runtime).map(text => ({ keys: [...keys, 'base'], text })),
  ]
}

function notReference(key: string, text: string, example: string): Problem {
  return {
    keys: [key],
    text: `is ${quote(text)}, which names no image. Write it as ${example}, in lower case.`,
  }
}

/** A default of all functions. */
function isShared({ label, keysOf }: Draft): boolean {
  return label !== '' && keysOf('image').length === 1
}

/** The base that the config names; a default of all functions that is of the other language is as if it weren't there. */
function baseOf(draft: Draft, runtime: string): string | null {
  const base = draft.raw.image?.base
  if (base === undefined) return null
  const own = awsRuntimeOf(parseImageReference(base))
  const isOther = own !== null && own.language !== languageOf(runtime)
  return isOther && isShared(draft) ? null : base
}

function baseProblems(draft: Draft, runtime: string): readonly string[] {
  const base = baseOf(draft, runtime)
  const reference = base === null ? null : parseImageReference(base)
  if (reference === null) return []
  const { architecture = 'x86_64' } = draft.raw
  const who = isShared(draft) ? `the function ${quote(draft.name)}` : 'the function'
  const named = architectureOf(reference)
  const own = awsRuntimeOf(reference)
  const isSame = own === null || (own.runtime === null ? own.language === languageOf(runtime) : own.runtime === runtime)
  return [
    ...(named === null || named === architecture
      ? []
      : [`is ${quote(base)}, which is for ${named}, and ${who} runs on ${architecture}. Change one.`]),
    ...(isSame ? [] : [`is ${quote(base)}, and ${who} runs on ${runtime}. Change one.`]),
  ]
}

/** As tags end in it. */
function architectureOf({ tag }: ImageReference): Architecture | null {
  const [, word = ''] = /(?:^|[-_.])(x86_64|amd64|arm64|aarch64)(?:v8)?$/i.exec(tag ?? '') ?? []
  if (word === '') return null
  return /^a(?:rm|arch)/i.test(word) ? 'arm64' : 'x86_64'
}

/** What one of AWS's base images is for; its runtime is null where the tag doesn't say. */
function awsRuntimeOf(
  reference: ImageReference | null,
): { readonly language: 'python' | 'node'; readonly runtime: string | null } | null {
  if (reference === null) return null
  const { repository, tag } = reference
  const word = languageOfBase(repository)
  if (word === null) return null
  const [version] = /^\d+(?:\.\d+)?/.exec(tag ?? '') ?? []
  const known = [...PYTHON_RUNTIMES, ...NODE_RUNTIMES].map(({ id }) => id)
  const runtime = word === 'python' ? `python${version}` : `nodejs${version}.x`
  return { language: word === 'python' ? 'python' : 'node', runtime: known.includes(runtime) ? runtime : null }
}

function copyOf(one: string | RawImageCopy, root: string): ImageCopy {
  const { from, to = from } = typeof one === 'string' ? { from: one } : one
  return { from: resolve(root, from), to: normalised(to) }
}

function copyProblems(copies: readonly (string | RawImageCopy)[]): readonly Problem[] {
  const seen = new Set<string>()
  return copies.flatMap((one, position) => {
    const { from, to } = typeof one === 'string' ? { from: one, to: undefined } : one
    const text = to === undefined ? fromProblem(from) : toProblem(to)
    const place = normalised(to ?? from)
    const keys: KeyPath = ['copy', position, ...(to === undefined ? [] : ['to'])]
    if (text !== null) return [{ keys, text }]
    if (seen.has(place)) return [{ keys, text: `is ${quote(place)}, to which another entry is copied. Change one.` }]
    seen.add(place)
    return []
  })
}

function fromProblem(from: string): string | null {
  if (isBelow(from)) return null
  return `is ${quote(from)}, which is not a path below the function's root. Say where it goes, such as { "from": ${quote(from)}, "to": "models" }.`
}

function toProblem(to: string): string | null {
  return isBelow(to) ? null : `is ${quote(to)}; it must be a path below the task root, such as "models".`
}

/** True of a path with `/` that stays below where it starts, and is not that place itself. */
function isBelow(path: string): boolean {
  return isSafePath(normalised(path)) && !/\p{Cc}/u.test(path)
}

function normalised(path: string): string {
  const short = posix.normalize(path).replace(/\/+$/, '')
  return short === '.' ? '' : short
}
