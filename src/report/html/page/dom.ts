import { visible } from '../../../formats/text-width.ts'

export type Child = Node | string | null

type Attributes = Readonly<Record<string, string | number | boolean>>

/**
 * An element. Text goes in as text, never as HTML, and with nothing in it that turns or hides what stands beside it. An attribute that is
 * false is left out.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  replace(element, ...children)
  return element
}

export function replace(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(
    ...children.filter(child => child !== null).map(child => (typeof child === 'string' ? plain(child) : child)),
  )
}

/** Of a message its line breaks stay. */
function plain(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** A message in which code stands between backticks. */
export function prose(text: string): HTMLElement {
  const parts = text.split('`')
  // An odd backtick is none that opens code.
  const isMarked = parts.length % 2 === 1
  return h(
    'span',
    { class: 'prose' },
    ...(isMarked ? parts.map((part, place) => (place % 2 === 1 ? h('code', {}, part) : part)) : [text]),
  )
}

/** A button that looks as its class says. */
export function button(attributes: Attributes, label: Child, press: () => void): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, label)
  element.addEventListener('click', press)
  return element
}

/** A part of the page with its heading, which the links at the top lead to. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title`, tabindex: -1 }, title),
    ...children,
  )
}

/** What scrolls must be reachable by keyboard, and have a name. */
export function scrollable(label: string, ...children: readonly Child[]): HTMLElement {
  return h('div', { class: 'scrollable', role: 'region', 'aria-label': label, tabindex: 0 }, ...children)
}
