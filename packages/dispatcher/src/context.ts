import { ContextIsolationError, InvalidContextError, quote } from './errors.js'
import { isMutableBuiltIn, isPlainObject, snapshot } from './snapshot.js'

const MAX_ID_LENGTH = 256
const MAX_DEPTH = 10
const MAX_METADATA_LEVELS = 64
const PREFIXES_APPLY_BELOW = 20
const RESERVED_KEYS = ['userId', 'threadId', 'runId', 'requestId', 'createdAt']
const PLACEHOLDERS = new Set(
  'registry placeholder default temp none null undefined 0 1 xxx yyy example test demo sample template mock fake dummy'.split(
    ' ',
  ),
)
const PLACEHOLDER_PREFIX = /^(?:placeholder|registry|temp|example|demo|sample|template|mock|fake|default)_/
const ALLOWED_DEFAULTS = /^default_(?:user|admin|system|account|service|client|guest)$/

/** What a context is made of. Every id is a non-blank string of at most 256 characters that is no placeholder. */
export interface UserExecutionContextInit {
  /** Whose request this is. */
  readonly userId: string
  /** The conversation. */
  readonly threadId: string
  /** The agent run within the conversation. */
  readonly runId: string
  /** The request within the run; generated when absent. */
  readonly requestId?: string | undefined
  /** The user's session, if the application has one. */
  readonly sessionId?: string | undefined
  /** The socket that the request came over, if it came over one. */
  readonly websocketClientId?: string | undefined
  /** The request that this one was derived from. */
  readonly parentRequestId?: string | undefined
  /** The user's roles; when absent they are read from `metadata.roles` (an array, or one string). */
  readonly roles?: readonly string[] | undefined
  /** Anything else, copied deep and frozen; may not hold `userId`, `threadId`, `runId`, `requestId` or `createdAt`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

interface Derived {
  readonly operation: string
  readonly operationDepth: number
}

/**
 * Who a request belongs to: the ids that every call, event and limit is bound to. Frozen, and independent of the object it
 * was made from.
 *
 * @example
 * ```ts
 * const context = UserExecutionContext.create({ userId: 'u-7291', threadId: 't-1', runId: 'r-1', roles: ['admin'] })
 * ```
 */
export class UserExecutionContext {
  /** Whose request this is. */
  readonly userId: string
  /** The conversation. */
  readonly threadId: string
  /** The agent run within the conversation. */
  readonly runId: string
  /** The request within the run. */
  readonly requestId: string
  /** The user's session, if the application has one. */
  declare readonly sessionId?: string | undefined
  /** The socket that the request came over, if it came over one. */
  declare readonly websocketClientId?: string | undefined
  /** The request that this one was derived from by {@link child}. */
  declare readonly parentRequestId?: string | undefined
  /** What {@link child} was called for; absent on a context made by {@link create}. */
  declare readonly operation?: string | undefined
  /** The user's roles, fixed at creation. */
  readonly roles: readonly string[]
  /** A frozen deep copy of what was given; functions and instances of classes in it are the given ones. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** 0 for a context made by {@link create}, one more for each {@link child}, at most 10. */
  readonly operationDepth: number
  readonly #createdAt: number

  private constructor(init: UserExecutionContextInit, origin?: Derived) {
    this.userId = checkId('userId', init.userId)
    this.threadId = checkId('threadId', init.threadId)
    this.runId = checkId('runId', init.runId)
    this.requestId =
      init.requestId === undefined ? globalThis.crypto.randomUUID() : checkId('requestId', init.requestId)
    if (init.sessionId !== undefined) this.sessionId = checkText('sessionId', init.sessionId)
    if (init.websocketClientId !== undefined) {
      this.websocketClientId = checkText('websocketClientId', init.websocketClientId)
    }
    if (init.parentRequestId !== undefined) this.parentRequestId = checkText('parentRequestId', init.parentRequestId)
    if (origin !== undefined) this.operation = origin.operation
    this.operationDepth = origin?.operationDepth ?? 0
    this.metadata = copyMetadata(init.metadata, this.userId)
    this.roles = Object.freeze(
      init.roles === undefined ? metadataRoles(this.metadata['roles']) : checkRoles(init.roles),
    )
    this.#createdAt = Date.now()
    Object.freeze(this)
  }

