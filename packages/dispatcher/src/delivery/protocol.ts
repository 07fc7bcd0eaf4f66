import type { AgentEvent } from '../events/event.js'
import type { Position } from '../events/store.js'

/** The frames of the subprotocol `switchyard-events.v1`: JSON in text frames. Free of Node, since the client uses it too. */

/** The only subprotocol that the gateway speaks, and the only one that it ever names in a reply. */
export const SUBPROTOCOL = 'switchyard-events.v1'

/** A browser sends its ticket as a second subprotocol that begins like this. */
export const TICKET_PROTOCOL_PREFIX = 'ticket.'

/** Why a connection ends. On SSE a refusal is the HTTP status `code - 4000`, and an end the message `event: close`. */
export const CLOSE_CODES = Object.freeze({
  /** The server is going away: resume now. */
  goingAway: 1001,
  /** The event store does not answer: resume with a back-off. */
  storeFailed: 1011,
  /** A frame that is not in the protocol, or an ack ahead of what was sent. */
  badFrame: 4400,
  /** The ticket is used up, expired or revoked: get a new one. */
  unauthorized: 4401,
  /** The ticket belongs to another origin. */
  forbidden: 4403,
  /** No hello within the time for it. */
  noHello: 4408,
  /** Too many connections of this user; the newest is the one refused. */
  tooManyConnections: 4409,
  /** A frame larger than `maxPayload`. */
  frameTooLarge: 4413,
  /** The window stayed full for too long: resume later. */
  tooSlow: 4429,
})

/** The client's first frame; without `after` it listens from now on. */
export interface HelloFrame {
  readonly t: 'hello'
  readonly after?: Position | undefined
}

/** Everything up to `seq` has been applied; without `epoch` in the epoch of the last frame. */
export interface AckFrame {
  readonly t: 'ack'
  readonly seq: number
  readonly epoch?: number | undefined
}

/** What a client may send. */
export type ClientFrame = HelloFrame | AckFrame

/**
 * Where the connection starts; always the first frame. It repeats the cursor of the hello, or names the head of the log where
 * there was none, or the position before the oldest event where that was asked for.
 */
export interface ReadyFrame extends Position {
  readonly t: 'ready'
}

/** One event. Its id, the third part of its position, is `event.id`. */
export interface EventFrame {
  readonly t: 'event'
  readonly epoch: number
  readonly seq: number
  readonly event: AgentEvent
}

/** Why a cursor cannot be continued: `slow` is `retention` on a connection that was behind. */
export type SnapshotReason = 'retention' | 'history-changed' | 'slow'

/** The cursor is gone; the position is that before the oldest event that is kept, and all that is kept follows. */
export interface SnapshotFrame extends Position {
  readonly t: 'snapshot'
  readonly reason: SnapshotReason
}

/** On SSE only: the last message, with the code that a WebSocket would be closed with. */
export interface CloseFrame {
  readonly t: 'close'
  readonly code: number
}

/** What a client may get; `close` on SSE only. */
export type ServerFrame = ReadyFrame | EventFrame | SnapshotFrame | CloseFrame

/** How often a client acknowledges: after so many events, and so many milliseconds after an event at the latest. */
export const ACK_EVERY = Object.freeze({ events: 32, ms: 250 })

/** What a connection may take. Each is above 0; those that count are whole. */
export interface GatewayLimits {
  /** Unacknowledged events in flight for a connection. Default 256. */
  readonly window: number
  /** Bytes that wait in the process for a connection's network before it counts as slow. Default 1 MiB. */
  readonly maxBufferedBytes: number
  /** Milliseconds that a connection's window may stay full. Default 30,000. */
  readonly slowTimeoutMs: number
  /** Bytes of a client's frame. Default 4 KiB. */
  readonly maxPayload: number
  /** Milliseconds from the upgrade to the hello. Default 3,000. */
  readonly helloTimeoutMs: number
  /** Milliseconds between pings, or keep-alive comments on SSE; two unanswered pings end a connection. Default 15,000. */
  readonly pingIntervalMs: number
  /** Connections of one user on this gateway. Default 10. */
  readonly connectionsPerUser: number
  /** Connections on this gateway, those included that are being opened or closed. Default 20,000. */
  readonly connections: number
  /** Milliseconds that an unused ticket is good for. Default 30,000; at most an hour. */
  readonly ticketTtlMs: number
  /** Milliseconds that the event store may fail or hang before a connection is told to resume. Default 10,000. */
  readonly storeTimeoutMs: number
}

/** The limits of a gateway that was given none. */
export const DEFAULT_GATEWAY_LIMITS: GatewayLimits = Object.freeze({
  window: 256,
  maxBufferedBytes: 1024 * 1024,
  slowTimeoutMs: 30_000,
  maxPayload: 4 * 1024,
  helloTimeoutMs: 3_000,
  pingIntervalMs: 15_000,
  connectionsPerUser: 10,
  connections: 20_000,
  ticketTtlMs: 30_000,
  storeTimeoutMs: 10_000,
})

/** The frame in a client's text; `undefined` for whatever is none. What else stands in the frame is ignored. */
export function parseClientFrame(text: string): ClientFrame | undefined {
  const frame = parseObject(text)
  if (frame?.['t'] === 'ack') {
    const { seq, epoch } = frame
    if (!isCount(seq)) return undefined
    if (epoch === undefined) return { t: 'ack', seq }
    return isCount(epoch) ? { t: 'ack', seq, epoch } : undefined
  }
  if (frame?.['t'] !== 'hello') return undefined
  if (frame['after'] === undefined) return { t: 'hello' }
  const after = toPosition(frame['after'])
  return after === undefined ? undefined : { t: 'hello', after }
}

/** A place that came from outside, checked; `undefined` when it is none. */
export function toPosition(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { epoch, seq, id } = value as Readonly<Record<string, unknown>>
  return isCount(epoch) && isCount(seq) && (id === null || typeof id === 'string') ? { epoch, seq, id } : undefined
}

/** A cursor as the `id:` of an SSE message: `epoch.seq.id` in printable ASCII, `epoch.seq` where the id is `null`. */
export function encodeCursor({ epoch, seq, id }: Position): string {
  // JSON first: it also escapes halves of surrogate pairs, which percent-encoding refuses.
  return id === null ? `${epoch}.${seq}` : `${epoch}.${seq}.${encodeURIComponent(JSON.stringify(id).slice(1, -1))}`
}

/** The cursor that {@link encodeCursor} wrote; `undefined` when it is none. */
export function decodeCursor(text: string): Position | undefined {
  const [, epoch, seq, id] = /^(\d{1,16})\.(\d{1,16})(?:\.(.*))?$/su.exec(text) ?? []
  if (epoch === undefined || seq === undefined) return undefined
  try {
    const name: unknown = id === undefined ? null : JSON.parse(`"${decodeURIComponent(id)}"`)
    return toPosition({ epoch: Number(epoch), seq: Number(seq), id: name })
  } catch {
    return undefined
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
