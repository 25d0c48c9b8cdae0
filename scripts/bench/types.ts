/** What one process took. CPU is user and system time, of its children, too. */
export interface Measurement {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  /** Resident memory at its highest, of the largest process. */
  readonly peakBytes: number
}

/** A command that is measured against others. */
export interface Contender {
  readonly name: string
  /** For sh. */
  readonly command: string
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Sets the stage, unmeasured. */
  readonly before?: () => void
  /** The size of what it made. */
  readonly bytes?: () => number
  /** Measured in the first round alone, for it takes long. */
  readonly isSlow?: boolean
}

export interface Result {
  readonly name: string
  /** null: it makes none. */
  readonly bytes: number | null
  readonly runs: readonly Measurement[]
}

export interface Goal {
  readonly what: string
  readonly goal: string
  readonly got: string
  readonly isReached: boolean
}

export interface Section {
  readonly title: string
  /** Sentences above the table. */
  readonly notes: readonly string[]
  /** The first is what the others are compared with. */
  readonly results: readonly Result[]
}

export interface Outcome {
  readonly sections: readonly Section[]
  readonly goals: readonly Goal[]
}

/** What can be run alone: `--only id`. */
export interface Group {
  readonly id: string
  readonly run: (bench: Bench) => Promise<Outcome>
}

/** The place and the settings of a run. */
export interface Bench {
  /** Where inputs, tools, results and whatever is made stand; kept between runs. */
  readonly work: string
  /** Rounds of each comparison. */
  readonly repeats: number
  /** Whether slow peers run on large inputs, too. */
  readonly isThorough: boolean
  /** Finds lpack, uv and the other tools. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Tells what goes on, on stderr. */
  readonly tell: (sentence: string) => void
}