  /**
   * Makes a context.
   *
   * @throws {InvalidContextError} `invalid_context`: an id is missing, blank, too long or a placeholder, or the metadata
   *   holds a reserved key; the message names the field and the value.
   * @throws {ContextIsolationError} `context_isolation`: the metadata carries another user's `userId`.
   */
  static create(init: UserExecutionContextInit): UserExecutionContext {
    if (typeof init !== 'object' || init === null) {
      throw new InvalidContextError(
        'context',
        init,
        `A context is made from an object with userId, threadId and runId, not from ${quote(init)}.`,
      )
    }
    return new UserExecutionContext(init)
  }

  /**
   * The context that {@link toJSON} described, in another process: the same ids, roles, metadata and depth.
   *
   * @throws {InvalidContextError} `invalid_context`: it describes none
   * @throws {ContextIsolationError} `context_isolation`: the metadata carries another user's `userId`
   */
  static fromJSON(data: unknown): UserExecutionContext {
    if (typeof data !== 'object' || data === null) {
      throw new InvalidContextError('context', data, `A context is described by an object, not by ${quote(data)}.`)
    }
    // Each part is checked like one that a caller gives.
    const { operation, operationDepth, ...init } = data as UserExecutionContextInit & Partial<Derived>
    if (operation === undefined) return new UserExecutionContext(init)
    checkText('operation', operation)
    if (!Number.isInteger(operationDepth) || Number(operationDepth) < 1 || Number(operationDepth) > MAX_DEPTH) {
      const message = `operationDepth must be a whole number from 1 to ${MAX_DEPTH}; received ${quote(operationDepth)}.`
      throw new InvalidContextError('operationDepth', operationDepth, message)
    }
    return new UserExecutionContext(init, { operation, operationDepth: Number(operationDepth) })
  }

  /** Whether a value was made by {@link create} or {@link child} of this copy of the package. */
  static isContext(value: unknown): value is UserExecutionContext {
    return typeof value === 'object' && value !== null && #createdAt in value
  }

  /** When the context was made; a new `Date` at each read, so that nobody can move it. */
  get createdAt(): Date {
    return new Date(this.#createdAt)
  }

  /** For log lines: user, thread, run and request, each cut to 8 characters, joined by `:`. Not unique. */
  get correlationId(): string {
    return [this.userId, this.threadId, this.runId, this.requestId].map((id) => id.slice(0, 8)).join(':')
  }

  /**
   * A context for a part of this request: the same user, thread, run and roles, a new `requestId`, one level deeper. The
   * metadata is this context's with the given one over it; `roles` in it grants nothing.
   *
   * @param operation What the part is for; kept as {@link operation}.
   * @throws {InvalidContextError} `invalid_context`: `operation` is blank, or the child would be deeper than 10.
   */
  child(operation: string, metadata?: Readonly<Record<string, unknown>>): UserExecutionContext {
    checkText('operation', operation)
    if (this.operationDepth >= MAX_DEPTH) {
      throw new InvalidContextError(
        'operationDepth',
        this.operationDepth + 1,
        `A context may be derived at most ${MAX_DEPTH} times in a row; ${quote(operation)} would be one more. ` +
          'This usually means that an operation calls itself without end.',
      )
    }
    return new UserExecutionContext(
      {
        userId: this.userId,
        threadId: this.threadId,
        runId: this.runId,
        sessionId: this.sessionId,
        websocketClientId: this.websocketClientId,
        parentRequestId: this.requestId,
        roles: this.roles,
        metadata: metadata === undefined ? this.metadata : { ...this.metadata, ...checkMetadata(metadata) },
      },
      { operation, operationDepth: this.operationDepth + 1 },
    )
  }

  /** The context as plain data, for logs and for sending it elsewhere. */
  toJSON(): Record<string, unknown> {
    return {
      userId: this.userId,
      threadId: this.threadId,
      runId: this.runId,
      requestId: this.requestId,
      sessionId: this.sessionId,
      websocketClientId: this.websocketClientId,
      parentRequestId: this.parentRequestId,
      operation: this.operation,
      roles: [...this.roles],
      metadata: this.metadata,
      createdAt: this.createdAt.toISOString(),
      operationDepth: this.operationDepth,
      correlationId: this.correlationId,
    }
  }
}

function checkText(field: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > MAX_ID_LENGTH) {
    throw new InvalidContextError(
      field,
      value,
      `${field} must be a non-blank string of at most ${MAX_ID_LENGTH} characters; received ${quote(value)}.`,
    )
  }
  return value
}

function checkId(field: string, value: unknown): string {
  const id = checkText(field, value)
  if (isPlaceholder(id.toLowerCase())) {
    throw new InvalidContextError(
      field,
      id,
      `${field} must be a real id, not a placeholder; received ${quote(id)}. Pass the id of the signed-in user's request.`,
    )
  }
  return id
}

function isPlaceholder(id: string): boolean {
  if (PLACEHOLDERS.has(id)) return true
  if (id.length >= PREFIXES_APPLY_BELOW) return false
  if (id.startsWith('test_')) return globalThis.process?.env['NODE_ENV'] !== 'test'
  return PLACEHOLDER_PREFIX.test(id) && !ALLOWED_DEFAULTS.test(id)
}

function checkRoles(roles: unknown): string[] {
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
    throw new InvalidContextError('roles', roles, `roles must be an array of strings; received ${quote(roles)}.`)
  }
  return [...roles]
}

