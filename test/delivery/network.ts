import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { EventGateway } from '@switchyard/dispatcher/websocket'

/** One end of a connection in memory, which real HTTP and WebSocket code takes for a socket. */
class End extends Duplex {
  other: End | undefined
  readonly #wire: Wire
  #arrived: [Buffer | null, () => void][] = []

  constructor(wire: Wire) {
    super()
    this.#wire = wire
  }

  override _read(): void {
    this.#deliver()
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.other?.receive(bytes, done)
  }

  override _final(done: () => void): void {
    this.other?.receive(null, done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error)
    // As a network does it: the other end hears of it a moment later.
    setImmediate(() => this.other?.destroy())
  }

  receive(bytes: Buffer | null, done: () => void): void {
    this.#arrived.push([bytes, done])
    setImmediate(() => this.#deliver())
  }

  flow(): void {
    this.#deliver()
  }

  #deliver(): void {
    while (!this.#wire.isStalled && this.#arrived.length > 0 && !this.destroyed) {
      const [bytes, done] = this.#arrived.shift() ?? [null, () => {}]
      const goesOn = this.push(bytes)
      done()
      if (!goesOn) return
    }
  }
}

/** A connection in memory that can be stalled and cut. */
export class Wire {
  isStalled = false
  readonly client = new End(this)
  readonly server = new End(this)

  constructor() {
    this.client.other = this.server
    this.server.other = this.client
    for (const end of [this.client, this.server]) end.on('error', () => {})
  }

  /** Bytes wait from now on, in both directions. */
  stall(): void {
    this.isStalled = true
  }

  flow(): void {
    this.isStalled = false
    this.client.flow()
    this.server.flow()
  }

  cut(): void {
    this.client.destroy()
    this.server.destroy()
  }
}

/** A real HTTP server whose connections come from memory. */
export function serverOf(gateway: EventGateway): Server {
  const server = createServer((_, response) => response.writeHead(404).end())
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!gateway.handleUpgrade(request, socket, head)) socket.destroy()
  })
  return server
}

/** What a socket of a client hears, and says. */
export interface Tap {
  /** How often the client is to hear it: once, but for a server at fault. */
  heard(text: string): number
  said(text: string): void
}

/** A class of real WebSockets whose connections `connect` makes; `tap` sees their frames. */
export function webSocketOver(
  connect: () => Duplex,
  tap: () => Tap,
): new (url: string, protocols?: string[]) => WebSocket {
  return class extends WebSocket {
    readonly #tap = tap()

    constructor(url: string, protocols: string[] = []) {
      super(url, protocols, { createConnection: connect })
    }

    override emit(name: string | symbol, ...given: unknown[]): boolean {
      const [data] = given
      if (name !== 'message' || !Buffer.isBuffer(data)) return super.emit(name, ...given)
      const times = this.#tap.heard(data.toString())
      for (let time = 0; time < times; time += 1) super.emit(name, ...given)
      return true
    }

    override send(data: string): void {
      this.#tap.said(data)
      super.send(data)
    }
  }
}
