import type { LexemeKind } from './js-lexemes.ts'

type FrameKind = 'top' | 'paren' | 'bracket' | 'object' | 'block' | 'function' | 'class' | 'template' | 'arrow'

interface Frame {
  readonly kind: FrameKind
  /** Of a parenthesis whether a statement follows it, as in `if (…)`. */
  readonly isHead: boolean
  /** What is in it may not be evaluated, or what it throws may be caught. */
  readonly isOptional: boolean
  /** From here to the next comma or statement it may not be evaluated. */
  isConditional: boolean
  /** From here to the next statement it may not be evaluated. */
  isBranch: boolean
  /** `?` that still want their `:`. */
  choices: number
  hasClassAhead: boolean
}

/** Which brackets and functions a reader of JavaScript is in. */
export interface Frames {
  /** Told of each token before it counts. False where a bracket has no partner. */
  readonly before: (kind: LexemeKind, text: string, isFirst: boolean) => boolean
  /** Told of each token after it counts. */
  readonly after: (kind: LexemeKind, text: string) => void
  readonly isInFunction: () => boolean
  readonly isInTemplate: () => boolean
  readonly isSure: () => boolean
  readonly depth: () => number
  /** Told of the end: false where a bracket is open. */
  readonly end: () => boolean
  /** True if a slash that comes now starts a regular expression. */
  readonly awaitsExpression: () => boolean
}

const BEFORE_EXPRESSION = words(
  'return typeof case in of do else void delete throw new instanceof yield await extends default',
)
const UNFINISHED = words(
  'else do try finally var let const import export from function class static async as if for while switch with',
)
const BRANCHES = words('if else for while do with switch try catch finally case')
const HEADS = words('if while for with switch catch')
const CONDITIONS = words('&& || ?? ? ?.')
const OPENERS = words('( [ {')
const CLOSERS: Readonly<Record<string, readonly FrameKind[]>> = {
  ')': ['paren'],
  ']': ['bracket'],
  '}': ['object', 'block', 'function', 'class', 'template'],
}

