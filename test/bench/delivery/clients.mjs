// @ts-check
// The other end of every connection that is measured, in a process of its own: each message is parsed, as an application does,
// and counted. What is to be done comes from the parent, one order after the other.
import { once } from 'node:events'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'

/** How often the protocol has to acknowledge, at least. */
const ACK_EVERY = 32

/**
 * @typedef {{ do: 'open', kind: 'ws' | 'socket.io' | 'gateway', group: string, url: string, keys: string[], read: boolean }} Open
 * @typedef {{ do: 'expect', group: string, messages: number }} Expect
 * @typedef {{ do: 'close', group: string }} Close
 */

/** @type {Map<string, Group>} */
const groups = new Map()

class Group {
  received = 0
  wanted = Infinity
  /** @type {(() => void)[]} */
  closers = []

  count() {
    this.received += 1
    this.#settle()
  }

  /** @param {number} messages */
  expect(messages) {
    this.wanted = messages
    this.#settle()
  }

  #settle() {
    if (this.received < this.wanted) return
    const { received } = this
    this.received = 0
    this.wanted = Infinity
    process.send?.({ done: received })
  }
}

process.on('disconnect', () => process.exit())
process.on('message', (/** @type {Open | Expect | Close} */ order) => {
  void carryOut(order).catch((/** @type {unknown} */ cause) => process.send?.({ failed: String(cause) }))
})

/** @param {Open | Expect | Close} order */
async function carryOut(order) {
  const group = groups.get(order.group) ?? new Group()
  groups.set(order.group, group)
  if (order.do === 'expect') {
    group.expect(order.messages)
    return
  }
  if (order.do === 'close') {
    for (const close of group.closers) close()
    groups.delete(order.group)
    process.send?.({ done: 0 })
    return
  }
  for (const key of order.keys) group.closers.push(await open[order.kind](order, key, () => group.count()))
  process.send?.({ done: 0 })
}

/** @type {Record<Open['kind'], (order: Open, key: string, count: () => void) => Promise<() => void>>} */
const open = {
  async ws({ url, read }, key, count) {
    const socket = new WebSocket(`${url}/?user=${key}`, { perMessageDeflate: false })
    await once(socket, 'open')
    if (!read) socket.pause()
    socket.on('message', (data) => {
      JSON.parse(String(data))
      count()
    })
    return () => socket.terminate()
  },

  async gateway({ url, read }, key, count) {
    const socket = new WebSocket(`${url}/events`, ['switchyard-events.v1', `ticket.${key}`], {
      perMessageDeflate: false,
    })
    let last = -1
    await new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)))
      socket.on('open', () => socket.send('{"t":"hello"}'))
      socket.on('message', (data) => {
        const frame = JSON.parse(String(data))
        if (frame.t === 'event') {
          if (frame.seq !== last + 1) process.send?.({ failed: `${frame.seq} came after ${last}` })
          last = frame.seq
          if (last % ACK_EVERY === 0) socket.send(`{"t":"ack","seq":${last}}`)
          count()
        } else if (frame.t === 'ready') {
          last = frame.seq
          if (!read) socket.pause()
          resolve(undefined)
        } else process.send?.({ failed: `a frame ${String(data)}` })
      })
    })
    return () => socket.terminate()
  },

  async 'socket.io'({ url, read }, key, count) {
    const socket = io(url, { transports: ['websocket'], forceNew: true, query: { user: key } })
    await new Promise((resolve) => socket.on('connect', () => resolve(undefined)))
    // The socket beneath, three layers down, is what can be kept from reading.
    if (!read) /** @type {any} */ (socket.io.engine.transport).ws.pause()
    socket.on('event', count)
    return () => socket.disconnect()
  },
}
