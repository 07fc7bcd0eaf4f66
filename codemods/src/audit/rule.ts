import type ts from '#typescript'

/** A place that breaks a rule. */
export interface Violation {
  /** Absolute path. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly message: string
  /** The line of code, trimmed. */
  readonly snippet: string
}

/** A class of violations that single files, or all of them together, show. */
export interface Rule {
  readonly name: string
  /** Why it matters, in one sentence. */
  readonly why: string
  /** What to do about it, in one sentence. */
  readonly fix: string
  /** What a finding of it is: `bridged` is off the facade already. Default `violation`. */
  readonly kind?: 'bridged'
  /** ASCII texts of which a file's bytes must hold one to be looked at. */
  readonly needles: readonly string[]
  /** Whether a text that holds a needle is worth parsing. Default: it is. */
  readonly applies?: (text: string) => boolean
  /** Looks at one file. */
  visit(source: ts.SourceFile): readonly Violation[]
  /** What only all files together show; called once, at the end. */
  finish?(): readonly Violation[]
}

/** A violation at a node. */
export function violationAt(node: ts.Node, message: string): Violation {
  const source = node.getSourceFile()
  const start = node.getStart(source)
  const { line, character } = source.getLineAndCharacterOfPosition(start)
  return { file: source.fileName, line: line + 1, column: character + 1, message, snippet: lineOf(source.text, start) }
}

/** The line of a text that holds an offset, trimmed. */
export function lineOf(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = text.slice(start, end === -1 ? undefined : end).trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
