import ts from '#typescript'
import { statusComparison, type Subject } from './outcome-paths.js'
import { referencesOf } from './references.js'
import { type OldShape, type Read, readOf } from './result-reads.js'
import { functionOf } from './syntax.js'
import type { Work } from './work.js'

/** What becomes of the reads of a result that has been followed. */
export interface Followed {
  readonly reads: readonly Read[]
  /** The first read of the outcome, in the order of the source. */
  readonly first?: ts.Node | undefined
}

/** What each property of an old result is called in the new one, where it can be taken out of it. */
const TAKEN: Readonly<Record<OldShape, Readonly<Record<string, string>>>> = {
  dispatch: { status: 'success', message: 'error' },
  dispatchTool: { success: 'success', result: 'result', error: 'error' },
  executeTool: {
    ...{ success: 'success', status: 'success', result: 'result', error: 'error' },
    ...{ errorMessage: 'error', toolName: 'toolName', userId: 'userId' },
  },
}

interface Taken {
  readonly element: ts.BindingElement
  readonly property: string
  readonly local: ts.Identifier
  readonly references: readonly ts.Identifier[]
}

/** Follows a result that is taken apart where it arrives. */
export function followPattern(work: Work, pattern: ts.ObjectBindingPattern, shape: OldShape): Followed | undefined {
  const taken: Taken[] = []
  for (const element of pattern.elements) {
    const property = (element.propertyName ?? element.name).getText()
    if (element.dotDotDotToken !== undefined || element.initializer !== undefined || !ts.isIdentifier(element.name))
      return undefined
    if (TAKEN[shape][property] === undefined) return undefined
    taken.push({ element, property, local: element.name, references: referencesOf(work, element.name) })
  }
  const status = taken.find(({ property }) => property === 'status')
  if (status !== undefined && taken.some(({ property }) => property === 'success')) return undefined
  const flag = taken.find(({ property }) => property === 'success')
  const names = (one: Taken | undefined) => (node: ts.Expression) =>
    one !== undefined && ts.isIdentifier(node) && one.references.some((reference) => reference === node)
  const subject: Subject = { isSuccess: names(flag), isStatus: names(status) }
  if (status !== undefined && !status.references.every((reference) => isComparison(work, reference, subject)))
    return undefined
  const reads: Read[] = []
  for (const one of taken) {
    const planned = takenReads(work, shape, one, subject)
    if (planned === undefined) return undefined
    reads.push(...planned)
  }
  return { reads, first: firstOf(taken, flag ?? status) }
}

function isComparison(work: Work, reference: ts.Identifier, subject: Subject): boolean {
  return ts.isBinaryExpression(reference.parent) && statusComparison(work, reference.parent, subject) !== undefined
}

function firstOf(taken: readonly Taken[], flag: Taken | undefined): ts.Node | undefined {
  const all = taken.flatMap(({ references }) => references).toSorted((a, b) => a.pos - b.pos)
  return all[0] !== undefined && flag?.references.includes(all[0]) === true ? all[0] : undefined
}

function takenReads(
  work: Work,
  shape: OldShape,
  { element, property, local, references }: Taken,
  subject: Subject,
): Read[] | undefined {
  const target = TAKEN[shape][property] ?? property
  const { text } = local
  const flag = property === 'status' ? 'success' : text
  if (property === 'status' && isUsed(local.getSourceFile(), 'success', local)) return undefined
  const reads: Read[] = []
  if (property === 'status') reads.push((file) => file.edits.replace(element.getStart(), element.end, ['success']))
  else if (target !== property) {
    reads.push((file) =>
      file.edits.replace(element.getStart(), element.end, [text === target ? target : `${target}: ${text}`]),
    )
  }
  for (const node of references) {
    const read = readOf(work, shape, {
      node,
      property,
      success: flag,
      error: text,
      result: text,
      base: undefined,
      subject,
    })
    if (read === undefined) return undefined
    reads.push(read)
  }
  return reads
}

/** Whether a name means something in the function around a node already. */
function isUsed(source: ts.SourceFile, name: string, near: ts.Node): boolean {
  const holder = functionOf(near)
  let used = false
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name && !isPropertyName(node)) used = true
    if (!used) ts.forEachChild(node, visit)
  }
  visit(holder === source ? source : holder)
  return used
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  )
}
