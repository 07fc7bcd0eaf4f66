import { CLOSE_CODES } from '../delivery/protocol.js'
import { AppliedLog } from './applied-log.js'
import type { ConnectEventsOptions, ConnectionStatus, EventsConnection } from './connect-events.js'
import { openEventStream } from './event-stream.js'
import { Session } from './session.js'
import { openWebSocket, type WebSocketConstructor } from './web-socket.js'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
const TICKET_TIMEOUT_MS = 15_000
/** Where the server asks for time, the wait is as long as after this many attempts. */
const LATER = 5

/** One connection after the other, each from where the one before has ended. */
export class EventConnection implements EventsConnection {
  status: ConnectionStatus = 'connecting'
  readonly #options: ConnectEventsOptions
  readonly #Socket: WebSocketConstructor | undefined
  readonly #log: AppliedLog
  #attempts = 0
  /** Ends what goes on now: the request for a ticket, a connection, or the wait for the next one. */
  #interrupt: () => void = () => {}

  /** `Socket`: absent for server-sent events. */
  constructor(options: ConnectEventsOptions, Socket: WebSocketConstructor | undefined) {
    this.#options = options
    this.#Socket = Socket
    this.#log = new AppliedLog(options, this.#report)
  }

  /** Connects until it is closed. */
  async start(): Promise<void> {
    // A browser knows sooner than any timer when its network is back.
    globalThis.addEventListener?.('online', this.#hurry)
    // Nothing is called before the caller has the connection.
    await Promise.resolve()
    for (;;) {
      this.#setStatus('connecting')
      if (this.#isClosed()) return
      try {
        await this.#connect()
      } catch (error) {
        this.#report(error)
      }
      this.#setStatus('waiting')
      await this.#wait()
    }
  }

  close(): void {
    if (this.#isClosed()) return
    this.#setStatus('closed')
    globalThis.removeEventListener?.('online', this.#hurry)
    this.#interrupt()
  }

  /** One connection, from its ticket to its end. */
  async #connect(): Promise<void> {
    const ticket = await this.#ticket()
    if (this.#isClosed()) return
    if (typeof ticket !== 'string' || ticket === '') {
      throw new TypeError(`getTicket() must resolve to a ticket, a non-empty string; received ${typeof ticket}.`)
    }
    const session = new Session(this.#log, this.#onReady, this.#tell)
    this.#interrupt = () => session.closed(undefined)
    const { url } = this.#options
    session.start(
      this.#Socket === undefined
        ? openEventStream(url, ticket, this.#log.cursor, session)
        : openWebSocket(this.#Socket, url, ticket, this.#log.cursor, session),
    )
    this.#judge(await session.ended, session.cause)
  }

  #ticket(): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined
    return new Promise<unknown>((resolve, reject) => {
      this.#interrupt = () => resolve(undefined)
      timer = setTimeout(() => reject(new Error('The ticket did not come in time.')), TICKET_TIMEOUT_MS)
      this.#log
        .load()
        .then(() => (this.#isClosed() ? undefined : this.#options.getTicket()))
        .then(resolve, reject)
    }).finally(() => clearTimeout(timer))
  }

  readonly #onReady = () => {
    this.#attempts = 0
    this.#setStatus('live')
  }

  #judge(code: number | undefined, cause: unknown): void {
    if (this.#isClosed()) return
    if (code === CLOSE_CODES.forbidden) {
      this.#report(new Error('This page may not have these events (4403).'))
      this.close()
      return
    }
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    if (this.status !== 'live')
      this.#tell(new Error(`The connection ended before it was ready (${code ?? 'no code'})${why}.`, { cause }))
    else if (code === CLOSE_CODES.badFrame) this.#report(new Error('The server did not understand this client (4400).'))
    const asksForTime =
      code === CLOSE_CODES.badFrame || code === CLOSE_CODES.tooManyConnections || code === CLOSE_CODES.tooSlow
    if (asksForTime) this.#attempts = Math.max(this.#attempts, LATER)
  }

  /** Full jitter: clients that were cut off together come back one by one. */
  #wait(): Promise<void> {
    if (this.#isClosed()) return Promise.resolve()
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts)
    this.#attempts += 1
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.random() * longest)
      this.#interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  readonly #hurry = () => {
    if (this.status === 'waiting') this.#interrupt()
  }

  #isClosed(): boolean {
    return this.status === 'closed'
  }

  #setStatus(status: ConnectionStatus): void {
    if (this.#isClosed()) return
    this.status = status
    try {
      this.#options.onStatus?.(status)
    } catch (error) {
      this.#report(error)
    }
  }

  /** What the network does is told to who asks, and is not worth a line in the console each time. */
  readonly #tell = (error: unknown) => {
    if (this.#options.onError !== undefined) this.#report(error)
  }

  readonly #report = (error: unknown) => {
    try {
      if (this.#options.onError !== undefined) this.#options.onError(error)
      else if (typeof reportError === 'function') reportError(error)
      else console.error(error)
    } catch (failure) {
      console.error(failure)
    }
  }
}
