import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Position, StoredEvent } from '../events/store.js'
import { AckWindow } from './ack-window.js'
import { Connection, type GatewayState } from './connection.js'
import { type AckFrame, CLOSE_CODES, parseClientFrame, type SnapshotReason } from './protocol.js'
import type { UserFeed } from './user-feed.js'

/** Ours for the close codes of `ws` for what it does not take itself: a frame beyond its own limit, or that is none. */
const OURS: Readonly<Record<number, number>> = {
  1002: CLOSE_CODES.badFrame,
  1007: CLOSE_CODES.badFrame,
  1008: CLOSE_CODES.badFrame,
  1009: CLOSE_CODES.frameTooLarge,
}
const MOST_UNANSWERED_PINGS = 2
const TEXT = Object.freeze({ binary: false, compress: false })

/** A server's end of a WebSocket that knows its connection, so that all of them share their listeners. */
export class GatewaySocket extends WebSocket {
  connection: SocketConnection | undefined

  /** Called by `ws` too: when it refuses a frame, without a reason, and to answer the close frame of the client. */
  override close(code?: number, reason?: string | Buffer): void {
    const refused = code === undefined || reason !== undefined ? undefined : OURS[code]
    if (refused !== undefined && this.connection !== undefined) {
      this.connection.end(refused)
      return
    }
    // Whether the client goes on to close its socket or not.
    this.connection?.leaving()
    super.close(refused ?? code, reason)
  }
}

/** A connection over a WebSocket: a window of unacknowledged events, and the frames of the client. */
export class SocketConnection extends Connection {
  readonly #ws: GatewaySocket
  readonly #socket: Duplex
  readonly #window = new AckWindow()
  #unansweredPings = 0
  #isAwaitingDrain = false

  constructor(gateway: GatewayState, feed: UserFeed<Connection>, ws: GatewaySocket, socket: Duplex) {
    super(gateway, feed)
    this.#ws = ws
    this.#socket = socket
    ws.connection = this
    ws.on('message', onMessage).on('pong', onPong).on('ping', onPing).on('error', onError).on('close', onClose)
  }

  room(): number {
    // A socket that closes takes nothing any more; its 'close' ends the connection.
    if (this.#ws.readyState !== WebSocket.OPEN) return 0
    if (this.#isCongested()) {
      this.#awaitDrain()
      return 0
    }
    return this.gateway.limits.window - this.#window.inFlight
  }

  sendReady(position: Position): void {
    this.#window.moveTo(position)
    this.#sendFrame({ t: 'ready', epoch: position.epoch, seq: position.seq, id: position.id })
  }

  sendSnapshot(reason: SnapshotReason, position: Position): void {
    this.#window.moveTo(position)
    this.#sendFrame({ t: 'snapshot', reason, epoch: position.epoch, seq: position.seq, id: position.id })
  }

  sendEvents(events: readonly StoredEvent[]): number {
    let sent = 0
    // One write for all of them.
    this.#socket.cork()
    try {
      for (const stored of events) {
        if (this.#isCongested() || this.#ws.readyState !== WebSocket.OPEN) break
        this.#ws.send(this.feed.textOf(stored), TEXT)
        this.#window.sent(stored)
        sent += 1
      }
    } finally {
      this.#socket.uncork()
    }
    return sent
  }

  protected terminate(): void {
    this.#ws.terminate()
  }

  /** A message of the client. */
  receive(data: Buffer, isBinary: boolean): void {
    if (this.isEnded) return
    if (data.length > this.gateway.limits.maxPayload) {
      this.end(CLOSE_CODES.frameTooLarge)
      return
    }
    const frame = isBinary ? undefined : parseClientFrame(data.toString())
    if (frame?.t === 'ack' && this.cursor.hasStarted) this.#acknowledge(frame)
    else if (frame?.t === 'hello' && !this.cursor.hasStarted) this.cursor.start(frame.after)
    else this.end(CLOSE_CODES.badFrame)
  }

  /** The client answered a ping. */
  receivePong(): void {
    this.#unansweredPings = 0
  }

  /** Answers a ping, unless earlier answers still wait for the network: who sends pings and reads none must not fill it. */
  receivePing(data: Buffer): void {
    if (!this.#socket.writableNeedDrain && this.#ws.readyState === WebSocket.OPEN) this.#ws.pong(data)
  }

  closed(): void {
    this.left()
  }

  protected sendEnd(code: number): void {
    this.#ws.close(code)
  }

  protected ping(): boolean {
    if (this.#unansweredPings >= MOST_UNANSWERED_PINGS) return false
    this.#unansweredPings += 1
    this.#ws.ping()
    return true
  }

  #acknowledge({ seq, epoch }: AckFrame): void {
    const acknowledged = this.#window.ack(seq, epoch)
    if (acknowledged === 'ahead') {
      this.end(CLOSE_CODES.badFrame)
      return
    }
    if (acknowledged === 0) return
    this.gateway.counters.acked += acknowledged
    if (!this.#isCongested()) this.cursor.relieve()
  }

  /** Acknowledged or not: what waits for the network is bounded too, since acks may be sent without reading. */
  #isCongested(): boolean {
    return this.#socket.writableLength > this.gateway.limits.maxBufferedBytes
  }

  #awaitDrain(): void {
    if (this.#isAwaitingDrain) return
    this.#isAwaitingDrain = true
    this.#socket.once('drain', () => {
      this.#isAwaitingDrain = false
      if (this.#window.inFlight < this.gateway.limits.window) this.cursor.relieve()
    })
  }

  #sendFrame(frame: object): void {
    this.#ws.send(JSON.stringify(frame), TEXT)
  }
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  if (this instanceof GatewaySocket && Buffer.isBuffer(data)) this.connection?.receive(data, isBinary)
}

function onPong(this: WebSocket): void {
  if (this instanceof GatewaySocket) this.connection?.receivePong()
}

function onPing(this: WebSocket, data: Buffer): void {
  if (this instanceof GatewaySocket) this.connection?.receivePing(data)
}

function onError(): void {
  // A 'close' follows, and says all there is to know.
}

function onClose(this: WebSocket): void {
  if (this instanceof GatewaySocket) this.connection?.closed()
}
