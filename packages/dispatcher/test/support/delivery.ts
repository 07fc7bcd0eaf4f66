import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import { createEvent } from '../../src/events/event.js'
import { type AgentEvent, EventRouter, type EventStore } from '../../src/index.js'
import { createEventGateway, type EventGateway, type EventGatewayOptions, SUBPROTOCOL } from '../../src/websocket.js'
import type { ClientFrame, ServerFrame } from '../../src/delivery/protocol.js'
import { contextOf } from './requests.js'

/** The origin that the gateways of these tests allow. */
export const ORIGIN = 'https://app.example'

const endings: (() => unknown)[] = []

/** Ends what the test opened, after it. */
export function endAfterTest(end: () => unknown): void {
  endings.push(end)
}

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

let events = 0

/** An event of a user with an id of its own. */
export function eventOf(userId: string, payload: Readonly<Record<string, unknown>> = {}): AgentEvent {
  events += 1
  return createEvent(contextOf({ userId }), 'agent_started', payload, undefined, `${userId}-${events}`)
}

/** A gateway behind a real HTTP server on loopback. */
export class GatewayScene {
  readonly router: EventRouter
  readonly gateway: EventGateway
  readonly server: Server
  port = 0

  constructor(options: Partial<EventGatewayOptions> & { readonly store?: EventStore } = {}) {
    const { store, ...given } = options
    this.router = given.router ?? new EventRouter({ store })
    this.gateway = createEventGateway({ allowedOrigins: [ORIGIN], ...given, router: this.router })
    this.server = createServer((request, response) => {
      if (!this.gateway.handleRequest(request, response)) response.writeHead(404).end()
    })
    this.server.on('upgrade', (request, socket, head) => {
      if (!this.gateway.handleUpgrade(request, socket, head)) socket.destroy()
    })
  }

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    const address = this.server.address()
    if (address === null || typeof address === 'string') throw new Error(`no port in ${String(address)}`)
    this.port = address.port
    return this
  }

  async end(): Promise<void> {
    await this.gateway.close(100)
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/events`
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.port}/events`
  }

  /** Emits so many events of a user; returns their ids. */
  async emit(userId: string, count: number, payload: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
    const made = Array.from({ length: count }, () => eventOf(userId, payload))
    for (const event of made) await this.router.emit(event)
    return made.map((event) => event.id)
  }

  /** A connection with a ticket of this user; says hello unless told otherwise. */
  async connect(userId: string, hello: object | false = {}): Promise<RawClient> {
    const client = this.open(await this.gateway.createTicket(userId))
    await client.opened
    if (hello !== false) client.send({ t: 'hello', ...hello })
    return client
  }

  /** A connection with this ticket, as a browser makes it. */
  open(ticket: string, headers: IncomingHttpHeaders = { origin: ORIGIN }, url = this.url): RawClient {
    return new RawClient(url, [SUBPROTOCOL, `ticket.${ticket}`], headers)
  }
}

/** Starts a gateway that ends with the test. */
export async function startGateway(
  options: Partial<EventGatewayOptions> & { readonly store?: EventStore } = {},
): Promise<GatewayScene> {
  const scene = await new GatewayScene(options).listen()
  endAfterTest(() => scene.end())
  return scene
}

/** A client that speaks the protocol by hand. */
export class RawClient {
  readonly ws: WebSocket
  readonly frames: ServerFrame[] = []
  readonly opened: Promise<unknown>
  /** The close code. */
  readonly closed: Promise<number>
  /** The HTTP status of a refused upgrade. */
  readonly refused: Promise<number>
  #read = 0
  #arrived: (() => void) | undefined

  constructor(url: string, protocols: string[], headers: IncomingHttpHeaders) {
    this.ws = new WebSocket(url, protocols, { headers: headers as Record<string, string> })
    this.opened = once(this.ws, 'open')
    this.opened.catch(() => {})
    this.closed = new Promise((resolve) => this.ws.on('close', resolve))
    this.refused = new Promise((resolve) =>
      this.ws.on('unexpected-response', (_, response) => {
        resolve(response.statusCode ?? 0)
        response.resume()
        this.ws.terminate()
      }),
    )
    this.ws.on('error', () => {})
    this.ws.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as ServerFrame)
      this.#arrived?.()
    })
    endAfterTest(() => this.ws.terminate())
  }

  send(frame: ClientFrame | object): void {
    this.ws.send(JSON.stringify(frame))
  }

  /** The next frame that was not asked for yet. */
  async next(): Promise<ServerFrame> {
    const [frame] = await this.take(1)
    if (frame === undefined) throw new Error('unreachable: one was taken')
    return frame
  }

  /** The next frames, as many as asked for. */
  async take(count: number): Promise<ServerFrame[]> {
    while (this.frames.length < this.#read + count) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#arrived = resolve
        }),
        this.closed.then((code) => {
          if (this.frames.length < this.#read + count)
            throw new Error(`closed ${code} after ${this.frames.length} frames`)
        }),
      ])
    }
    this.#read += count
    return this.frames.slice(this.#read - count, this.#read)
  }

  /** The ids of the events among the frames so far. */
  get eventIds(): string[] {
    return this.frames.flatMap((frame) => (frame.t === 'event' ? [frame.event.id] : []))
  }

  /** Acknowledges each event at once from now on, those that came already included. */
  acknowledge(): this {
    const ack = (frame: ServerFrame | undefined) => {
      if (frame?.t === 'event') this.send({ t: 'ack', seq: frame.seq, epoch: frame.epoch })
    }
    ack(this.frames.at(-1))
    this.ws.on('message', () => ack(this.frames.at(-1)))
    return this
  }
}

/** Waits for something that only real sockets bring about. */
export async function until(isSo: () => boolean, what: string = isSo.toString()): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`never came true: ${what}`)
}
