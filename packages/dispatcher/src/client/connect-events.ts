import type { SnapshotReason } from '../delivery/protocol.js'
import type { AgentEvent } from '../events/event.js'
import type { Position } from '../events/store.js'
import { EventConnection } from './event-connection.js'
import type { WebSocketConstructor } from './web-socket.js'

/** `connecting`: on the way to a server. `live`: events arrive. `waiting`: before the next attempt. `closed`: for good. */
export type ConnectionStatus = 'connecting' | 'live' | 'waiting' | 'closed'

/** Where a cursor outlives the page or the process. */
export interface CursorStorage {
  /** The cursor that was saved last; nothing: from now on. Asked before the first connection, again when it fails. */
  load(): Position | undefined | Promise<Position | undefined>
  /** Called after each event that was applied; awaited before the next one. */
  save(cursor: Position): void | Promise<void>
}

/** How to get a user's events. */
export interface ConnectEventsOptions {
  /** `ws:` or `wss:`: over a WebSocket. `http:` or `https:`: as server-sent events, for networks that break WebSockets. */
  readonly url: string
  /** Asks your server for a ticket, within 15 seconds. Called for every connection: a ticket opens one. */
  getTicket(): Promise<string>
  /** Called once for each event, in the order of the log; a promise is awaited before the next one. */
  onEvent(event: AgentEvent): unknown
  /** Events are gone: what the page shows must be read anew from elsewhere. All that is still kept follows. */
  onSnapshot?(reason: SnapshotReason): void
  /** Called when the status changes, `connecting` first. */
  onStatus?(status: ConnectionStatus): void
  /**
   * Called with what the functions given here throw or reject with, and with what keeps the connection away. Default: the
   * former goes to `reportError` where there is one, else to `console.error`.
   */
  onError?(error: unknown): void
  /** Default: the global one, which Node has from 22 on; that of `ws` fits. Not used for server-sent events. */
  readonly WebSocket?: WebSocketConstructor | undefined
  /** Default: in memory, so that a page that is loaded anew begins with what happens from then on. */
  readonly cursor?: CursorStorage | undefined
}

/** A connection that is made again and again until it is closed. */
export interface EventsConnection {
  /** Ends it for good. Nothing is called from then on, but for saving the cursor of an event that is being applied. */
  close(): void
  /** What goes on now. */
  readonly status: ConnectionStatus
}

/**
 * Delivers the events of the user that the tickets are for: each once and in order while this client lives, through any number
 * of connections. Across its restarts an event whose cursor was not saved in time comes again, with the same id.
 *
 * It waits 250 ms at first and 30 s at most between two attempts, each time a random part of it; a close with 4403 is final.
 *
 * @throws {TypeError} there is no WebSocket, or an option is missing
 * @example
 * ```ts
 * const events = connectEvents({
 *   url: 'wss://app.example/events',
 *   getTicket: async () => (await fetch('/ticket', { method: 'POST' })).text(),
 *   onEvent: (event) => console.log(event.type, event.payload),
 * })
 * ```
 */
export function connectEvents(options: ConnectEventsOptions): EventsConnection {
  for (const name of ['getTicket', 'onEvent'] as const) {
    const given: unknown = options[name]
    if (typeof given !== 'function') throw new TypeError(`${name} must be a function; received ${typeof given}.`)
  }
  if (typeof options.url !== 'string') throw new TypeError(`url must be a string; received ${typeof options.url}.`)
  const isStream = /^https?:/iu.test(options.url)
  const Socket: WebSocketConstructor | undefined = options.WebSocket ?? globalThis.WebSocket
  if (!isStream && typeof Socket !== 'function') {
    throw new TypeError('There is no global WebSocket (Node has one from 22 on): pass one in, such as that of ws.')
  }
  const connection = new EventConnection(options, isStream ? undefined : Socket)
  void connection.start()
  return connection
}
