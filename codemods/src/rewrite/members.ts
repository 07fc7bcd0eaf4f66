import ts from 'typescript-checker'
import type { FacadeName } from '../plan.js'
import { surveyCall } from './calls.js'
import { dispatcherName, KIT } from './creations.js'
import type { FacadeSymbol } from './facade-symbols.js'
import type { FileWork } from './file-work.js'
import { referencesOf } from './references.js'
import { surveyRegistration } from './registrations.js'
import { outermost, statementOf } from './syntax.js'
import type { Key, PlannedSite, Work } from './work.js'

/** A member of a dispatcher in use: `dispatcher.dispatch`, and what is around it. */
export interface MemberUse {
  readonly node: ts.PropertyAccessExpression
  readonly key: Key
  readonly facade: FacadeName
  readonly member: string
}

/** Members that stay as they are. */
const SAME = new Set(['hasTool', 'dispatcherId', '[Symbol.asyncDispose]'])
const CANONICAL_METRICS = new Set([
  ...['toolsExecuted', 'successfulExecutions', 'failedExecutions', 'totalExecutionTimeMs', 'lastExecutionTime'],
  ...['createdAt', 'permissionChecks', 'permissionDenials', 'dispatcherId', 'userId', 'runId'],
])

/** Surveys one use of a member of a dispatcher. */
export function surveyMember(work: Work, use: MemberUse): void {
  const { node, key, facade, member } = use
  const base: PlannedSite = {
    node,
    key,
    facade,
    name: member.startsWith('[') ? member : `${member}()`,
    rule: 'facade-use',
  }
  const call = callOf(node)
  const plan = (apply: NonNullable<PlannedSite['apply']>) => work.add({ ...base, apply })
  const block = (message: string) => {
    work.block(node, key, facade, message)
    work.add(base)
  }
  if (SAME.has(member)) {  plan(() => {}); return; }
  switch (member) {
    case 'userContext':
      {  plan((file) => file.edits.replace(node.name.getStart(), node.name.end, ['context'])); return; }
    case 'unified':
      {  plan((file) => file.edits.replace(node.expression.end, node.end, [])); return; }
    case 'dispatch':
    case 'dispatchTool':
    case 'executeTool':
      {  call === undefined
        ? block(`${member} is passed on as a function; wrap the call: (name, parameters) => …`)
        : surveyCall(work, use, call); return; }
    case 'registerTool':
      {  call === undefined
        ? block('registerTool is passed on as a function; wrap the call')
        : surveyRegistration(work, use, call); return; }
    case 'getAvailableTools':
      {  call === undefined
        ? block('getAvailableTools is passed on as a function; wrap the call')
        : plan((file) => listTools(file, node, call)); return; }
    case 'getContext':
      {  call === undefined
        ? block('getContext is passed on as a function; wrap the call')
        : plan((file) => replaceCall(file, node, call, 'context')); return; }
    case 'isActive':
      {  call === undefined
        ? block('isActive is passed on as a function; wrap the call')
        : plan((file) => replaceCall(file, node, call, 'isActive')); return; }
    case 'getMetrics':
      {  call === undefined
        ? block('getMetrics is passed on as a function; wrap the call')
        : surveyMetrics(work, use, call, base); return; }
    case 'cleanup':
      {  call === undefined
        ? block('cleanup is passed on as a function; wrap the call')
        : surveyCleanup(work, use, call, base); return; }
    default:
      {  block(`${member} has no counterpart on the canonical dispatcher; change it by hand`); return; }
  }
}

function callOf(node: ts.PropertyAccessExpression): ts.CallExpression | undefined {
  return ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : undefined
}

function replaceCall(file: FileWork, node: ts.PropertyAccessExpression, call: ts.CallExpression, name: string): void {
  file.edits.replace(node.name.getStart(), call.end, [name])
}

