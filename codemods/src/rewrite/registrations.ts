import ts from '#typescript'
import { DISPATCHER, type FileWork, KIT } from './file-work.js'
import { functionOf, innermost, isNothing, isSimple, mentionsName } from './syntax.js'
import type { Piece } from './text-edits.js'
import { distinctToolNames, toolName } from './tool-names.js'
import type { MemberUse, Work } from './work.js'

/** Surveys `d.registerTool(tool)` and `d.registerTool(name, fn, description?)`. */
export function surveyRegistration(work: Work, { node, key, facade }: MemberUse, call: ts.CallExpression): void {
  const base = { node, key, facade, name: 'registerTool()', rule: 'facade-use' } as const
  const [first, fn, description] = call.arguments
  if (
    first === undefined ||
    call.arguments.some((argument) => ts.isSpreadElement(argument)) ||
    node.questionDotToken !== undefined
  ) {
    work.block(node, key, facade, 'its arguments cannot be told apart; write them out')
    work.add(base)
    return
  }
  if (fn !== undefined && !ts.isArrowFunction(innermost(fn)) && !isSimple(fn)) {
    work.block(node, key, facade, 'the function is made here; put it into a variable first')
    work.add(base)
    return
  }
  const name = fn === undefined ? toolName(work, first) : ts.isStringLiteralLike(first) ? first.text : undefined
  const isNew = name !== undefined && nameIsFree(work, node, call, name)
  work.add({
    ...base,
    apply: (file, bridged) => {
      const tool: Piece[] = fn === undefined ? [range(first)] : definition(work, file, first, fn, description)
      if (isNew) {
        file.edits.replace(first.getStart(), call.arguments.end, fn === undefined ? tool : trimmed(file, call, tool))
        return
      }
      file.edits.replace(call.getStart(), call.end, [
        `${file.use(call, KIT, 'registerOnce')}(`,
        range(node.expression),
        ', ',
        ...tool,
        ')',
      ])
      bridged(node, 'a name that may be taken goes through registerOnce() of the kit, which skips it', facade)
    },
  })
}

const range = (node: ts.Node): Piece => ({ start: node.getStart(), end: node.end })

/** Without a comma behind the last argument. */
function trimmed(file: FileWork, call: ts.CallExpression, pieces: Piece[]): Piece[] {
  const text = file.text.slice(call.arguments.at(-1)?.end ?? 0, call.arguments.end)
  return text.includes(',') ? [...pieces, text] : pieces
}

function definition(
  work: Work,
  file: FileWork,
  name: ts.Expression,
  fn: ts.Expression,
  description: ts.Expression | undefined,
): Piece[] {
  const many = (work.checker.getTypeAtLocation(fn).getCallSignatures()[0]?.parameters.length ?? 0) > 1
  const isNamed = ts.isIdentifier(innermost(fn)) || ts.isPropertyAccessExpression(innermost(fn))
  const typed = isNamed && /\.[cm]?tsx?$/.test(file.source.fileName)
  // A function of this name would be hidden by the parameter.
  const local = mentionsName(fn, 'parameters') ? file.freeLocal(fn, 'parameters') : 'parameters'
  const parameter: Piece[] = typed ? [`${local}: Parameters<typeof `, range(fn), '>[0]'] : [local]
  const called: Piece[] = isNamed ? [range(fn)] : ['(', range(fn), ')']
  const body: Piece[] = many ? ['(', ...parameter, ') => ', ...called, `(${local})`] : [range(fn)]
  const described: Piece[] =
    description === undefined || isNothing(description) ? [] : [', description: ', range(description)]
  return [
    `${file.use(name, DISPATCHER, 'defineTool')}({ name: `,
    range(name),
    ...described,
    ', execute: ',
    ...body,
    ' })',
  ]
}

/** Whether the same function makes the dispatcher, and every name that it gives it is written out and another one. */
function nameIsFree(work: Work, node: ts.PropertyAccessExpression, call: ts.CallExpression, name: string): boolean {
  if (!ts.isIdentifier(node.expression)) return false
  const declaration = work.checker.getSymbolAtLocation(node.expression)?.valueDeclaration
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return false
  if (functionOf(declaration) !== functionOf(node) || isInLoop(call, functionOf(node))) return false
  const given = givenNames(work, declaration.initializer)
  if (given === undefined || given.has(name)) return false
  return otherRegistrations(work, node, declaration).every((other) => other !== undefined && other !== name)
}

function isInLoop(node: ts.Node, end: ts.Node): boolean {
  for (let at: ts.Node = node; at !== end; at = at.parent) if (ts.isIterationStatement(at, false)) return true
  return false
}

/** The names of the tools that a creation is given; `undefined` when some are not known. */
function givenNames(work: Work, creation: ts.Expression): ReadonlySet<string> | undefined {
  let inner = innermost(creation)
  if (ts.isAwaitExpression(inner)) inner = innermost(inner.expression)
  if (!ts.isCallExpression(inner) && !ts.isNewExpression(inner)) return undefined
  const names = new Set<string>()
  const collect = (value: ts.Expression): boolean => {
    const found = distinctToolNames(work, value)
    for (const name of found ?? []) names.add(name)
    return found !== undefined
  }
  for (const argument of inner.arguments ?? []) {
    const value = innermost(argument)
    if (ts.isObjectLiteralExpression(value)) {
      for (const property of value.properties) {
        if (property.name?.getText() !== 'tools') continue
        if (
          ts.isPropertyAssignment(property)
            ? !collect(property.initializer)
            : !ts.isShorthandPropertyAssignment(property) || !collect(property.name)
        )
          return undefined
      }
    } else if (looksLikeTools(work, value) && !collect(value)) return undefined
  }
  return names
}

function looksLikeTools(work: Work, value: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(value)) return true
  const type = work.checker.getTypeAtLocation(value)
  return work.checker.isArrayLikeType(type) || (type.flags & ts.TypeFlags.Any) !== 0
}

function otherRegistrations(
  work: Work,
  node: ts.PropertyAccessExpression,
  declaration: ts.VariableDeclaration,
): (string | undefined)[] {
  const names: (string | undefined)[] = []
  const symbol = work.checker.getSymbolAtLocation(declaration.name)
  const visit = (at: ts.Node): void => {
    if (ts.isIdentifier(at) && at !== declaration.name && work.checker.getSymbolAtLocation(at) === symbol) {
      const access = at.parent
      const call = access.parent
      if (ts.isPropertyAccessExpression(access) && access.expression === at) {
        if (access !== node && access.name.text === 'registerTool' && ts.isCallExpression(call)) {
          const [first, fn] = call.arguments
          const literal = first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined
          names.push(first === undefined ? undefined : fn === undefined ? toolName(work, first) : literal)
        }
      } else names.push(undefined)
    }
    ts.forEachChild(at, visit)
  }
  visit(functionOf(node))
  return names
}