export function makeFrames(): Frames {
  const top = frameOf('top', false, false)
  const stack: Frame[] = [top]
  let frame = top
  let functions = 0
  let closed: Frame = top
  /** After a `return` or `throw` nothing is sure. */
  let hasEnded = false
  let [kind, text, textBefore] = ['sign' as LexemeKind, '', '']
  let isAfterArrow = false
  let isFunctionAhead = false

  const push = (next: Frame): void => {
    if (next.kind === 'function' || next.kind === 'arrow') functions++
    stack.push(next)
    frame = next
  }
  const pop = (): void => {
    if (frame.kind === 'function' || frame.kind === 'arrow') functions--
    if (frame.kind !== 'arrow') closed = frame
    stack.pop()
    frame = stack[stack.length - 1] ?? top
  }
  const popArrows = (): void => {
    while (frame.kind === 'arrow') pop()
  }
  const child = (frameKind: FrameKind, isHead = false, isOptional = false): Frame =>
    frameOf(frameKind, isHead, isOptional || frame.isOptional || frame.isConditional || frame.isBranch)

  const endsExpression = (): boolean => {
    if (kind === 'word') return !(BEFORE_EXPRESSION.has(text) || UNFINISHED.has(text)) || textBefore === '.'
    if (kind !== 'sign') return true
    return text === ')' ? !closed.isHead : text === ']' || text === '}'
  }
  const endStatement = (): void => {
    frame.isConditional = false
    frame.isBranch = false
    frame.choices = 0
    frame.hasClassAhead = false
  }
  /** Where a line break ends a statement, as it does without a semicolon. */
  const endLine = (nextKind: LexemeKind, next: string): void => {
    const starts =
      nextKind === 'word' ? next !== 'in' && next !== 'instanceof' : nextKind === 'string' || nextKind === 'number'
    if (!starts || !endsExpression() || !isOfStatements(stackBelowArrows(stack))) return
    popArrows()
    endStatement()
  }
  const opened = (next: string): Frame => {
    if (next === '[') return child('bracket')
    if (next === '(') {
      const isHead =
        kind === 'word' &&
        !['object', 'class'].includes(frame.kind) &&
        ((HEADS.has(text) && textBefore !== '.') || (text === 'await' && textBefore === 'for'))
      const isOfFunction = isFunctionAhead
      isFunctionAhead = false
      // Defaults of parameters are evaluated when the function is called.
      return child('paren', isHead, isOfFunction)
    }
    const brace = braceKind()
    return child(brace, false, brace !== 'object')
  }
  const braceKind = (): FrameKind => {
    if (kind === 'sign' && text === '=>') return 'function'
    if (frame.hasClassAhead && endsExpression()) {
      frame.hasClassAhead = false
      return 'class'
    }
    if (kind === 'word') return BEFORE_EXPRESSION.has(text) && !['do', 'else'].includes(text) ? 'object' : 'block'
    if (text === ')') return closed.isHead ? 'block' : 'function'
    if ([';', '{', '}', ''].includes(text)) return 'block'
    if (text !== ':') return 'object'
    return isOfStatements(frame) && !frame.isConditional ? 'block' : 'object'
  }
  const mark = (next: string): void => {
    if (next === 'function') isFunctionAhead = true
    else if (next === 'class') frame.hasClassAhead = true
    else if (BRANCHES.has(next) && isOfStatements(frame)) frame.isBranch = true
    else if ((next === 'return' || next === 'throw') && functions === 0 && isOfStatements(frame)) hasEnded = true
  }
  const separate = (next: string): void => {
    if (next === ';' && isOfStatements(frame)) endStatement()
    if (next === ':' && frame.choices > 0) frame.choices--
    if (next === ':') frame.hasClassAhead = false
    if (next !== ',') return
    frame.isConditional = false
    frame.choices = 0
  }

  return {
    before: (nextKind, next, isFirst) => {
      if (isAfterArrow && next !== '{') push(child('arrow'))
      isAfterArrow = false
      if (isFirst) endLine(nextKind, next)
      if (nextKind !== 'sign') return true
      if (next === ',' || next === ';' || next in CLOSERS || (next === ':' && frame.choices === 0)) popArrows()
      const partners = CLOSERS[next]
      if (partners === undefined) return true
      if (!partners.includes(frame.kind)) return false
      pop()
      if (closed.kind === 'block' && isOfStatements(frame)) endStatement()
      return true
    },
    after: (nextKind, next) => {
      if (nextKind === 'sign') {
        if (OPENERS.has(next)) push(opened(next))
        else if (next === '=>') isAfterArrow = true
        else if (CONDITIONS.has(next)) frame.isConditional = true
        else separate(next)
        if (next === '?') frame.choices++
      } else if (nextKind === 'word' && text !== '.') mark(next)
      else if (nextKind === 'word' && next === 'exit' && functions === 0) hasEnded = true
      else if (nextKind === 'template' && next === '${') push(child('template'))
      textBefore = text
      kind = nextKind
      text = next
    },
    isInFunction: () => functions > 0,
    isInTemplate: () => stackBelowArrows(stack).kind === 'template',
    isSure: () => !(hasEnded || functions > 0 || frame.isOptional || frame.isConditional || frame.isBranch),
    depth: () => stack.length - 1,
    end: () => {
      popArrows()
      return stack.length === 1
    },
    awaitsExpression: () => {
      if (kind === 'word') return BEFORE_EXPRESSION.has(text) && textBefore !== '.'
      if (kind === 'template') return text === '${'
      if (kind !== 'sign' || text === ']' || text === '++' || text === '--') return kind === 'sign' && text === ''
      if (text === ')') return closed.isHead
      return text === '}' ? ['block', 'function', 'class'].includes(closed.kind) : true
    },
  }
}

function stackBelowArrows(stack: readonly Frame[]): Frame {
  return stack.findLast(({ kind }) => kind !== 'arrow') ?? frameOf('top', false, false)
}

function isOfStatements({ kind }: Frame): boolean {
  return kind === 'top' || kind === 'block' || kind === 'function'
}

function frameOf(kind: FrameKind, isHead: boolean, isOptional: boolean): Frame {
  return {
    kind,
    isHead,
    isOptional,
    isConditional: false,
    isBranch: false,
    choices: 0,
    hasClassAhead: false,
  }
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
