import {
  PermissionDeniedError,
  ToolRegistry,
  UnifiedToolDispatcher,
  UserExecutionContext,
  type DispatcherOptions,
  type ToolsOption,
} from '@switchyard/dispatcher'
import type { OwnBinding } from './facade-dispatcher.js'
import { PermissionError } from './errors.js'
import { distinctTools } from './tools.js'
import { TransportSwitch, type OptionalTransport } from './transport-switch.js'

/** Tools as old entry points took them; a name that comes twice is taken once, with a process warning. */
export type OptionalTools = ToolsOption | null | undefined

/** What a dispatcher is created from, besides its context. The three names of the transport mean the same. */
export interface FacadeOptions {
  readonly tools?: OptionalTools
  readonly websocketManager?: OptionalTransport
  readonly websocketEmitter?: OptionalTransport
  readonly websocketBridge?: OptionalTransport
  /** Demands the role `admin` at once. Default `false`. */
  readonly enableAdminTools?: boolean | undefined
}

/** The same with the context, as one object: how a call with named arguments is written. */
export interface FacadeCreation extends FacadeOptions {
  readonly userContext: UserExecutionContext
}

/** What the first parameter of most old factories may be. */
export type ContextOrCreation = UserExecutionContext | FacadeCreation

/** How the dispatcher of a facade instance differs from a plain one. */
export interface OwnOptions {
  /** Whether a transport can be connected later. Default `false`. */
  readonly switchable?: boolean
  /** Further options of the canonical dispatcher. */
  readonly canonical?: DispatcherOptions
}

/**
 * Creates the dispatcher of a facade instance.
 *
 * @param first The context, or everything in one object.
 * @param rest What came beside the context; `first` goes before it.
 * @param refuse Makes the error for a missing or wrong context.
 * @throws What `refuse` returns; {@link TypeError} when a transport or a list of tools is in the place of the options;
 * {@link PermissionError} when `enableAdminTools` asks for a right that the context lacks.
 */
export function own(
  first: ContextOrCreation,
  rest: FacadeOptions,
  refuse: (received: unknown) => Error,
  { switchable = false, canonical }: OwnOptions = {},
): OwnBinding {
  const { userContext, tools, ...options } = creationOf(first, rest)
  if (!UserExecutionContext.isContext(userContext)) throw refuse(userContext)
  refuseStranger(rest)
  const transport = options.websocketManager ?? options.websocketEmitter ?? options.websocketBridge ?? null
  const events = switchable || transport !== null ? new TransportSwitch(transport) : undefined
  const all: DispatcherOptions = { ...canonical, tools: distinctTools(refuseTransport(tools)), events }
  const unified = options.enableAdminTools
    ? createForAdmin(userContext, all)
    : UnifiedToolDispatcher.createForUser(userContext, all)
  return { kind: 'own', unified, events }
}

/** Both ways of calling as one. */
function creationOf(first: ContextOrCreation, rest: FacadeOptions): FacadeCreation {
  return hasContext(first) ? { ...rest, ...first } : { ...rest, userContext: first }
}

/** Whether it holds a context of its own; what inherits one, such as a dispatcher, is nothing to create one from. */
function hasContext(first: ContextOrCreation): first is FacadeCreation {
  return typeof first === 'object' && first !== null && Object.hasOwn(first, 'userContext')
}

/** What a refused value is, for an error message. */
export function nameOf(received: unknown): string {
  if (typeof received !== 'object' || received === null) return received === null ? 'null' : typeof received
  return `an object with ${Object.keys(received).join(', ') || 'nothing in it'}`
}

function createForAdmin(context: UserExecutionContext, options: DispatcherOptions): UnifiedToolDispatcher {
  try {
    return UnifiedToolDispatcher.createForAdmin(context, options)
  } catch (error) {
    if (error instanceof PermissionDeniedError) throw new PermissionError(error.message, { cause: error })
    throw error
  }
}

/** Two facades disagree about the order of tools and transport: one in the other's place must not pass for a record of tools. */
function refuseTransport(tools: OptionalTools): OptionalTools {
  const method = transportMethodOf(tools)
  if (method === undefined) return tools
  throw new TypeError(
    `tools must be an iterable or a record of tools; received an object with ${method}, which is a transport. ` +
      'Check the order of the arguments.',
  )
}

/** Old factories took transport and tools side by side: either in the place of the options must not pass for none. */
function refuseStranger(options: unknown): void {
  const stranger = strangerIn(options)
  if (stranger === undefined) return
  throw new TypeError(`The options must be an object, such as { tools, websocketManager }; received ${stranger}.`)
}

function strangerIn(options: unknown): string | undefined {
  if (options === undefined || options === null) return undefined
  if (typeof options !== 'object') return `a ${typeof options}`
  if (Symbol.iterator in options || options instanceof ToolRegistry) return 'a list of tools'
  const method = transportMethodOf(options)
  return method && `a transport, with ${method}`
}

function transportMethodOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const methods = ['emitCriticalEvent', 'sendEvent', 'notifyToolExecuting', 'emit']
  return methods.find((method) => typeof Reflect.get(value, method) === 'function')
}
