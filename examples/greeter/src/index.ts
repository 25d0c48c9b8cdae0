import words from './words.json'

interface Greeting {
  readonly name?: string
  readonly language?: keyof typeof words
}

export async function handler({ name = 'world', language = 'en' }: Greeting) {
  return { message: `${words[language]}, ${name}!` }
}
