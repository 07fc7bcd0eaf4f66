// @ts-check
// What clients that read nothing cost the server.
import { gateway, rawWs, socketIo } from './servers.mjs'
import { eventFor } from './events.mjs'
import { usedMemory } from '../memory.mjs'

/**
 * @typedef {object} SlowReader
 * @property {string} name
 * @property {number} events Sent to each client.
 * @property {number} bytes That the server's process holds for each client once they are sent.
 */

/**
 * @param {import('./servers.mjs').Clients} clients
 * @param {{ slowReaders: number, slowEvents: number }} effort
 * @returns {Promise<SlowReader[]>}
 */
export async function weighSlowReaders(clients, { slowReaders: count, slowEvents: events }) {
  const weighed = []
  for (const [name, serve] of Object.entries({ 'raw ws': rawWs, 'Socket.IO with recovery': socketIo, gateway })) {
    const delivery = await serve({ clients, count, read: false })
    // Once before it counts: the events that a store keeps are no cost of a slow client.
    await sendAll(delivery, Math.min(events, 10_000))
    const before = await usedMemory()
    await sendAll(delivery, events)
    weighed.push({ name, events, bytes: Math.round(((await usedMemory()) - before) / count) })
    await delivery.close()
  }
  return weighed
}

/**
 * @param {import('./servers.mjs').Delivery} delivery
 * @param {number} events
 */
async function sendAll({ users, send }, events) {
  for (let sent = 0; sent < events; sent += 1) {
    await Promise.all(users.map((user) => send(eventFor(user))))
    if (sent % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}
