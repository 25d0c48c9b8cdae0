import type { Mode } from './data.ts'
import type { Matches } from './search.ts'
import type { TreeNode } from './tree.ts'

/** Children of a place, or its files, largest first. */
type Listing = 'inside' | 'largest'

/** Where the map and its list are. */
export interface State {
  /** The artifact; what `root` is a part of. */
  readonly artifact: TreeNode
  /** What fills the map. */
  readonly root: TreeNode
  readonly mode: Mode
  readonly selected: TreeNode | null
  readonly query: string
  /** null: nothing is searched for. */
  readonly matches: Matches | null
  readonly listing: Listing
}

export interface Store {
  readonly get: () => State
  readonly change: (next: Partial<Omit<State, 'artifact'>>) => void
  /** Is told of every change, and of the state as it is now. */
  readonly follow: (draw: (state: State) => void) => void
}

export function makeStore(artifact: TreeNode): Store {
  let state: State = {
    artifact,
    root: artifact,
    mode: 'zipped',
    selected: null,
    query: '',
    matches: null,
    listing: 'inside',
  }
  const followers: ((state: State) => void)[] = []
  return {
    get: () => state,
    change: next => {
      state = { ...state, ...next }
      for (const draw of followers) draw(state)
    },
    follow: draw => {
      followers.push(draw)
      draw(state)
    },
  }
}
