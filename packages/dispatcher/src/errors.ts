/**
 * What every error thrown by this package has: a stable {@link SwitchyardError.code} to switch on, and a message that says
 * what was wrong, the value received and what would be right.
 */
export abstract class SwitchyardError extends Error {
  /** A stable, machine-readable code; it never changes with the wording of the message. */
  abstract readonly code: string

  override get name(): string {
    return this.constructor.name
  }
}

/** A context was missing or refused. Code `invalid_context`. */
export class InvalidContextError extends SwitchyardError {
  readonly code = 'invalid_context'
  /** The field at fault, such as `userId`; `context` when there was no context at all. */
  readonly field: string
  /** The value that was refused. */
  readonly value: unknown

  constructor(field: string, value: unknown, message: string) {
    super(message)
    this.field = field
    this.value = value
  }
}

/** The metadata of a context carries another user's `userId`. Code `context_isolation`. */
export class ContextIsolationError extends SwitchyardError {
  readonly code = 'context_isolation'
  /** Where the foreign id stands, such as `metadata.session.userId`. */
  readonly field: string
  /** The foreign id. */
  readonly value: unknown

  constructor(field: string, value: unknown, message: string) {
    super(message)
    this.field = field
    this.value = value
  }
}

/** Something given as a tool is not one. Code `invalid_tool`. */
export class InvalidToolError extends SwitchyardError {
  readonly code = 'invalid_tool'
}

/** A tool of this name is registered already. Code `duplicate_tool`. */
export class DuplicateToolError extends SwitchyardError {
  readonly code = 'duplicate_tool'
  /** The name that is taken. */
  readonly toolName: string

  constructor(toolName: string) {
    super(`A tool named ${quote(toolName)} is registered already; choose another name, or unregister that one first.`)
    this.toolName = toolName
  }
}

/** An admin dispatcher was asked for without the role `admin`. Code `permission_denied`. */
export class PermissionDeniedError extends SwitchyardError {
  readonly code = 'permission_denied'
}

/** `new UnifiedToolDispatcher()` was called instead of a factory. Code `direct_instantiation`. */
export class DirectInstantiationError extends SwitchyardError {
  readonly code = 'direct_instantiation'

  constructor() {
    super(
      'UnifiedToolDispatcher cannot be constructed directly, since a dispatcher belongs to one request of one user. ' +
        'Use UnifiedToolDispatcher.createForUser(context), createForAdmin(context) or withScope(context, options, use).',
    )
  }
}

/** A dispatcher was used after `dispose()`. Code `dispatcher_disposed`. */
export class DispatcherDisposedError extends SwitchyardError {
  readonly code = 'dispatcher_disposed'
  /** The dispatcher that is gone. */
  readonly dispatcherId: string

  constructor(dispatcherId: string, doing: string) {
    super(`${doing} on dispatcher ${dispatcherId}, which has been disposed; create one for the current request.`)
    this.dispatcherId = dispatcherId
  }
}

/**
 * An event store could not do what it was asked: it cannot be reached, is damaged, full or closed. Code `event_store`. The
 * message says what and where, without a password; what the database said is the `cause`. An append that was refused may be
 * sent again: the id of the event keeps it from being stored twice.
 */
export class EventStoreError extends SwitchyardError {
  readonly code = 'event_store'

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
  }
}

const MAX_SHOWN = 80

/**
 * Shows a value in an error message: strings quoted, objects by their constructor, nothing longer than 80 characters (and
 * the quotes). Never throws, whatever the value.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `"${shorten(JSON.stringify(shorten(value)).slice(1, -1))}"`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'bigint') return shorten(`${value}n`)
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`
    const constructor: unknown = value.constructor
    return typeof constructor === 'function' && constructor !== Object
      ? shorten(`an instance of ${constructor.name}`)
      : 'an object'
  } catch {
    return 'an object'
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text
}
