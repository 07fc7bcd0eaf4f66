import type ts from '#typescript'
import { type FacadeSymbol, isDispatcherClass } from './facade-symbols.js'
import { type Creates, sourceOf } from './sources.js'
import { patternSource } from './holder-sources.js'
import type { Key, Work } from './work.js'

/** A member of a facade's dispatchers. */
type OldMember = FacadeSymbol & { readonly member: string }

/**
 * A member of what a dispatcher is only a part of: one of several things (`ToolDispatcher | Queue`), or with members added
 * (`Object.assign(dispatcher, { … })`). Which of the two it is there cannot be said, so neither moves.
 */
export function surveyPartly(work: Work, node: ts.PropertyAccessExpression, old: OldMember, creates: Creates): void {
  const message = `what has this ${old.member} may be something else, or more than a dispatcher; tell the two apart first`
  block(work, node, sourceOf(work, node.expression, creates), old, message)
}

/** A dispatcher that is taken apart where it is given: in a loop, or by the parameters of a function. */
export function surveyPattern(work: Work, pattern: ts.ObjectBindingPattern, creates: Creates): void {
  const type = work.checker.getTypeAtLocation(pattern)
  for (const { propertyName, name } of pattern.elements) {
    const old = oldMember(work, type.getProperty((propertyName ?? name).getText()))
    if (old === undefined) continue
    const message = 'a dispatcher is taken apart here; use it as a whole'
    block(work, pattern, patternSource(work, pattern, creates), old, message)
  }
}

function block(work: Work, node: ts.Node, source: Key | undefined, { facade }: OldMember, message: string): void {
  work.block(node, source ?? node, facade, message)
  if (source === undefined) work.everywhere.push({ key: node, facade, wide: 'creations' })
}

/** The member of a facade's dispatcher that a symbol is, alone or beside those of others. */
export function oldMember(work: Work, symbol: ts.Symbol | undefined): OldMember | undefined {
  for (const declaration of symbol?.declarations ?? []) {
    const found = work.symbols.describeDeclaration(declaration)
    if (found?.member === undefined || found.isStatic) continue
    if (isDispatcherClass(found.owner) || found.owner === 'FacadeDispatcher') return { ...found, member: found.member }
  }
  return undefined
}
