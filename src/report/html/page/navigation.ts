import { count, size } from '../../words.ts'
import type { Store } from './state.ts'
import { bytesOf, type TreeNode } from './tree.ts'

/** The ways through the artifact. */
export interface Navigation {
  /** Fills the map with a package or folder; the keyboard stays. */
  readonly open: (node: TreeNode) => void
  /** The same, and the keyboard goes to where it came from, or to the first rectangle. */
  readonly enter: (node: TreeNode) => void
  readonly select: (node: TreeNode) => void
  /** Enters a folder; selects a file where it is. */
  readonly reveal: (node: TreeNode) => void
  /** Back out by one. */
  readonly leave: () => void
}

interface Surroundings {
  /** Puts the keyboard on a node's rectangle, or on the first one. */
  readonly focus: (node: TreeNode | null) => void
  /** Tells those who listen. */
  readonly say: (text: string) => void
}

export function makeNavigation(store: Store, { focus, say }: Surroundings): Navigation {
  const open = (root: TreeNode): void => {
    store.change({ root, selected: null })
    const { mode } = store.get()
    say(`${root.label}: ${size(bytesOf(root, mode))} ${mode}, ${count(root.files, 'file')}.`)
  }
  const enter = (root: TreeNode): void => {
    const left = store.get().root
    open(root)
    focus(left.parent === root ? left : null)
  }
  const select = (selected: TreeNode): void => {
    store.change({ selected })
    focus(selected)
  }
  const reveal = (node: TreeNode): void => {
    if (node.children.length > 0) enter(node)
    else {
      if (node.parent !== null && node.parent !== store.get().root) open(node.parent)
      select(node)
    }
  }
  const leave = (): void => {
    const { selected, root } = store.get()
    if (selected !== null) {
      store.change({ selected: null })
      focus(selected)
    } else if (root.parent !== null) enter(root.parent)
  }
  return { open, enter, select, reveal, leave }
}
