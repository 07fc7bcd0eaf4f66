import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { applyCreation } from './creation-edits.js'
import { type FacadeSymbol, isDispatcherClass } from './facade-symbols.js'
import { type Factory, parseCreation } from './factories.js'
import { functionOf, innermost, isAsync, isFunctionLike, isHandled, isSimple, outermost } from './syntax.js'
import type { Work } from './work.js'

/** The call of a facade that a node is, with what is called. */
export interface FacadeCall {
  readonly node: ts.CallExpression | ts.NewExpression
  readonly called: FacadeSymbol
}

/** What a node calls of a facade: a constructor, a static member or a function; not a member of an instance. */
export function facadeCall(work: Work, node: ts.Node): FacadeCall | undefined {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined
  const callee = innermost(node.expression)
  const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee
  if (!ts.isIdentifier(name)) return undefined
  const called = work.symbols.facadeSymbol(name)
  if (called === undefined || (called.member !== undefined && !called.isStatic)) return undefined
  if (ts.isNewExpression(node) && !isDispatcherClass(called.owner)) return undefined
  return { node, called }
}

/** Whether a node makes a dispatcher, or a view of one. */
export function isCreation(work: Work, node: ts.Node): boolean {
  const call = facadeCall(work, node)
  if (call === undefined) return false
  const { called } = call
  return (
    called.member !== 'cleanupUserDispatchers' &&
    (called.member !== undefined || ts.isNewExpression(node) || /^create|Scope$/.test(called.owner))
  )
}

/** Surveys one creation: blocks it with the reason, or plans its edits. */
export function surveyCreation(work: Work, { node, called }: FacadeCall): void {
  const { facade } = called
  const name = `${called.owner}${called.member === undefined ? '' : `.${called.member}`}`
  const exportName = called.owner
  const mocked = `${facade}:${exportName}`
  work.creations.set(mocked, [...(work.creations.get(mocked) ?? []), node])
  if (called.member === 'from') {
    surveyView(work, node, facade)
    return
  }
  work.owned.add(node)
  const parsed = parseCreation(work, node, called)
  const problem = typeof parsed === 'string' ? parsed : problemAround(node, parsed.factory)
  if (problem !== undefined || typeof parsed === 'string') {
    work.block(node, node, facade, problem ?? '')
    work.add({ node, key: node, facade, name, rule: 'facade-use' })
    return
  }
  work.contexts.set(node, [work.symbols.resolve(parsed.context)])
  work.add({
    node,
    key: node,
    facade,
    name,
    rule: 'facade-use',
    apply: (file, bridged) => {
      if (applyCreation(work, file, node, parsed))
        bridged(
          node,
          'tools that may share a name go through distinctTools() of the kit, which drops the later one',
          facade,
        )
    },
  })
}

function surveyView(work: Work, node: ts.CallExpression | ts.NewExpression, facade: FacadeName): void {
  const [unified] = node.arguments ?? []
  work.views.add(node)
  if (unified === undefined) work.block(node, node, facade, 'from() needs the dispatcher that it shows')
  work.add({
    node,
    key: node,
    facade,
    name: 'from()',
    rule: 'facade-use',
    apply: (file) => {
      if (unified === undefined) return
      file.edits.replace(node.getStart(), node.end, [
        isSimple(unified) ? '' : '(',
        { start: unified.getStart(), end: unified.end },
        isSimple(unified) ? '' : ')',
      ])
    },
  })
}

function problemAround(node: ts.CallExpression | ts.NewExpression, factory: Factory): string | undefined {
  if (isHandled(node)) {
    return 'errors of creation change their class (InvalidContextError, InvalidToolError); decide what the catch around it does'
  }
  const outer = outermost(node)
  if (factory.async === undefined || ts.isAwaitExpression(outer.parent)) return undefined
  const holder = functionOf(node)
  const returned =
    ts.isReturnStatement(outer.parent) || (ts.isArrowFunction(outer.parent) && outer.parent.body === outer)
  if (returned && isFunctionLike(holder) && isAsync(holder)) return undefined
  if (ts.isPropertyAccessExpression(outer.parent))
    return 'its promise is chained; await it instead, errors of creation change their class'
  return 'its promise is kept; await it where it is made'
}
