import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import type { FacadeSymbol } from './facade-symbols.js'
import { isDispatcherClass } from './facade-symbols.js'
import type { FileWork } from './file-work.js'
import {
  functionOf,
  innermost,
  isAsync,
  isFunctionLike,
  isHandled,
  isNothing,
  isSimple,
  outermost,
  isSimpleProperty,
} from './syntax.js'
import type { Piece } from './text-edits.js'
import { distinctToolNames } from './tool-names.js'
import type { Work } from './work.js'

export const DISPATCHER = '@switchyard/dispatcher'
export const INTEROP = '@switchyard/dispatcher/interop'
export const KIT = '@switchyard/facade-kit'

type Slot = 'context' | 'tools' | 'transport' | 'options'

/** How an old factory takes its arguments, and what must be known about what it gives. */
interface Factory {
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

const TRANSPORT_KEYS = new Set(['websocketManager', 'websocketEmitter', 'websocketBridge'])

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

interface Parsed {
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
  const parsed = parse(work, node, called)
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
        range(unified),
        isSimple(unified) ? '' : ')',
      ])
    },
  })
}

function parse(work: Work, node: ts.CallExpression | ts.NewExpression, called: FacadeSymbol): Parsed | string {
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

const range = (node: ts.Node): Piece => ({ start: node.getStart(), end: node.end })

/** What the canonical class is called at a call: its own name, or that of a re-export which now leads to it. */
export function dispatcherName(work: Work, file: FileWork, node: ts.CallExpression | ts.NewExpression): string {
  const mention = work.mentions.find(({ key, callee }) => key === node && callee)
  return mention?.keeps === true ? file.textOf(mention.whole) : file.use(node, DISPATCHER, 'UnifiedToolDispatcher')
}

/** Makes the edits; whether the kit is needed for the tools. */
function applyCreation(
  work: Work,
  file: FileWork,
  node: ts.CallExpression | ts.NewExpression,
  parsed: Parsed,
): boolean {
  const dispatcher = dispatcherName(work, file, node)
  const outer = outermost(node)
  const start = ts.isAwaitExpression(outer.parent) && outer === node ? outer.parent.getStart() : node.getStart()
  if (start === node.getStart() && ts.isAwaitExpression(outer.parent)) dropAwait(file, outer.parent)
  const { bridged, pieces } = argumentsOf(work, file, parsed)
  const make = (admin: boolean): Piece[] => [
    `${dispatcher}.${admin ? 'createForAdmin' : 'createForUser'}(`,
    ...pieces,
    ')',
  ]
  const { admin } = parsed
  const isAdmin = parsed.factory.admin === true || admin?.kind === ts.SyntaxKind.TrueKeyword
  if (admin !== undefined && ts.isIdentifier(admin)) {
    const [open, close] =
      ts.isVariableDeclaration(outer.parent) || ts.isVariableDeclaration(outer.parent.parent) ? ['', ''] : ['(', ')']
    file.edits.replace(start, node.end, [open, admin.text, ' ? ', ...make(true), ' : ', ...make(false), close])
  } else {
    file.edits.replace(start, node.end, make(isAdmin))
  }
  return bridged
}

function dropAwait(file: FileWork, node: ts.AwaitExpression): void {
  file.edits.replace(node.getStart(), node.expression.getStart(), [])
}

function argumentsOf(work: Work, file: FileWork, parsed: Parsed): { pieces: Piece[]; bridged: boolean } {
  const { context, tools, transport, literal } = parsed
  const distinct = tools === undefined || distinctToolNames(work, tools) !== undefined
  const isEmpty =
    tools !== undefined &&
    ts.isArrayLiteralExpression(innermost(tools)) &&
    innermost(tools).getChildAt(1).getChildCount() === 0
  const bridged = tools !== undefined && !distinct
  const toolsPieces =
    tools === undefined
      ? []
      : distinct
        ? [range(tools)]
        : [`${file.use(tools, KIT, 'distinctTools')}(`, range(tools), ')']
  const eventPieces =
    transport === undefined ? [] : [`${file.use(transport, INTEROP, 'eventSinkFrom')}(`, range(transport), ')']
  if (literal !== undefined) {
    const left = editLiteral(file, parsed, literal, toolsPieces, eventPieces)
    const contextPieces = [range(context)]
    if (parsed.contextInLiteral && ts.isPropertyAssignment(context.parent)) contextPieces[0] = range(context)
    return { pieces: left ? [...contextPieces, ', ', range(literal)] : contextPieces, bridged }
  }
  const options: Piece[][] = []
  for (const name of parsed.order) {
    if (name === 'tools' && tools !== undefined && !isEmpty)
      options.push(shortened(file, 'tools', tools, distinct, toolsPieces))
    if (name === 'transport' && transport !== undefined) options.push(['events: ', ...eventPieces])
  }
  if (options.length === 0) return { pieces: [range(context)], bridged }
  const listed = options.flatMap((option, index) => (index === 0 ? option : [', ', ...option]))
  return { pieces: [range(context), ', { ', ...listed, ' }'], bridged }
}

/** `tools` rather than `tools: tools`. */
function shortened(
  file: FileWork,
  key: string,
  value: ts.Expression,
  asItIs: boolean,
  pieces: readonly Piece[],
): Piece[] {
  return asItIs && file.textOf(value) === key ? [key] : [`${key}: `, ...pieces]
}

/** Edits an options literal in its place; whether anything is left of it. */
function editLiteral(
  file: FileWork,
  parsed: Parsed,
  literal: ts.ObjectLiteralExpression,
  tools: readonly Piece[],
  events: readonly Piece[],
): boolean {
  const removed = new Set<ts.Node>()
  for (const property of literal.properties) {
    const key = property.name?.getText() ?? ''
    const value = ts.isPropertyAssignment(property) ? property.initializer : undefined
    if (key === 'userContext' && parsed.contextInLiteral) removed.add(property)
    else if (key === 'enableAdminTools' || (value !== undefined && isNothing(value))) removed.add(property)
    else if (TRANSPORT_KEYS.has(key)) file.edits.replace(property.getStart(), property.end, ['events: ', ...events])
    else if (key === 'tools' && tools.length > 1)
      file.edits.replace(property.getStart(), property.end, ['tools: ', ...tools])
  }
  const left = literal.properties.filter((property) => !removed.has(property))
  if (left.length === 0) return false
  removeItems(file, literal.properties, removed)
  return true
}

/** Takes items out of a list in braces, with their commas, and with their lines where they have lines of their own. */
export function removeItems(file: FileWork, items: readonly ts.Node[], removed: ReadonlySet<ts.Node>): void {
  const { text } = file.source
  let keep = items.length
  while (keep > 0 && removed.has(items[keep - 1] ?? file.source)) keep -= 1
  const lastKept = items[keep - 1]
  const last = items.at(-1)
  // The ones at the end go with the comma before them; a comma behind them stays for the last one that is kept.
  if (keep < items.length && lastKept !== undefined && last !== undefined) {
    const trailing = /^\s*,/.exec(text.slice(last.end))?.[0].length ?? 0
    file.edits.replace(lastKept.end, last.end + trailing, trailing > 0 ? [','] : [])
  }
  for (const item of items.slice(0, lastKept === undefined ? items.length : keep))
    if (removed.has(item)) removeItem(file, item)
}

function removeItem(file: FileWork, item: ts.Node): void {
  const { text } = file.source
  const start = item.getStart()
  const end = item.end + (/^\s*,/.exec(text.slice(item.end))?.[0].length ?? 0)
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  if (text.slice(lineStart, start).trim() === '' && lineEnd !== -1 && text.slice(end, lineEnd).trim() === '') {
    file.edits.replace(lineStart, lineEnd + 1, [])
  } else {
    file.edits.replace(start, end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0), [])
  }
}
