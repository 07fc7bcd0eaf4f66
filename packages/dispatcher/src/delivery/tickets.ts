import { createHash, randomBytes } from 'node:crypto'
import { monotonicMs } from '../clock.js'

/** Whose ticket it is. */
export interface Ticket {
  readonly userId: string
  /** The only origin that may use it; `null` for any that is allowed, or none. */
  readonly origin: string | null
  /** Milliseconds that it is good for, unused. */
  readonly ttlMs: number
}

/** What became of a ticket that is asked for; `unknown` is one that was never given out, or long ago. */
export type TakenTicket =
  | { readonly status: 'valid'; readonly userId: string; readonly origin: string | null }
  | { readonly status: 'used' | 'expired' | 'revoked' | 'unknown' }

/**
 * Where the tickets of all gateways that share it are. It knows tickets by their hashes alone, and remembers what became of
 * one for five minutes after it was used, revoked or expired, so that those can be told from forged ones.
 */
export interface TicketStore {
  /** Keeps a ticket. */
  put(hash: string, ticket: Ticket): Promise<void>
  /** Uses up a ticket: of any number of takers at once, one gets `valid`. */
  take(hash: string): Promise<TakenTicket>
  /** Voids the user's unused tickets, and calls what listens on every gateway that shares the store, this one included. */
  revoke(userId: string): Promise<void>
  /** Calls back for each revocation from now on, wherever it was made; returns the way to stop it. */
  onRevoke(listener: (userId: string) => void): () => void
}

/** How long the fate of a ticket is remembered, in milliseconds. */
export const TICKET_MEMORY_MS = 300_000

const TICKET_BYTES = 32
const TICKET_PATTERN = /^[\w-]{43}$/u

/** A new ticket: 256 random bits as 43 characters that a header and a subprotocol may hold. */
export function newTicket(): string {
  return randomBytes(TICKET_BYTES).toString('base64url')
}

/** What a store knows a ticket by; `undefined` when the text cannot be a ticket. */
export function ticketHash(ticket: string): string | undefined {
  return TICKET_PATTERN.test(ticket) ? createHash('sha256').update(ticket).digest('base64url') : undefined
}

/** The store of tickets of one process. */
export class MemoryTicketStore implements TicketStore {
  readonly #unused = new Map<string, Ticket & { readonly expiresAt: number }>()
  readonly #spent = new Map<string, { readonly status: 'used' | 'expired' | 'revoked'; readonly forgetAt: number }>()
  readonly #listeners = new Set<(userId: string) => void>()

  put(hash: string, ticket: Ticket): Promise<void> {
    const now = monotonicMs()
    this.#clearUp(now)
    this.#unused.set(hash, { ...ticket, expiresAt: now + ticket.ttlMs })
    return Promise.resolve()
  }

  take(hash: string): Promise<TakenTicket> {
    const now = monotonicMs()
    this.#clearUp(now)
    const ticket = this.#unused.get(hash)
    if (ticket === undefined) return Promise.resolve({ status: this.#fateOf(hash, now) })
    const isExpired = ticket.expiresAt <= now
    this.#spend(hash, isExpired ? 'expired' : 'used', isExpired ? ticket.expiresAt : now)
    return Promise.resolve(
      isExpired ? { status: 'expired' } : { status: 'valid', userId: ticket.userId, origin: ticket.origin },
    )
  }

  revoke(userId: string): Promise<void> {
    const now = monotonicMs()
    for (const [hash, ticket] of this.#unused) if (ticket.userId === userId) this.#spend(hash, 'revoked', now)
    for (const listener of this.#listeners) listener(userId)
    return Promise.resolve()
  }

  onRevoke(listener: (userId: string) => void): () => void {
    // Wrapped, so that the same function given twice is two listeners.
    const own = (userId: string) => listener(userId)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  /** How many tickets it remembers, those included whose fate is known: for tests that count. @internal */
  get size(): number {
    this.#clearUp(monotonicMs())
    return this.#unused.size + this.#spent.size
  }

  #fateOf(hash: string, now: number): 'used' | 'expired' | 'revoked' | 'unknown' {
    const spent = this.#spent.get(hash)
    return spent === undefined || spent.forgetAt <= now ? 'unknown' : spent.status
  }

  #spend(hash: string, status: 'used' | 'expired' | 'revoked', at: number): void {
    this.#unused.delete(hash)
    this.#spent.set(hash, { status, forgetAt: at + TICKET_MEMORY_MS })
  }

  /** Both maps are about in the order of their times, so looking at the first ones is enough. */
  #clearUp(now: number): void {
    for (const [hash, { expiresAt }] of this.#unused) {
      if (expiresAt > now) break
      this.#spend(hash, 'expired', expiresAt)
    }
    for (const [hash, { forgetAt }] of this.#spent) {
      if (forgetAt > now) break
      this.#spent.delete(hash)
    }
  }
}
