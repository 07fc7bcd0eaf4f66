// @ts-check
// What delivers: each of these has users, connects a client for each, and sends events to them.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { EventRouter, MemoryEventStore } from '@switchyard/dispatcher'
import { createEventGateway } from '@switchyard/dispatcher/websocket'
import { Server } from 'socket.io'
import { WebSocketServer } from 'ws'
import { usersOf } from './events.mjs'

/** @typedef {import('./events.mjs').AgentEvent} AgentEvent */

/**
 * @typedef {object} Delivery
 * @property {readonly string[]} users
 * @property {(event: AgentEvent) => unknown} send Resolves, or returns, when the event is accepted.
 * @property {(messages: number) => Promise<number>} received Resolves when the clients have got so many, in all.
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Connecting
 * @property {import('./servers.mjs').Clients} clients
 * @property {number} count
 * @property {boolean} [read] Whether the clients read what comes; default `true`.
 */

let groups = 0

/** The process of the clients. */
export class Clients {
  #child = fork(new URL('clients.mjs', import.meta.url))

  /** @type {Promise<unknown>} */
  #before = Promise.resolve()

  /**
   * Resolves when an order is carried out, one after the other.
   *
   * @param {object} order
   * @returns {Promise<number>}
   */
  order(order) {
    const answer = this.#before.then(() => this.#carryOut(order))
    this.#before = answer.catch(() => {})
    return answer
  }

  /** @param {object} order */
  async #carryOut(order) {
    this.#child.send(order)
    const [answer] = await once(this.#child, 'message')
    if ('failed' in answer) throw new Error(`The clients say: ${answer.failed}`)
    return answer.done
  }

  close() {
    this.#child.kill()
  }
}

/**
 * The floor: a socket for each user, and a text for each event.
 *
 * @param {Connecting & { keep?: import('./stores.mjs').Keep | undefined }} connecting `keep`: where each text is written before it is sent.
 */
export async function rawWs({ keep, ...connecting }) {
  const http = await listening()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  /** @type {Map<string, import('ws').WebSocket>} */
  const sockets = new Map()
  server.on('connection', (socket, request) =>
    sockets.set(new URL(request.url ?? '', 'ws://a').searchParams.get('user') ?? '', socket),
  )
  return connect(connecting, 'ws', http, async (user) => user, {
    send: (event) => {
      const text = JSON.stringify(event)
      const send = () => sockets.get(event.userId)?.send(text)
      return keep === undefined ? send() : keep.append(event.userId, text).then(send)
    },
    close: () => {
      keep?.close()
      server.close()
    },
  })
}

/**
 * Socket.IO with connection state recovery, a room for each user.
 *
 * @param {Connecting} connecting
 */
export async function socketIo(connecting) {
  const http = await listening()
  const server = new Server(http, { transports: ['websocket'], connectionStateRecovery: {} })
  server.on('connection', (socket) => void socket.join(String(socket.handshake.query['user'])))
  return connect(connecting, 'socket.io', http, async (user) => user, {
    send: (event) => server.to(event.userId).emit('event', event),
    close: () => void server.close(),
  })
}

/**
 * Our gateway, over a store.
 *
 * @param {Connecting & { store?: import('@switchyard/dispatcher').EventStore | undefined }} connecting
 */
export async function gateway({ store = new MemoryEventStore({ maxEvents: 10_000 }), ...connecting }) {
  const http = await listening()
  const router = new EventRouter({ store })
  const gate = createEventGateway({ router, allowedOrigins: [] })
  http.on('upgrade', (request, socket, head) => void gate.handleUpgrade(request, socket, head))
  return connect(connecting, 'gateway', http, (user) => gate.createTicket(user), {
    send: (event) => router.emit(event),
    close: async () => {
      await gate.close(0)
      await store.close()
    },
  })
}

async function listening() {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  return http
}

/**
 * @param {Connecting} connecting
 * @param {string} kind
 * @param {import('node:http').Server} http
 * @param {(user: string) => Promise<string>} keyOf What a user's client shows.
 * @param {{ send: Delivery['send'], close: () => unknown }} server
 * @returns {Promise<Delivery>}
 */
async function connect({ clients, count, read = true }, kind, http, keyOf, { send, close }) {
  groups += 1
  const group = `group-${groups}`
  const users = usersOf(count)
  const address = http.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const url = `${kind === 'socket.io' ? 'http' : 'ws'}://127.0.0.1:${port}`
  const keys = await Promise.all(users.map(keyOf))
  await clients.order({ do: 'open', kind, group, url, keys, read })
  return {
    users,
    send,
    received: (messages) => clients.order({ do: 'expect', group, messages }),
    close: async () => {
      await clients.order({ do: 'close', group })
      await close()
      http.closeAllConnections()
      http.close()
    },
  }
}
