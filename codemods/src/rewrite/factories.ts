import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import type { FacadeSymbol } from './facade-symbols.js'
import { innermost, isNothing, isSimple, isSimpleProperty } from './syntax.js'
import type { Work } from './work.js'

type Slot = 'context' | 'tools' | 'transport' | 'options'

/** How an old factory takes its arguments, and what must be known about what it gives. */
export interface Factory {
  readonly slots: readonly Slot[]
  readonly async?: true
  readonly admin?: true
}

const toolsFirst: Factory = { slots: ['context', 'tools', 'transport'] }
const transportFirst: Factory = { slots: ['context', 'transport', 'tools'] }
const withOptions: Factory = { slots: ['context', 'options'], async: true }

/** Every way to make a dispatcher, by facade and by what is called; `new` stands for the constructor. */
const FACTORIES: Readonly<Record<FacadeName, Readonly<Record<string, Factory>>>> = {
  legacy: {
    'new ToolDispatcher': toolsFirst,
    'ToolDispatcher.createForUser': withOptions,
    'ToolDispatcher.createScoped': withOptions,
    'UnifiedToolDispatcherFactory.createForRequest': toolsFirst,
    createRequestScopedToolDispatcher: transportFirst,
    createRequestScopedDispatcher: { ...transportFirst, async: true },
  },
  'request-scoped': {
    'new RequestScopedToolDispatcher': toolsFirst,
    createRequestScopedToolDispatcher: { ...toolsFirst, async: true },
    requestScopedToolDispatcherScope: { ...toolsFirst, async: true },
  },
  core: {
    'ToolDispatcher.createRequestScopedDispatcher': { ...toolsFirst, async: true },
    'ToolDispatcher.createScopedDispatcherContext': toolsFirst,
  },
  enhanced: {
    'EnhancedToolDispatcher.createForUser': withOptions,
    'EnhancedToolDispatcher.createScoped': withOptions,
    'EnhancedToolDispatcherFactory.createEnhancedDispatcher': withOptions,
    'EnhancedToolDispatcherFactory.createForUser': withOptions,
    'EnhancedToolDispatcherFactory.createForRequest': withOptions,
    'EnhancedToolDispatcherFactory.createForAdmin': { slots: ['context'], async: true, admin: true },
    createEnhancedDispatcher: withOptions,
    createRequestScopedDispatcher: { ...transportFirst, async: true },
  },
}

/** The options that were a transport. */
export const TRANSPORT_KEYS = new Set(['websocketManager', 'websocketEmitter', 'websocketBridge'])

/** What an old creation says, wherever it says it. */
export interface Parsed {
  readonly factory: Factory
  readonly context: ts.Expression
  readonly tools?: ts.Expression
  readonly transport?: ts.Expression
  readonly admin?: ts.Expression
  /** The object literal that holds what is not positional. */
  readonly literal?: ts.ObjectLiteralExpression
  /** Whether the context is a property of the literal. */
  readonly contextInLiteral: boolean
  readonly order: readonly ('tools' | 'transport')[]
}