function listTools(file: FileWork, node: ts.PropertyAccessExpression, call: ts.CallExpression): void {
  const awaited = ts.isAwaitExpression(call.parent) ? call.parent : undefined
  if (awaited !== undefined) file.edits.replace(awaited.getStart(), call.getStart(), [])
  const before =
    file.source.text
      .slice(0, (awaited ?? call).getStart())
      .trimEnd()
      .at(-1) ?? ''
  // Without a semicolon before it, a bracket at the start of a line would go on with the line above.
  const guard =
    ts.isExpressionStatement((awaited ?? call).parent) && file.style.semicolon === '' && !'{};'.includes(before)
      ? ';'
      : ''
  file.edits.insert(call.getStart(), `${guard}[...`)
  file.edits.replace(node.name.getStart(), call.end, ['availableTools]'])
}

function surveyCleanup(work: Work, { node, key, facade }: MemberUse, call: ts.CallExpression, base: PlannedSite): void {
  work.deferred.push(() => {
    const isView = [...work.views].some((view) => work.components.find(view) === work.components.find(key))
    const isOwned = [...work.owned].some((owned) => work.components.find(owned) === work.components.find(key))
    if (!isView) return
    const outer = outermost(call)
    const statement = ts.isAwaitExpression(outer.parent) ? outer.parent.parent : outer.parent
    if (isOwned)
      work.block(
        node,
        key,
        facade,
        'this may be a view, whose cleanup() does nothing, or a dispatcher of its own; tell the two apart',
      )
    else if (!ts.isExpressionStatement(statement))
      work.block(node, key, facade, 'the cleanup() of a view does nothing; take it out')
  })
  work.add({
    ...base,
    apply: (file) => {
      const isView = [...work.views].some((view) => work.components.find(view) === work.components.find(key))
      if (isView) removeStatement(file, statementOf(call))
      else file.edits.replace(node.name.getStart(), node.name.end, ['dispose'])
    },
  })
}

/** Takes a statement out, with its line where it has one of its own. */
export function removeStatement(file: FileWork, statement: ts.Node): void {
  const { text } = file.source
  const start = statement.getStart()
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', statement.end)
  const ownLine =
    text.slice(lineStart, start).trim() === '' && lineEnd !== -1 && text.slice(statement.end, lineEnd).trim() === ''
  file.drop(statement)
  if (ownLine) file.edits.replace(lineStart, lineEnd + 1, [])
  else file.edits.replace(start, statement.end, [])
}

function surveyMetrics(work: Work, { node, facade }: MemberUse, call: ts.CallExpression, base: PlannedSite): void {
  const asIs = readsOnly(work, call, CANONICAL_METRICS)
  work.add({
    ...base,
    apply: (file, bridged) => {
      if (asIs) {
        replaceCall(file, node, call, 'metrics')
        return
      }
      file.edits.insert(call.getStart(), `${file.use(call, KIT, 'toLegacyMetrics')}(`)
      file.edits.replace(node.expression.end, call.end, [')'])
      bridged(node, 'old metrics such as successRate come from toLegacyMetrics() of the kit', facade)
    },
  })
}

/** Whether nothing but the given properties is read of a value: directly, taken apart, or through a variable. */
function readsOnly(work: Work, expression: ts.Expression, names: ReadonlySet<string>): boolean {
  const outer = outermost(expression)
  const { parent } = outer
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) return names.has(parent.name.text)
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== outer || parent.type !== undefined) return false
  if (ts.isObjectBindingPattern(parent.name)) {
    return parent.name.elements.every(
      (element) => element.dotDotDotToken === undefined && names.has((element.propertyName ?? element.name).getText()),
    )
  }
  if (!ts.isIdentifier(parent.name)) return false
  const references = referencesOf(work, parent.name)
  return references.every((reference) => {
    const access = reference.parent
    return ts.isPropertyAccessExpression(access) && access.expression === reference && names.has(access.name.text)
  })
}

/** Surveys `Factory.cleanupUserDispatchers(userId)`. */
export function surveyDisposeAll(work: Work, node: ts.CallExpression | ts.NewExpression, called: FacadeSymbol): void {
  work.add({
    node,
    key: node,
    facade: called.facade,
    name: 'cleanupUserDispatchers()',
    rule: 'facade-use',
    apply: (file) => {
      file.edits.replace(node.getStart(), node.expression.end, [
        `${dispatcherName(work, file, node)}.disposeAllForUser`,
      ])
    },
  })
}
