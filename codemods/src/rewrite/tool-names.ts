import ts from 'typescript-checker'
import { usesNamed } from './references.js'
import { innermost, isAssignment } from './syntax.js'
import type { Work } from './work.js'

/**
 * The names of the tools in an expression, as far as the source shows them: an array of tools whose names are written
 * out, here or where they are declared. `undefined` when some are not known, or when two are the same.
 */
export function distinctToolNames(work: Work, expression: ts.Expression, depth = 0): ReadonlySet<string> | undefined {
  const inner = innermost(expression)
  if (ts.isIdentifier(inner) && depth < 4) {
    const initializer = constantInitializer(work, inner)
    return initializer === undefined ? undefined : distinctToolNames(work, initializer, depth + 1)
  }
  if (!ts.isArrayLiteralExpression(inner)) return undefined
  const names = new Set<string>()
  for (const element of inner.elements) {
    const name = ts.isSpreadElement(element) ? undefined : toolName(work, element, 0)
    if (name === undefined || names.has(name)) return undefined
    names.add(name)
  }
  return names
}

/** The name of the tool that an expression is. */
export function toolName(work: Work, expression: ts.Expression, depth = 0): string | undefined {
  const inner = innermost(expression)
  if (ts.isObjectLiteralExpression(inner)) {
    // What is spread behind the name may replace it.
    const last = inner.properties.findLast((one) => ts.isSpreadAssignment(one) || one.name.getText() === 'name')
    return last !== undefined && ts.isPropertyAssignment(last) && ts.isStringLiteralLike(last.initializer)
      ? last.initializer.text
      : undefined
  }
  if (ts.isCallExpression(inner)) {
    const [first] = inner.arguments
    return first === undefined ? undefined : toolName(work, first, depth + 1)
  }
  if (!ts.isIdentifier(inner) || depth > 3) return undefined
  const initializer = constantInitializer(work, inner)
  return initializer === undefined ? undefined : toolName(work, initializer, depth + 1)
}

function constantInitializer(work: Work, name: ts.Identifier): ts.Expression | undefined {
  const { parent } = name
  const isShorthand = ts.isShorthandPropertyAssignment(parent) && parent.name === name
  const symbol = isShorthand ? work.checker.getShorthandAssignmentValueSymbol(parent) : work.symbols.resolve(name)
  const declaration = symbol?.valueDeclaration
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined
  if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0 || !ts.isIdentifier(declaration.name))
    return undefined
  return isAddedTo(work, declaration.name) ? undefined : declaration.initializer
}

/** Whether anything changes a list where it is used, in its own file or in another; unseen files are taken to. */
function isAddedTo(work: Work, name: ts.Identifier): boolean {
  const declaration = work.symbols.resolve(name)?.valueDeclaration
  const statement = name.parent.parent.parent
  const isExported = ts.isVariableStatement(statement) && ts.getModifiers(statement) !== undefined
  if (isExported && !work.project.typed) return true
  return usesNamed(work, name.text).some((use) => {
    const access = use.parent
    const target = ts.isElementAccessExpression(access) || ts.isPropertyAccessExpression(access) ? access : undefined
    if (target === undefined || target.expression !== use) return false
    const changes =
      ts.isPropertyAccessExpression(target) && ts.isCallExpression(target.parent)
        ? /^(?:push|unshift|splice|fill|copyWithin)$/.test(target.name.text)
        : isAssignment(target.parent) && target.parent.left === target
    return changes && work.symbols.resolve(use)?.valueDeclaration === declaration
  })
}
