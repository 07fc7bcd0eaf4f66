import type { SnapshotReason } from './protocol.js'

/** Why a request was answered with an HTTP status instead of a connection. */
export type RefusalReason =
  | 'origin'
  | 'ticket'
  | 'protocol'
  | 'user-connections'
  | 'capacity'
  | 'tickets-unavailable'
  | 'closing'

/** Counts since the gateway was created, except for `connections`; none of them names a user. */
export interface GatewayMetrics {
  /** Open now, of all users. */
  readonly connections: number
  /** Connections opened, WebSocket and SSE together. */
  readonly opened: number
  /** Those of them that are SSE. */
  readonly openedSse: number
  /** Events sent, each counted once for each connection. */
  readonly sent: number
  /** Those of them that were sent before their connection had caught up with its log for the first time. */
  readonly replayed: number
  /** Events acknowledged; SSE has no acknowledgements. */
  readonly acked: number
  /** Snapshots sent, by reason. */
  readonly snapshots: Readonly<Record<SnapshotReason, number>>
  /** Connections that the gateway ended, by close code. */
  readonly closes: Readonly<Record<number, number>>
  /** Connections that the other side ended, or lost. */
  readonly left: number
  /** Connections cut without a closing handshake: two unanswered pings, no answer to the close, or the shutdown's deadline. */
  readonly terminated: number
  /** Requests refused before a connection was opened, by reason. */
  readonly refused: Readonly<Record<RefusalReason, number>>
  /** Times that the event store threw or rejected. */
  readonly storeFailures: number
  /** Tickets that this gateway created. */
  readonly ticketsCreated: number
  /** Calls of `revoke` on this gateway. */
  readonly revocations: number
}

/** What the gateway counts with. */
export class GatewayCounters {
  opened = 0
  openedSse = 0
  sent = 0
  replayed = 0
  acked = 0
  left = 0
  terminated = 0
  storeFailures = 0
  ticketsCreated = 0
  revocations = 0
  readonly snapshots: Record<SnapshotReason, number> = { retention: 0, 'history-changed': 0, slow: 0 }
  readonly closes: Record<number, number> = {}
  readonly refused: Record<RefusalReason, number> = {
    origin: 0,
    ticket: 0,
    protocol: 0,
    'user-connections': 0,
    capacity: 0,
    'tickets-unavailable': 0,
    closing: 0,
  }

  closed(code: number): void {
    this.closes[code] = (this.closes[code] ?? 0) + 1
  }

  /** A copy, which stays as it is. */
  read(connections: number): GatewayMetrics {
    const { opened, openedSse, sent, replayed, acked, left, terminated, storeFailures, ticketsCreated, revocations } =
      this
    return {
      connections,
      ...{ opened, openedSse, sent, replayed, acked, left, terminated, storeFailures, ticketsCreated, revocations },
      snapshots: { ...this.snapshots },
      closes: { ...this.closes },
      refused: { ...this.refused },
    }
  }
}
