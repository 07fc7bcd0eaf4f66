import ts from '#typescript'
import { usesNamed } from './references.js'
import type { Key, Work } from './work.js'

/** Whether a node adds to the types of others: in `declare global` or `declare module` there is no code behind a property. */
export function isAugmentation(node: ts.Node): boolean {
  if (!ts.isPropertySignature(node)) return false
  for (let at: ts.Node = node; at.parent !== undefined; at = at.parent) {
    if (isAugmenting(at)) return true
  }
  return false
}

/**
 * Joins what a declaration file says by hand with the code of that name in JavaScript files: callers are checked against
 * the one, and run the other.
 */
export function joinImplementation(work: Work, type: ts.Node, key: Key): void {
  const name = outermostName(type)
  if (name === undefined) return
  for (const use of usesNamed(work, name.text)) {
    const declared = use.parent
    const declares =
      ts.isFunctionDeclaration(declared) || ts.isClassDeclaration(declared) || ts.isVariableDeclaration(declared)
    if (!declares || declared.name !== use || !/\.[cm]?jsx?$/.test(use.getSourceFile().fileName)) continue
    const visit = (node: ts.Node): void => {
      if (ts.isParameter(node) || ts.isPropertyDeclaration(node) || ts.isFunctionLike(node)) work.join(node, key)
      ts.forEachChild(node, visit)
    }
    work.join(declared, key)
    visit(declared)
  }
}

/** The name of the declaration of a module in which a type is written. */
function outermostName(type: ts.Node): ts.Identifier | undefined {
  let name: ts.Identifier | undefined
  for (let at = type; at.parent !== undefined; at = at.parent) {
    if (
      (ts.isFunctionDeclaration(at) ||
        ts.isClassDeclaration(at) ||
        ts.isInterfaceDeclaration(at) ||
        ts.isVariableDeclaration(at)) &&
      at.name !== undefined &&
      ts.isIdentifier(at.name)
    )
      name = at.name
  }
  return name
}

/** Whether a file declares things that others see without importing it: an augmentation, or a script. */
export function isSeenEverywhere(source: ts.SourceFile): boolean {
  const isScript = !ts.isExternalModule(source) && /\.[cm]?tsx?$/.test(source.fileName)
  return isScript || source.statements.some(isAugmenting)
}

function isAugmenting(node: ts.Node): boolean {
  return (
    ts.isModuleDeclaration(node) &&
    (ts.isStringLiteral(node.name) || (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0)
  )
}
