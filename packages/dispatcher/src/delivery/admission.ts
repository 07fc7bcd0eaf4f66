import type { IncomingMessage } from 'node:http'
import { monotonicMs } from '../clock.js'
import type { ConnectionRegistry } from './connection-registry.js'
import type { Tracked } from './connection.js'
import { publishDeliveryFailure } from './delivery-failures.js'
import type { RefusalReason } from './gateway-metrics.js'
import { isOriginAllowed } from './origins.js'
import { CLOSE_CODES } from './protocol.js'
import { ticketIn } from './requests.js'
import { type TakenTicket, ticketHash, type TicketStore } from './tickets.js'

/** What becomes of a request for a connection. */
export type Verdict =
  | { readonly kind: 'admitted'; readonly userId: string }
  /** Its ticket was a right one once, so it is told on the connection why it cannot stay. */
  | { readonly kind: 'dismissed'; readonly code: number }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: RefusalReason; readonly text: string }

/** Decides who may connect, from the origin and the ticket alone. */
export class Admission {
  readonly #registry: ConnectionRegistry
  readonly #tickets: TicketStore
  readonly #origins: ReadonlySet<string>

  constructor(registry: ConnectionRegistry, tickets: TicketStore, origins: ReadonlySet<string>) {
    this.#registry = registry
    this.#tickets = tickets
    this.#origins = origins
  }

  /** What is refused without a look at the ticket. */
  refuse(request: IncomingMessage): Verdict | undefined {
    if (this.#registry.isClosing) return refused(503, 'closing', 'The server is going away; connect to another one.')
    if (!isOriginAllowed(request.headers, this.#origins)) {
      return refused(403, 'origin', 'The origin of this page is not allowed to connect.')
    }
    return this.#registry.isFull ? refused(503, 'capacity', 'Too many connections; try again later.') : undefined
  }

  /**
   * Uses up the ticket of the request. `settle` is called once and in the same turn in which the answer is known, so that
   * nothing comes between the verdict and the connection: neither another connection of the user nor a revocation.
   */
  async admit(request: IncomingMessage, settle: (verdict: Verdict) => void): Promise<void> {
    const ticket = ticketIn(request)
    const hash = ticket === undefined ? undefined : ticketHash(ticket)
    if (hash === undefined) {
      settle(NO_TICKET)
      return
    }
    const opening = new Opening(this.#registry)
    this.#registry.track(opening)
    let taken: TakenTicket | undefined
    try {
      taken = await Promise.race([this.#tickets.take(hash), opening.givenUp])
    } catch (cause) {
      publishDeliveryFailure(cause)
    }
    try {
      settle(taken === undefined ? UNAVAILABLE : this.#judge(taken, request, opening))
    } finally {
      this.#registry.gone(opening)
    }
  }

  #judge(taken: TakenTicket, request: IncomingMessage, opening: Opening): Verdict {
    if (this.#registry.isClosing) return refused(503, 'closing', 'The server is going away; connect to another one.')
    if (taken.status === 'unknown') return NO_TICKET
    if (taken.status !== 'valid' || opening.isRevoked(taken.userId)) return dismissed(CLOSE_CODES.unauthorized)
    if (taken.origin !== null && taken.origin !== request.headers.origin) return dismissed(CLOSE_CODES.forbidden)
    if (!this.#registry.hasRoomFor(taken.userId)) return dismissed(CLOSE_CODES.tooManyConnections)
    return { kind: 'admitted', userId: taken.userId }
  }
}

/** A request whose ticket is being asked for. */
class Opening implements Tracked {
  /** Rejects when the ticket store has taken too long. */
  readonly givenUp: Promise<never>
  readonly #registry: ConnectionRegistry
  readonly #since = monotonicMs()
  readonly #revoked = new Set<string>()
  #giveUp: (cause: Error) => void = () => {}

  constructor(registry: ConnectionRegistry) {
    this.#registry = registry
    this.givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject
    })
    this.givenUp.catch(() => {})
  }

  /** Whether the user was revoked while the ticket was on its way. */
  isRevoked(userId: string): boolean {
    return this.#revoked.has(userId)
  }

  revoked(userId: string): void {
    this.#revoked.add(userId)
  }

  sweep(now: number): void {
    if (now - this.#since >= this.#registry.limits.storeTimeoutMs) this.cut()
  }

  cut(): void {
    this.#giveUp(new Error('The ticket store did not answer in time.'))
  }
}

function refused(status: number, reason: RefusalReason, text: string): Verdict {
  return { kind: 'refused', status, reason, text }
}

function dismissed(code: number): Verdict {
  return { kind: 'dismissed', code }
}

const NO_TICKET = refused(
  401,
  'ticket',
  'A ticket is needed, as a bearer token or a subprotocol; this has none, or no right one.',
)
const UNAVAILABLE = refused(503, 'tickets-unavailable', 'Tickets cannot be checked at the moment; try again later.')
