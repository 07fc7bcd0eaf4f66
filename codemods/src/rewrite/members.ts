import ts from '#typescript'
import { isAfterCleanup } from './after-cleanup.js'
import { surveyCall } from './calls.js'
import { dispatcherName } from './creation-edits.js'
import type { FacadeSymbol } from './facade-symbols.js'
import { type FileWork, KIT, removeStatement } from './file-work.js'
import { referencesOf } from './references.js'
import { surveyRegistration } from './registrations.js'
import { isSimple, outermost, statementOf } from './syntax.js'
import { keepViewsAlive } from './views.js'
import type { MemberUse, PlannedSite, Work } from './work.js'

/** Members that stay as they are. */
const SAME = new Set(['hasTool', 'dispatcherId', '[Symbol.asyncDispose]'])
const PROPERTIES = new Set(['userContext', 'unified', 'tools', 'hasWebsocketSupport', 'createdAt', 'dispatcherId'])
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
    name: PROPERTIES.has(member) || member.startsWith('[') ? member : `${member}()`,
    rule: 'facade-use',
  }
  const call = callOf(node)
  const plan = (apply: NonNullable<PlannedSite['apply']>) => work.add({ ...base, apply })
  const block = (message: string) => {
    work.block(node, key, facade, message)
    work.add(base)
  }
  if (ASKED_OF_LIVE.has(member) && isAfterCleanup(node)) blockAfterCleanup(work, use)
  if (SAME.has(member)) plan(() => {})
  else if (member === 'userContext')
    plan((file) => file.edits.replace(node.name.getStart(), node.name.end, ['context']))
  else if (member === 'unified') plan((file) => file.edits.replace(node.expression.end, node.end, []))
  else if (!CALLED.has(member)) block(`${member} has no counterpart on the canonical dispatcher; change it by hand`)
  else if (call === undefined)
    block(`${member} is passed on as a function; wrap the call: () => dispatcher.${member}(…)`)
  else surveyMethod(work, use, call, base)
}

/** Methods that have a counterpart when they are called. */
const CALLED = new Set([
  ...['dispatch', 'dispatchTool', 'executeTool', 'registerTool'],
  ...['getAvailableTools', 'getContext', 'isActive', 'getMetrics', 'cleanup'],
])

function surveyMethod(work: Work, use: MemberUse, call: ts.CallExpression, base: PlannedSite): void {
  const { node, member } = use
  const plan = (apply: NonNullable<PlannedSite['apply']>) => work.add({ ...base, apply })
  switch (member) {
    case 'registerTool':
      surveyRegistration(work, use, call)
      break
    case 'getAvailableTools':
      plan((file) => listTools(file, node, call))
      break
    case 'getContext':
      plan((file) => replaceCall(file, node, call, 'context'))
      break
    case 'isActive':
      plan((file) => replaceCall(file, node, call, 'isActive'))
      break
    case 'getMetrics':
      surveyMetrics(work, use, call, base)
      break
    case 'cleanup':
      surveyCleanup(work, use, call, base)
      break
    default:
      surveyCall(work, use, call)
  }
}

/** Members that throw once the old dispatcher is cleaned up, while the canonical one goes on to answer. */
const ASKED_OF_LIVE = new Set(['hasTool', 'getAvailableTools'])

function blockAfterCleanup(work: Work, { node, key, facade, member }: MemberUse): void {
  const message = `after cleanup() the old ${member}() throws, and the canonical dispatcher answers; take it out, or ask whether it is active`
  work.deferred.push(() => {
    if (!work.comesFrom(key, work.views)) work.block(node, key, facade, message)
  })
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
    file.text
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
  const outer = outermost(call)
  const statement = ts.isAwaitExpression(outer.parent) ? outer.parent.parent : outer.parent
  // Nothing else may go along with it: no condition around it, and nothing that makes the view.
  const isAlone =
    ts.isExpressionStatement(statement) && statementOf(statement) === statement && isSimple(node.expression)
  keepViewsAlive(work, { node, key, facade }, isAlone ? undefined : 'the cleanup() of a view does nothing; take it out')
  work.add({
    ...base,
    apply: (file) => {
      if (work.comesFrom(key, work.views)) removeStatement(file, statementOf(call))
      else file.edits.replace(node.name.getStart(), node.name.end, ['dispose'])
    },
  })
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
