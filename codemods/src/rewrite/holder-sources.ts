import ts from '#typescript'
import { parameterSource } from './callbacks.js'
import { type Creates, sourceOf } from './sources.js'
import type { Key, Work } from './work.js'

/** What a name in a pattern is taken from. */
export function elementSource(work: Work, node: ts.BindingElement, creates: Creates): Key | undefined {
  const pattern = node.parent
  if (ts.isObjectBindingPattern(pattern)) {
    const name = (node.propertyName ?? node.name).getText()
    const declaration = work.checker.getTypeAtLocation(pattern).getProperty(name)?.declarations?.[0]
    return declaration !== undefined && work.isOwn(declaration) ? declaration : undefined
  }
  return patternSource(work, pattern, creates)
}

/** What a pattern takes apart. */
export function patternSource(work: Work, pattern: ts.BindingPattern, creates: Creates): Key | undefined {
  const holder = pattern.parent
  if (ts.isVariableDeclaration(holder)) {
    const from =
      holder.initializer ?? (ts.isForOfStatement(holder.parent.parent) ? holder.parent.parent.expression : undefined)
    return from === undefined ? undefined : sourceOf(work, from, creates)
  }
  if (!ts.isParameter(holder)) return elementSource(work, holder, creates)
  return holder.type === undefined ? parameterSource(work, holder, creates) : holder
}