/** What a call of an old factory says, or why a person must look at it. */
export function parseCreation(
  work: Work,
  node: ts.CallExpression | ts.NewExpression,
  called: FacadeSymbol,
): Parsed | string {
  const what = ts.isNewExpression(node)
    ? `new ${called.owner}`
    : `${called.owner}${called.member === undefined ? '' : `.${called.member}`}`
  const factory = FACTORIES[called.facade][what]
  if (factory === undefined) {
    if (/createToolDispatcher|createLegacyGlobal/.test(what))
      return 'choose the context of the user it works for: UnifiedToolDispatcher.createForUser(context, { … })'
    return `${what} has no counterpart; change it by hand`
  }
  const given = [...(node.arguments ?? [])]
  if (given.some((argument) => ts.isSpreadElement(argument))) return 'its arguments are spread; write them out'
  const [first] = given
  if (first === undefined || isNothing(first))
    return 'it is made without a context; pass the context of the user it works for'
  const literal = innermost(first)
  if (ts.isObjectLiteralExpression(literal) && !isContext(work, first))
    return parseLiteral(factory, literal, given.slice(1), true)
  if (isCreationObject(work, first)) return 'its options are an object made elsewhere; write them out as { … } here'
  if (factory.slots[1] === 'options') {
    const options = given[1]
    if (isNothing(options)) return { factory, context: first, contextInLiteral: false, order: [] }
    const object = options === undefined ? undefined : innermost(options)
    if (object === undefined || !ts.isObjectLiteralExpression(object))
      return 'its options are an object made elsewhere; write them out as { … } here'
    const rest = parseLiteral(factory, object, given.slice(2), false)
    return typeof rest === 'string' ? rest : { ...rest, context: first }
  }
  if (given.length > factory.slots.length) return 'it has more arguments than it takes'
  const slot = (name: Slot) => {
    const value = given[factory.slots.indexOf(name)]
    return factory.slots.includes(name) && !isNothing(value) ? value : undefined
  }
  const tools = slot('tools')
  const transport = slot('transport')
  return {
    factory,
    context: first,
    contextInLiteral: false,
    order: factory.slots.filter((name) => name === 'tools' || name === 'transport'),
    ...(tools !== undefined && { tools }),
    ...(transport !== undefined && { transport }),
  }
}

function parseLiteral(
  factory: Factory,
  literal: ts.ObjectLiteralExpression,
  more: readonly ts.Expression[],
  withContext: boolean,
): Parsed | string {
  if (more.some((argument) => !isNothing(argument)))
    return 'its first argument is no context; pass the context of the user it works for'
  const found: { context?: ts.Expression; tools?: ts.Expression; transport?: ts.Expression; admin?: ts.Expression } = {}
  const order: ('tools' | 'transport')[] = []
  for (const property of literal.properties) {
    if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property))
      return 'its options are spread or computed; write them out'
    if (ts.isComputedPropertyName(property.name)) return 'its options are spread or computed; write them out'
    const key = property.name.text
    const value = ts.isPropertyAssignment(property) ? property.initializer : property.name
    if (key === 'userContext' && withContext) found.context = value
    else if (key === 'tools') {
      found.tools = value
      order.push('tools')
    } else if (TRANSPORT_KEYS.has(key)) {
      if (found.transport !== undefined) return 'it has two transports; keep one'
      found.transport = value
      order.push('transport')
    } else if (key === 'enableAdminTools') found.admin = value
    else if (key === 'db' || key === 'user' || key === 'permissionService') {
      return `decide what ${key} said about admin rights: give the context the role "admin", or say it in permissions`
    } else return `its option ${key} has no counterpart; change it by hand`
  }
  const { context } = found
  const before = literal.properties.slice(
    0,
    literal.properties.findIndex(({ name }) => name?.getText() === 'userContext'),
  )
  if (withContext && context !== undefined && !isSimple(context) && !before.every(isSimpleProperty))
    return 'its context is computed after other options, and would come first; put it into a variable first'
  if (withContext && context === undefined)
    return 'it is made without a context; pass the context of the user it works for'
  if (found.admin !== undefined && !isFlag(found.admin))
    return 'enableAdminTools is computed here; put it into a variable first'
  return {
    factory,
    context: context ?? literal,
    literal,
    contextInLiteral: withContext,
    order,
    ...(found.tools && { tools: found.tools }),
    ...(found.transport && { transport: found.transport }),
    ...(found.admin && { admin: found.admin }),
  }
}

function isFlag(value: ts.Expression): boolean {
  return ts.isIdentifier(value) || value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword
}

function isContext(work: Work, node: ts.Expression): boolean {
  return work.checker.getTypeAtLocation(node).getProperty('threadId') !== undefined
}

function isCreationObject(work: Work, node: ts.Expression): boolean {
  const type = work.checker.getTypeAtLocation(node)
  return type.getProperty('userContext') !== undefined && type.getProperty('correlationId') === undefined
}
