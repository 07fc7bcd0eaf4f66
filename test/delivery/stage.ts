import type { Position } from '@switchyard/dispatcher'
import type { Build } from './build.js'
import type { Moment } from './history-model.js'
import type { Wire } from './network.js'

export const USERS = ['ann', 'bob'] as const
export type User = (typeof USERS)[number]

/** Events in flight for a connection. */
export const WINDOW = 5

export const OLDEST: Position = { epoch: 0, seq: 0, id: null }

/** What the world is to a tab. */
export interface Stage {
  readonly build: Build
  ticketOf(user: User): Promise<string>
  /** A connection to the server of this moment. */
  connect(tab: { readonly isStalled: boolean }): Wire
  /** What the log of a user is now. */
  moment(user: User): Moment
  /** Something is wrong. */
  found(fault: string): void
}
