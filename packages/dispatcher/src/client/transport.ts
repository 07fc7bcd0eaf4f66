import type { Position } from '../events/store.js'

/** What a transport tells its client; after `closed` nothing is listened to any more. */
export interface TransportListener {
  /** A frame of the server, parsed; `undefined` for what is none. A promise is waited for, where the transport can. */
  frame(frame: unknown): Promise<void> | undefined
  /** A sign of life of the server. */
  alive(): void
  /** What went wrong, where that is known; the end follows. */
  failed(cause: unknown): void
  /** The end, with its code in the protocol where there is one. */
  closed(code: number | undefined): void
}

/** One open connection. */
export interface Transport {
  /** Whether signs of life come even when no events do. */
  readonly hasHeartbeat: boolean
  /** Everything up to this position is applied. */
  ack(position: Position): void
  close(): void
}
