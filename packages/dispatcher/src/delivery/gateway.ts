import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { EventRouter } from '../events/router.js'
import { quote } from '../errors.js'
import { Admission } from './admission.js'
import { ConnectionRegistry } from './connection-registry.js'
import { resolveGatewayLimits, type GivenGatewayLimits } from './gateway-limits.js'
import type { GatewayMetrics } from './gateway-metrics.js'
import { checkOrigins } from './origins.js'
import { pathOf } from './requests.js'
import { SseEndpoint } from './sse-endpoint.js'
import { MemoryTicketStore, newTicket, ticketHash, type TicketStore } from './tickets.js'
import { UpgradeEndpoint } from './upgrade-endpoint.js'

/** How to make a gateway. */
export interface EventGatewayOptions {
  /** Where the events come from. */
  readonly router: EventRouter
  /** The exact origins whose pages may connect, such as `https://app.example`; empty: no browser may. */
  readonly allowedOrigins: readonly string[]
  /** The path of the gateway, for WebSocket and SSE. Default `/events`. */
  readonly path?: string | undefined
  /** What its connections may take; default `DEFAULT_GATEWAY_LIMITS`. */
  readonly limits?: GivenGatewayLimits | undefined
  /** Where the tickets are. Default: in this process; several nodes share a `RedisTicketStore`. It stays the caller's to close. */
  readonly tickets?: TicketStore | undefined
}

/** What a ticket may be bound to. */
export interface TicketOptions {
  /** The only origin that may use the ticket; one of the allowed ones. */
  readonly origin?: string | undefined
}

/** Delivers each user's events to that user's connections, and to nobody else's. Its methods may be passed on unbound. */
export interface EventGateway {
  /**
   * Takes an `upgrade` of an HTTP server. `false`: the path is another one, and the socket is left alone, so that somebody
   * else can take it; who is the last to be asked destroys it.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Takes a request for server-sent events. `false`: the path is another one, and the response is left alone. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean
  /**
   * A ticket that opens one connection of this user within 30 seconds.
   *
   * @throws {TypeError} `userId` is no non-empty string, or `origin` is not one of the allowed ones
   * @throws {Error} the gateway is closed, or the ticket store failed
   */
  createTicket(userId: string, options?: TicketOptions): Promise<string>
  /**
   * Closes the user's connections at once (4401) and voids the unused tickets, on every gateway that shares the ticket store.
   *
   * @returns how many connections of this gateway that closed.
   * @throws {Error} the ticket store failed; the connections of this gateway are closed even so
   */
  revoke(userId: string): Promise<number>
  /** How many connections the user has on this gateway. */
  connections(userId: string): number
  /** Counts up to now, as a copy that stays as it is. */
  readonly metrics: GatewayMetrics
  /**
   * Accepts nothing more, sends what there is as far as the clients have room for it, and closes the connections with 1001.
   * Those that are left at the deadline are cut. The router, its store and the ticket store stay open.
   *
   * @param deadlineMs Default 5,000.
   */
  close(deadlineMs?: number): Promise<void>
}

/**
 * The gateway between an {@link EventRouter} and the browsers of its users.
 *
 * @throws {TypeError} an option is missing or wrong
 * @example
 * ```ts
 * const gateway = createEventGateway({ router, allowedOrigins: ['https://app.example'] })
 * server.on('upgrade', (request, socket, head) => {
 *   if (!gateway.handleUpgrade(request, socket, head)) socket.destroy()
 * })
 * ```
 */
export function createEventGateway(options: EventGatewayOptions): EventGateway {
  return new Gateway(options)
}

const DEADLINE_MS = 5_000

class Gateway implements EventGateway {
  readonly #path: string
  readonly #origins: ReadonlySet<string>
  readonly #tickets: TicketStore
  readonly #registry: ConnectionRegistry
  readonly #admission: Admission
  readonly #upgrades: UpgradeEndpoint
  readonly #sse: SseEndpoint
  readonly #stopListening: () => void
  /** What the revocations under way have closed so far. */
  readonly #tallies = new Set<{ readonly userId: string; closed: number }>()
  #closing: Promise<void> | undefined

