import { readFileSync } from 'node:fs'
import ts from 'typescript-checker'
import { root } from './exports-of.js'

/** A test as its file declares it; `%s` and `$name` in the titles of tables stand as they are. */
export interface DeclaredTest {
  /** The titles of the describes around it and its own, joined by ` > `. */
  readonly title: string
  /** Whether it, or a describe around it, never runs. */
  readonly skipped: boolean
}

/** The tests that a file of the repository declares. */
export function testsIn(file: string): DeclaredTest[] {
  return testsOf(readFileSync(root + file, 'utf8'))
}

/** The tests that the text of a test file declares. */
export function testsOf(text: string): DeclaredTest[] {
  const source = ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.ESNext, true)
  const found: DeclaredTest[] = []
  const visit = (node: ts.Node, around: DeclaredTest | undefined): void => {
    const declared = ts.isCallExpression(node) ? declaredBy(node, source, around) : undefined
    if (declared?.kind === 'it') found.push(declared.test)
    ts.forEachChild(node, (child) => visit(child, declared?.test ?? around))
  }
  visit(source, undefined)
  return found
}

/** What `describe('...', ...)`, `it.each(rows)('...', ...)` and the like declare. */
function declaredBy(
  call: ts.CallExpression,
  source: ts.SourceFile,
  around: DeclaredTest | undefined,
): { kind: 'describe' | 'it'; test: DeclaredTest } | undefined {
  const [first] = call.arguments
  const words = wordsOf(call.expression)
  const kind = words[0]
  if (first === undefined || call.arguments.length < 2 || (kind !== 'describe' && kind !== 'it')) return undefined
  const own = ts.isStringLiteralLike(first) ? first.text : first.getText(source)
  return {
    kind,
    test: {
      title: around === undefined ? own : `${around.title} > ${own}`,
      skipped: around?.skipped === true || words.includes('skip') || words.includes('todo'),
    },
  }
}

/** The names in what is called: `it.skip.each(rows)` gives it, skip and each. */
function wordsOf(callee: ts.Expression): string[] {
  if (ts.isIdentifier(callee)) return [callee.text]
  if (ts.isPropertyAccessExpression(callee)) return [...wordsOf(callee.expression), callee.name.text]
  return ts.isCallExpression(callee) ? wordsOf(callee.expression) : []
}
