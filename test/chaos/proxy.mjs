// @ts-check
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * What the network does to a connection from now on.
 *
 * - `pass`: nothing.
 * - `cut`: both ends see a reset.
 * - `stall`: bytes wait, in both directions.
 * - `half-open`: bytes vanish, and neither end hears of it until the connection is reset.
 * - `delay`: bytes arrive late.
 * - `split`: bytes arrive in pieces of one to seven.
 *
 * @typedef {'pass' | 'cut' | 'stall' | 'half-open' | 'delay' | 'split'} Weather
 * @typedef {{ readonly client: import('node:net').Socket, readonly server: import('node:net').Socket, weather: Weather, flow: (() => void)[] }} Link
 * @typedef {{ readonly port: number, readonly links: ReadonlySet<Link>, shape(weather: Weather, link?: Link): void,
 *   heal(): void, close(): Promise<void> }} Proxy
 */

const DELAY_MS = 30

/**
 * A TCP proxy on a free port of loopback.
 *
 * @param {() => readonly number[]} upstreams The ports to try, in this order, for each new connection.
 * @param {import('./random.mjs').Random} random
 * @returns {Promise<Proxy>}
 */
export async function startProxy(upstreams, random) {
  /** @type {Set<Link>} */
  const links = new Set()
  const server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy())
    void connectFirst(upstreams()).then((upstream) => {
      if (upstream === undefined || client.destroyed) {
        client.resetAndDestroy()
        upstream?.destroy()
        return
      }
      join(client, upstream, links, random)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`no port in ${String(address)}`)
  return {
    port: address.port,
    links,
    shape: (weather, link) => {
      for (const each of link === undefined ? links : [link]) change(each, weather)
    },
    heal: () => {
      for (const link of links) change(link, link.weather === 'half-open' ? 'cut' : 'pass')
    },
    close: async () => {
      for (const link of links) change(link, 'cut')
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * @param {readonly number[]} ports
 * @returns {Promise<import('node:net').Socket | undefined>}
 */
async function connectFirst(ports) {
  for (const port of ports) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    try {
      await once(socket, 'connect')
      socket.on('error', () => socket.destroy())
      return socket
    } catch {
      // This node is down; the next one may not be.
    }
  }
  return undefined
}

/**
 * @param {import('node:net').Socket} client
 * @param {import('node:net').Socket} server
 * @param {Set<Link>} links
 * @param {import('./random.mjs').Random} random
 */
function join(client, server, links, random) {
  /** @type {Link} */
  const link = { client, server, weather: 'pass', flow: [] }
  links.add(link)
  const gone = () => {
    links.delete(link)
    // Bytes that were cut off on one side must not look like an orderly end on the other.
    client.resetAndDestroy()
    server.resetAndDestroy()
  }
  client.once('close', gone)
  server.once('close', gone)
  void carry(client, server, link, random)
  void carry(server, client, link, random)
}

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 * @param {Link} link
 * @param {import('./random.mjs').Random} random
 */
async function carry(from, to, link, random) {
  try {
    for await (const bytes of from) {
      while (link.weather === 'stall')
        await new Promise((/** @type {(value: void) => void} */ go) => link.flow.push(go))
      if (link.weather === 'half-open') continue
      if (link.weather === 'delay') await new Promise((resolve) => setTimeout(resolve, DELAY_MS))
      if (link.weather === 'split') await writeInPieces(to, bytes, random)
      else if (!to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')])
    }
    to.end()
  } catch {
    to.destroy()
  }
}

/**
 * @param {import('node:net').Socket} to
 * @param {Buffer} bytes
 * @param {import('./random.mjs').Random} random
 */
async function writeInPieces(to, bytes, random) {
  // The rest of a long message in one piece: the point is where frames are cut, not how slowly they come.
  const end = Math.min(bytes.length, 400)
  for (let at = 0; at < end && !to.destroyed;) {
    const size = random.between(1, 7)
    to.write(bytes.subarray(at, Math.min(at + size, end)))
    at += size
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (bytes.length > end && !to.destroyed) to.write(bytes.subarray(end))
}

/**
 * @param {Link} link
 * @param {Weather} weather
 */
function change(link, weather) {
  link.weather = weather
  if (weather === 'cut') {
    link.client.resetAndDestroy()
    link.server.resetAndDestroy()
  }
  if (weather !== 'stall') for (const go of link.flow.splice(0)) go()
}