  constructor(options: EventGatewayOptions) {
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(`The options of an event gateway are an object; received ${quote(options)}.`)
    }
    const router = checkRouter(options.router)
    const limits = resolveGatewayLimits(options.limits)
    this.#path = checkPath(options.path ?? '/events')
    this.#origins = checkOrigins(options.allowedOrigins)
    this.#tickets = checkTickets(options.tickets ?? new MemoryTicketStore())
    this.#registry = new ConnectionRegistry(router.store, limits)
    this.#admission = new Admission(this.#registry, this.#tickets, this.#origins)
    this.#upgrades = new UpgradeEndpoint(this.#registry, this.#admission)
    this.#sse = new SseEndpoint(this.#registry, this.#admission)
    this.#stopListening = this.#tickets.onRevoke((userId) => this.#endAll(userId))
  }

  readonly handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
    if (pathOf(request) !== this.#path) return false
    this.#upgrades.handle(request, socket, head).catch(() => socket.destroy())
    return true
  }

  readonly handleRequest = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (pathOf(request) !== this.#path) return false
    this.#sse.handle(request, response).catch(() => response.destroy())
    return true
  }

  readonly createTicket = async (userId: string, options: TicketOptions = {}): Promise<string> => {
    checkUserId(userId)
    const { origin } = options
    if (origin !== undefined && !this.#origins.has(origin)) {
      const allowed = [...this.#origins].join(', ') || 'none'
      throw new TypeError(`origin must be one of the allowed origins (${allowed}); received ${quote(origin)}.`)
    }
    if (this.#closing !== undefined) throw new Error('The event gateway is closed; create tickets on another node.')
    const ticket = newTicket()
    const { ticketTtlMs } = this.#registry.limits
    await this.#tickets.put(ticketHash(ticket) ?? '', { userId, origin: origin ?? null, ttlMs: ticketTtlMs })
    this.#registry.counters.ticketsCreated += 1
    return ticket
  }

  readonly revoke = async (userId: string): Promise<number> => {
    checkUserId(userId)
    this.#registry.counters.revocations += 1
    const tally = { userId, closed: 0 }
    this.#tallies.add(tally)
    try {
      this.#endAll(userId)
      await this.#tickets.revoke(userId)
      // A ticket that was voided a moment too late may have opened one more.
      this.#endAll(userId)
    } finally {
      this.#tallies.delete(tally)
    }
    return tally.closed
  }

  readonly connections = (userId: string): number => this.#registry.count(userId)

  get metrics(): GatewayMetrics {
    return this.#registry.counters.read(this.#registry.open)
  }

  readonly close = (deadlineMs: number = DEADLINE_MS): Promise<void> => {
    if (typeof deadlineMs !== 'number' || !(deadlineMs >= 0)) {
      return Promise.reject(
        new TypeError(`deadlineMs must be a number of milliseconds, 0 or more; received ${quote(deadlineMs)}.`),
      )
    }
    this.#closing ??= this.#registry.closeAll(deadlineMs).then(this.#stopListening)
    return this.#closing
  }

  #endAll(userId: string): void {
    const closed = this.#registry.revoke(userId)
    for (const tally of this.#tallies) if (tally.userId === userId) tally.closed += closed
  }
}

function checkRouter(router: EventRouter): EventRouter {
  const needed = ['head', 'read', 'subscribe'] as const
  const store = router?.store
  if (typeof store === 'object' && needed.every((method) => typeof store[method] === 'function')) return router
  throw new TypeError(`router must be an EventRouter, with a store to read from; received ${quote(router)}.`)
}

function checkPath(path: string): string {
  if (typeof path === 'string' && /^\/[^?#\s]*$/u.test(path)) return path
  throw new TypeError(
    `path must begin with "/" and have neither "?" nor "#", such as "/events"; received ${quote(path)}.`,
  )
}

function checkTickets(tickets: TicketStore): TicketStore {
  const needed = ['put', 'take', 'revoke', 'onRevoke'] as const
  if (typeof tickets === 'object' && needed.every((method) => typeof tickets[method] === 'function')) return tickets
  throw new TypeError(`tickets must be a TicketStore, an object with ${needed.join(', ')}; received ${quote(tickets)}.`)
}

function checkUserId(userId: string): void {
  if (typeof userId === 'string' && userId !== '') return
  throw new TypeError(`userId must be a non-empty string; received ${quote(userId)}.`)
}
