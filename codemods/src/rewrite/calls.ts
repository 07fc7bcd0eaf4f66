import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { type FileWork, KIT, removeStatement } from './file-work.js'
import { removeItems } from './list-items.js'
import { referencesOf } from './references.js'
import type { OldShape } from './result-reads.js'
import { planResult, type ResultPlan } from './results.js'
import { indentAt } from './style.js'
import { isStable } from './stable.js'
import { functionOf, innermost, isNothing, isSimple, isTransparent, mentionsName, statementOf } from './syntax.js'
import type { Piece } from './text-edits.js'
import type { Key, MemberUse, Work } from './work.js'

const CONVERTERS: Readonly<Record<OldShape, string>> = {
  dispatch: 'toToolResult',
  dispatchTool: 'toToolDispatchResponse',
  executeTool: 'toLegacyToolExecutionResult',
}

/** The arguments of an old call, told apart. */
interface CallArguments {
  readonly name: ts.Expression
  readonly parameters?: ts.Expression | undefined
  readonly state?: ts.Expression | undefined
  readonly runId?: ts.Expression | undefined
  readonly options?: ts.Expression | undefined
}

/** Surveys `dispatch`, `dispatchTool` and `executeTool` of a dispatcher. */
export function surveyCall(work: Work, { node, key, facade, member }: MemberUse, call: ts.CallExpression): void {
  const shape: OldShape = member === 'dispatch' || member === 'dispatchTool' ? member : 'executeTool'
  const base = { node, key, facade, name: `${member}()`, rule: 'facade-use' } as const
  const told = tellApart(work, call, shape)
  const problem = typeof told === 'string' ? told : problemOf(node, call, told)
  if (typeof told === 'string' || problem !== undefined) {
    work.block(node, key, facade, problem ?? '')
    work.add(base)
    return
  }
  const plan = planResult(work, call, shape)
  const echo = plan.bridged && shape !== 'executeTool' ? echoOf(work, call, told) : undefined
  if (echo === 'impossible') {
    work.block(
      node,
      key,
      facade,
      'its arguments are computed where they are passed, and its result is passed on; put the arguments into variables first',
    )
    work.add(base)
    return
  }
  if (told.runId !== undefined && !isNothing(told.runId)) checkRunId(work, node, key, facade, told.runId)
  work.add({
    ...base,
    apply: (file, bridged) => {
      file.edits.replace(node.name.getStart(), node.name.end, ['executeTool'])
      editArguments(work, file, call, told)
      for (const read of plan.reads) read(file)
      editResult(file, call, shape, plan, echo)
      if (plan.bridged)
        bridged(node, `its result keeps its old shape through ${CONVERTERS[shape]}() of the kit`, facade)
      else if (plan.throwing) bridged(node, 'a denial goes on being thrown, through throwIfDenied() of the kit', facade)
    },
  })
}

function tellApart(work: Work, call: ts.CallExpression, shape: OldShape): CallArguments | string {
  const given = [...call.arguments]
  const [name, parameters] = given
  if (name === undefined) return 'it names no tool'
  if (given.some((argument) => ts.isSpreadElement(argument))) return 'its arguments are spread; write them out'
  const type = work.checker.getTypeAtLocation(name)
  if ((type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any)) === 0 && !type.isUnion())
    return 'its first argument is not the name of a tool'
  if (parameters !== undefined && mayBeNull(work, parameters)) return 'its parameters may be null; pass {} instead'
  if (shape === 'dispatchTool') return { name, parameters, state: given[2], runId: given[3], options: given[4] }
  return { name, parameters, options: given[2] }
}

function mayBeNull(work: Work, expression: ts.Expression): boolean {
  if (isNothing(expression)) return innermost(expression).kind === ts.SyntaxKind.NullKeyword
  const type = work.checker.getTypeAtLocation(expression)
  return type.isUnion() && type.types.some((part) => (part.flags & ts.TypeFlags.Null) !== 0)
}

