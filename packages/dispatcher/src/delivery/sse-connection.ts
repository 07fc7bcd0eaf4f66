import type { ServerResponse } from 'node:http'
import type { Position, StoredEvent } from '../events/store.js'
import { Connection, type GatewayState } from './connection.js'
import { encodeCursor, type ReadyFrame, type SnapshotFrame, type SnapshotReason } from './protocol.js'
import type { UserFeed } from './user-feed.js'

/** Most characters written in one piece. */
const PIECE = 64 * 1024
const ROOM = 64

/** A connection over server-sent events: what waits for the network is its window. */
export class SseConnection extends Connection {
  readonly #response: ServerResponse
  #isAwaitingDrain = false

  constructor(gateway: GatewayState, feed: UserFeed<Connection>, response: ServerResponse) {
    super(gateway, feed)
    this.#response = response
    response.on('close', () => this.left())
    response.on('error', () => {
      // A 'close' follows.
    })
  }

  /** Begins to deliver. */
  begin(after: Position | undefined): void {
    this.cursor.start(after)
  }

  room(): number {
    const waiting = this.#response.writableLength
    if (waiting <= this.gateway.limits.maxBufferedBytes) return ROOM
    this.#awaitDrain()
    return 0
  }

  sendReady(position: Position): void {
    this.#sendFrame({ t: 'ready', epoch: position.epoch, seq: position.seq, id: position.id })
  }

  sendSnapshot(reason: SnapshotReason, position: Position): void {
    this.#sendFrame({ t: 'snapshot', reason, epoch: position.epoch, seq: position.seq, id: position.id })
  }

  sendEvents(events: readonly StoredEvent[]): number {
    let sent = 0
    let piece = ''
    for (const stored of events) {
      if (piece.length > PIECE) break
      piece += message('event', this.feed.textOf(stored), stored)
      sent += 1
    }
    this.#response.write(piece)
    return sent
  }

  protected terminate(): void {
    this.#response.destroy()
  }

  protected sendEnd(code: number): void {
    this.#response.end(`event: close\ndata: ${JSON.stringify({ t: 'close', code })}\n\n`)
  }

  /** A comment keeps the line open; a reader that is gone shows in the back-pressure. */
  protected ping(): boolean {
    if (!this.#response.writableNeedDrain) this.#response.write(': still here\n\n')
    return true
  }

  #sendFrame(frame: ReadyFrame | SnapshotFrame): void {
    this.#response.write(message(frame.t, JSON.stringify(frame), frame))
  }

  #awaitDrain(): void {
    if (this.#isAwaitingDrain) return
    this.#isAwaitingDrain = true
    this.#response.once('drain', () => {
      this.#isAwaitingDrain = false
      this.cursor.relieve()
    })
  }
}

function message(name: string, json: string, position: Position): string {
  return `id: ${encodeCursor(position)}\nevent: ${name}\ndata: ${json}\n\n`
}
