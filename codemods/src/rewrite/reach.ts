import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { functionOf, hasExportKeyword, isAssignment, isFunctionLike, mentionsName } from './syntax.js'
import type { Key, Work } from './work.js'

/** What other files can reach moves only where all of them are known, and only if they may all be written. */
export function checkReach(work: Work, key: Key, node: ts.Node, facade: FacadeName): void {
  if (!isDeclaration(key)) return
  if (!work.isEditable(key.getSourceFile())) {
    work.escape(node, key, facade, 'it is declared in a file outside the paths given; migrate both together')
  } else if (!work.project.typed && (isExported(key) || isCommonJsExport(key))) {
    work.escape(
      node,
      key,
      facade,
      'other files can reach it, and without a tsconfig.json they cannot be found; add one, or migrate by hand',
    )
  }
}

function isDeclaration(key: Key): key is ts.Declaration {
  return 'kind' in key && 'getSourceFile' in key
}

export function isExported(declared: ts.Declaration): boolean {
  const declaration = classOfField(declared) ?? declared
  for (let node: ts.Node | undefined = declaration; node !== undefined; node = node.parent) {
    if (ts.isExportAssignment(node)) return true
    if (hasExportKeyword(node)) return node === declaration || !isFunctionLike(node) || isParameterOf(declaration, node)
    if (isFunctionLike(node) && node !== declaration && !isParameterOf(declaration, node)) return false
  }
  return false
}

/** Whether `module.exports` or `exports.name` is given what a declaration at the top of a file declares. */
function isCommonJsExport(declaration: ts.Declaration): boolean {
  const source = declaration.getSourceFile()
  const outer = classOfField(declaration) ?? (ts.isParameter(declaration) ? declaration.parent : declaration)
  const name = ts.getNameOfDeclaration(outer)
  return source.statements.some((statement) => {
    const assignment = ts.isExpressionStatement(statement) ? statement.expression : undefined
    if (
      assignment === undefined ||
      !isAssignment(assignment) ||
      !/^(?:module\.)?exports\b/.test(assignment.left.getText())
    )
      return false
    if (name !== undefined && ts.isIdentifier(name) && isAtTop(outer) && mentionsName(assignment.right, name.text))
      return true
    return (
      assignment.right.pos <= outer.pos && outer.end <= assignment.right.end && !isWithinFunction(outer, assignment)
    )
  })
}

/** The class whose field is declared by `this.field = …`. */
export function classOfField(declaration: ts.Node): ts.ClassLikeDeclaration | undefined {
  const left = ts.isBinaryExpression(declaration) ? declaration.left : declaration
  if (!ts.isPropertyAccessExpression(left) || left.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined
  const holder = functionOf(left)
  const isMethod = ts.isConstructorDeclaration(holder) || ts.isMethodDeclaration(holder)
  return isMethod && ts.isClassLike(holder.parent) ? holder.parent : undefined
}

function isAtTop(declaration: ts.Declaration): boolean {
  return ts.isSourceFile(functionOf(declaration))
}

function isWithinFunction(node: ts.Node, end: ts.Node): boolean {
  for (let at = node.parent; at !== end; at = at.parent) if (isFunctionLike(at)) return true
  return false
}

function isParameterOf(declaration: ts.Node, holder: ts.Node): boolean {
  return ts.isParameter(declaration) && declaration.parent === holder
}