/** Where contexts of old kept their roles; what is neither an array nor a string grants nothing. */
function metadataRoles(roles: unknown): string[] {
  if (typeof roles === 'string') return [roles]
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
}

function checkMetadata(metadata: unknown): Readonly<Record<string, unknown>> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata) || isMutableBuiltIn(metadata)) {
    throw new InvalidContextError('metadata', metadata, `metadata must be an object; received ${quote(metadata)}.`)
  }
  for (const key of RESERVED_KEYS) {
    if (Object.hasOwn(metadata, key)) {
      throw new InvalidContextError(
        `metadata.${key}`,
        Reflect.get(metadata, key),
        `metadata may not hold ${key}, which is a field of the context itself; rename the key.`,
      )
    }
  }
  return Object.fromEntries(Object.entries(metadata))
}

function copyMetadata(metadata: unknown, userId: string): Readonly<Record<string, unknown>> {
  if (metadata === undefined) return EMPTY
  const copied = copyFrozen(checkMetadata(metadata), { path: ['metadata'], userId, seen: new Map() })
  return isPlainObject(copied) ? copied : EMPTY
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze({})

/** Where a copy has come to. */
interface Place {
  readonly path: readonly string[]
  readonly userId: string
  readonly seen: Map<object, object>
}

function copyFrozen(value: object, place: Place): object {
  const known = place.seen.get(value)
  if (known !== undefined) return known
  checkLevel(value, place)
  if (!Array.isArray(value) && place.path.length > 1) checkOwner(Reflect.get(value, 'userId'), place)
  if (!Array.isArray(value) && !isPlainObject(value)) return value
  const result: object = Array.isArray(value) ? [] : {}
  place.seen.set(value, result)
  const entries: Iterable<[string | number, unknown]> = Array.isArray(value) ? value.entries() : Object.entries(value)
  for (const [key, item] of entries) placeFrozen(result, String(key), item, place)
  return Object.freeze(result)
}

function placeFrozen(target: object, key: string, item: unknown, place: Place): void {
  if (typeof item !== 'object' || item === null) {
    Object.defineProperty(target, key, { value: item, enumerable: true })
  } else if (isMutableBuiltIn(item)) {
    checkOwners(item, inside(place, key), new Set())
    // A date or a map cannot be frozen: every read gets a copy of its own.
    const stored = snapshot(item)
    Object.defineProperty(target, key, { get: () => snapshot(stored), enumerable: true })
  } else {
    Object.defineProperty(target, key, { value: copyFrozen(item, inside(place, key)), enumerable: true })
  }
}

function inside(place: Place, key: string): Place {
  return { ...place, path: [...place.path, key] }
}

function checkLevel(value: unknown, { path }: Place): void {
  if (path.length <= MAX_METADATA_LEVELS) return
  throw new InvalidContextError('metadata', value, `metadata may be nested at most ${MAX_METADATA_LEVELS} levels deep.`)
}

/** Looks for another user's id in a map or a set, and in all that it holds. */
function checkOwners(value: unknown, place: Place, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  checkLevel(value, place)
  if (value instanceof Map) checkOwner(value.get('userId'), place)
  else if (!Array.isArray(value)) checkOwner(Reflect.get(value, 'userId'), place)
  const parts: readonly unknown[] =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : Array.isArray(value) || isPlainObject(value)
          ? Object.values(value)
          : []
  for (const part of parts) checkOwners(part, inside(place, ''), seen)
}

function checkOwner(owner: unknown, { path, userId }: Place): void {
  if (owner === undefined || owner === null || owner === userId) return
  const where = path.filter((part) => part !== '').join('.')
  throw new ContextIsolationError(
    `${where}.userId`,
    owner,
    `${where} belongs to user ${quote(owner)}, but the context is of user ${quote(userId)}; ` +
      "never put another user's data into a context.",
  )
}
