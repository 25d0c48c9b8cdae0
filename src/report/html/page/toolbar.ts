import { button, h } from './dom.ts'
import type { State, Store } from './state.ts'

/** Buttons of which one is pressed: the value that a part of the state has. */
export function choices<Key extends 'mode' | 'listing'>(
  store: Store,
  key: Key,
  { label, values }: { readonly label: string; readonly values: Readonly<Record<State[Key], string>> },
): HTMLElement {
  const buttons = (Object.entries(values) as [State[Key], string][]).map(([value, word]) => ({
    value,
    element: button({ [`data-${key}`]: value }, word, () => store.change({ [key]: value })),
  }))
  store.follow(state => {
    for (const { value, element } of buttons) element.setAttribute('aria-pressed', String(state[key] === value))
  })
  return h('div', { class: 'segments', role: 'group', 'aria-label': label }, ...buttons.map(({ element }) => element))
}

interface SearchActions {
  readonly find: (query: string) => void
  /** To the heaviest of what was found. */
  readonly jump: () => void
  /** Into the list of what was found. */
  readonly descend: () => void
}

const HELP =
  'Each word must be in the path or in the package; * stands for anything. Enter shows the heaviest in the map.'

export function searchField({ find, jump, descend }: SearchActions): HTMLElement {
  const input = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Find files and packages',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'search-help',
  })
  input.addEventListener('input', () => find(input.value))
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter') jump()
    else if (event.key === 'ArrowDown') descend()
    else if (event.key === 'Escape') {
      input.value = ''
      find('')
    } else return
    event.preventDefault()
  })
  return h(
    'div',
    { class: 'search', role: 'search' },
    h('label', { for: 'search', class: 'unseen' }, 'Find files and packages'),
    input,
    h('span', { id: 'search-help', class: 'unseen' }, HELP),
  )
}