function problemOf(
  node: ts.PropertyAccessExpression,
  call: ts.CallExpression,
  { state, options }: CallArguments,
): string | undefined {
  if (state !== undefined && !isSimple(state))
    return 'its state is computed where it is passed, and would not be any more; put it into a variable first'
  const optional = node.questionDotToken !== undefined || call.questionDotToken !== undefined
  const outer = ts.isAwaitExpression(call.parent) ? call.parent : call
  if (optional && !ts.isExpressionStatement(outer.parent))
    return 'there may be no dispatcher here, and then no result; tell the two apart with an if'
  if (options === undefined || isNothing(options)) return undefined
  const literal = innermost(options)
  if (!ts.isObjectLiteralExpression(literal)) return undefined
  const check = literal.properties.find((property) => property.name?.getText() === 'requirePermissionCheck')
  if (check === undefined || !ts.isPropertyAssignment(check)) return undefined
  return isSimple(check.initializer) ? undefined : 'requirePermissionCheck is computed here; it is ignored, take it out'
}

/** The run id is only known to be the dispatcher's own when it is read off the context that made it. */
function checkRunId(
  work: Work,
  node: ts.PropertyAccessExpression,
  key: Key,
  facade: FacadeName,
  runId: ts.Expression,
): void {
  work.deferred.push(() => {
    const inner = innermost(runId)
    const from =
      ts.isPropertyAccessExpression(inner) && inner.name.text === 'runId' ? innermost(inner.expression) : undefined
    if (from !== undefined && readsContext(work, from, node)) return
    const symbol =
      from === undefined ? undefined : work.symbols.resolve(ts.isPropertyAccessExpression(from) ? from.name : from)
    const root = work.flows.find(key)
    const bound = [...work.contexts]
      .filter(([creation]) => work.flows.find(creation) === root)
      .flatMap(([, symbols]) => symbols)
    const isSame = symbol !== undefined && bound.length > 0 && bound.every((one) => one === symbol)
    if (!isSame)
      work.block(
        node,
        key,
        facade,
        'it names a run that may be another one, which is refused; pass the run id of its context, or none',
      )
  })
}

function readsContext(work: Work, node: ts.Expression, use: ts.PropertyAccessExpression): boolean {
  const access = ts.isCallExpression(node) ? node.expression : node
  if (!ts.isPropertyAccessExpression(access)) return false
  const member = work.symbols.facadeSymbol(access.name)?.member
  return (
    (member === 'userContext' || member === 'getContext') && access.expression.getText() === use.expression.getText()
  )
}

function editArguments(work: Work, file: FileWork, call: ts.CallExpression, told: CallArguments): void {
  const { name, parameters, state, runId, options } = told
  const keep = options !== undefined && !isNothing(options) ? options : undefined
  if (keep !== undefined) dropPermissionCheck(file, keep)
  if (state === undefined && runId === undefined) {
    if (options !== undefined && keep === undefined) file.edits.replace((parameters ?? name).end, options.end, [])
    return
  }
  const last = parameters ?? name
  for (const dropped of [state, runId]) if (dropped !== undefined) dropArgument(work, file, dropped)
  const end = (keep === undefined ? call.arguments.at(-1) : (runId ?? state))?.end ?? last.end
  file.edits.replace(last.end, end, [])
}

/** A variable that only the dropped argument needed goes with it. */
function dropArgument(work: Work, file: FileWork, argument: ts.Expression): void {
  file.drop(argument)
  if (!ts.isIdentifier(argument)) return
  const declaration = work.checker.getSymbolAtLocation(argument)?.valueDeclaration
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) return
  const list = declaration.parent
  const statement = list.parent
  if (!ts.isVariableDeclarationList(list) || list.declarations.length !== 1 || !ts.isVariableStatement(statement))
    return
  if (ts.getModifiers(statement) !== undefined || declaration.getSourceFile() !== file.source) return
  if (declaration.initializer !== undefined && !isSimple(declaration.initializer)) return
  if (file.gone.has(statement)) return
  if (referencesOf(work, declaration.name).every((reference) => file.gone.has(reference)))
    removeStatement(file, statement)
}

function dropPermissionCheck(file: FileWork, options: ts.Expression): void {
  const literal = innermost(options)
  if (!ts.isObjectLiteralExpression(literal)) return
  const check = literal.properties.find((property) => property.name?.getText() === 'requirePermissionCheck')
  if (check === undefined) return
  file.drop(check)
  if (literal.properties.length > 1) removeItems(file, literal.properties, new Set([check]))
  else file.edits.replace(before(file, options), options.end, [])
}

/** Where the comma before an argument stands. */
function before(file: FileWork, argument: ts.Node): number {
  return file.text.lastIndexOf(',', argument.getStart())
}

