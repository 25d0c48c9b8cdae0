/** A section of the README that a reader can follow in an empty folder. */
export interface Recipe {
  readonly name: string
  /** Path → content. */
  readonly files: Readonly<Record<string, string>>
  /** Shell scripts, in their order. */
  readonly scripts: readonly string[]
}

const MARK = /^<!-- recipe: ([\w-]+) -->$/

/** The recipes of a Markdown text: from their mark to the next heading. */
export function recipesOf(markdown: string): readonly Recipe[] {
  const recipes: Recipe[] = []
  for (const section of markdown.split(/^#{2,} .*$/m)) {
    const [, name] =
      section
        .split('\n')
        .map(line => MARK.exec(line))
        .find(match => match !== null) ?? []
    if (name === undefined) continue
    const blocks = blocksOf(section)
    const files = blocks.filter(({ file }) => file !== '').map(({ file, text }) => [file, text])
    const scripts = blocks.filter(({ language, file }) => language === 'sh' && file === '').map(({ text }) => text)
    recipes.push({ name, files: Object.fromEntries(files), scripts })
  }
  return recipes
}

/** The scripts under a heading. */
export function scriptsUnder(markdown: string, heading: string): readonly string[] {
  const section = markdown.split(/^(?=#{2,} )/m).find(text => text.startsWith(`## ${heading}\n`)) ?? ''
  return blocksOf(section)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text)
}

function blocksOf(section: string): { readonly language: string; readonly file: string; readonly text: string }[] {
  const blocks = section.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, language = '', file = '', text = '']) => ({ language, file, text }))
}