/** What the kit is told of a call, and the expressions that must be put into variables before it for that. */
interface Echo {
  readonly parts: readonly { readonly key: string; readonly value: ts.Expression; readonly hoisted: boolean }[]
}

/** What the kit is told of the call, for the echo of its input: the arguments once more, which must give the same once more. */
function echoOf(work: Work, call: ts.CallExpression, { name, parameters }: CallArguments): Echo | 'impossible' {
  const parts = [{ key: 'toolName', value: name, hoisted: !isStable(work, name) }]
  if (parameters !== undefined) {
    parts.push({ key: 'parameters', value: parameters, hoisted: !isStable(work, parameters) })
  }
  return parts.some(({ hoisted }) => hoisted) && !canHoist(call) ? 'impossible' : { parts }
}

function shorthand(key: string, value: ts.Expression): Piece[] {
  return value.getText() === key ? [key] : [`${key}: `, { start: value.getStart(), end: value.end }]
}

/** Whether an argument may be computed just before the statement: nothing that acts comes before it there. */
function canHoist(call: ts.CallExpression): boolean {
  const statement = statementOf(call)
  if (!ts.isStatement(statement) || functionOf(statement) !== functionOf(call)) return false
  for (let at: ts.Node = call; at !== statement; at = at.parent) {
    const { parent } = at
    if (
      ts.isAwaitExpression(parent) ||
      isTransparent(parent) ||
      ts.isReturnStatement(parent) ||
      ts.isExpressionStatement(parent)
    )
      continue
    if (ts.isVariableDeclaration(parent) || ts.isVariableDeclarationList(parent) || ts.isVariableStatement(parent))
      continue
    if (ts.isPropertyAccessExpression(parent) || ts.isThrowStatement(parent)) continue
    if (ts.isCallExpression(parent) && isSimple(parent.expression)) {
      const index = parent.arguments.indexOf(at as ts.Expression)
      if (parent.arguments.slice(0, index).every((argument) => isSimple(argument))) continue
    }
    return false
  }
  return isSimple(ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : call.expression)
}

function editResult(
  file: FileWork,
  call: ts.CallExpression,
  shape: OldShape,
  plan: ResultPlan,
  echo: Echo | undefined,
): void {
  if (!plan.bridged && !plan.throwing) return
  const throwing = plan.throwing ? file.use(call, KIT, 'throwIfDenied') : undefined
  const tail: Piece[] = echo === undefined ? [')'] : [', { ', ...echoed(file, call, echo), ' })']
  const { awaited } = plan
  if (awaited !== undefined) {
    const inner: Piece[] = [{ start: awaited.getStart(), end: awaited.end }]
    const checked: Piece[] = throwing === undefined ? inner : [`${throwing}(`, ...inner, ')']
    const pieces: Piece[] = plan.bridged ? [`${file.use(call, KIT, CONVERTERS[shape])}(`, ...checked, ...tail] : checked
    file.edits.replace(awaited.getStart(), awaited.end, pieces)
    return
  }
  if (!plan.bridged) {
    file.edits.insert(call.end, `.then(${throwing})`)
    return
  }
  const local = mentionsName(call, 'result') ? file.freeLocal(call, 'result') : 'result'
  const value = throwing === undefined ? local : `${throwing}(${local})`
  file.edits.replace(call.getStart(), call.end, [
    { start: call.getStart(), end: call.end },
    `.then((${local}) => ${file.use(call, KIT, CONVERTERS[shape])}(${value}`,
    ...tail,
    ')',
  ])
}

/** The properties that echo a call; what would not give the same again goes into variables before the statement. */
function echoed(file: FileWork, call: ts.CallExpression, { parts }: Echo): Piece[] {
  const start = statementOf(call).getStart()
  const { semicolon, newline } = file.style
  const pieces: Piece[] = []
  const lines: Piece[] = []
  for (const { key, value, hoisted } of parts) {
    if (pieces.length > 0) pieces.push(', ')
    if (!hoisted) {
      pieces.push(...shorthand(key, value))
      continue
    }
    const local = file.freeLocal(call, key)
    lines.push(
      `const ${local} = `,
      { start: value.getStart(), end: value.end },
      `${semicolon}${newline}${indentAt(file.text, start)}`,
    )
    file.edits.replace(value.getStart(), value.end, [local])
    pieces.push(local === key ? key : `${key}: ${local}`)
  }
  if (lines.length > 0) file.edits.replace(start, start, lines)
  return pieces
}
