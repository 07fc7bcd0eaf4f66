// @ts-check
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EventRouter, UserExecutionContext } from '@switchyard/dispatcher'
import { createEventGateway } from '@switchyard/dispatcher/websocket'
import { answer, openCanonical } from './agent.mjs'

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('@switchyard/dispatcher').EventStore} EventStore */

/** Who may sign on. */
const users = ['ada', 'bob']
const mostBytes = 4_096
const page = new URL('page/', import.meta.url)
const built = new URL('../../packages/dispatcher/dist/', import.meta.url)
/** @type {Readonly<Record<string, string>>} */
const mediaTypes = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.mjs': 'text/javascript' }

/** What a request is refused with. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * Serves the page of the golden path on loopback: sign-on, an agent to ask, and each user's events.
 *
 * @param {object} [options]
 * @param {number} [options.port] Default: any free one.
 * @param {number} [options.paceMs] How long each step of the agent takes. Default 0.
 * @param {import('./agent.mjs').DispatcherOpener} [options.open] The entry point that runs the tools. Default: the canonical one.
 * @param {EventStore} [options.store] Default: in memory.
 */
export async function startGoldenPath({ port = 0, paceMs = 0, open = openCanonical, store } = {}) {
  const events = new EventRouter({ store })
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`no port in ${String(address)}`)
  const origins = [`http://127.0.0.1:${address.port}`, `http://localhost:${address.port}`]
  const gateway = createEventGateway({ router: events, allowedOrigins: origins })
  /** @type {Map<string, string>} session -> user */
  const sessions = new Map()
  /** @type {Set<Promise<void>>} */
  const runs = new Set()
  /** @type {Set<import('node:stream').Duplex>} */
  const sockets = new Set()

  /** @type {Record<string, (request: IncomingMessage) => Promise<unknown>>} */
  const routes = {
    'POST /session': async (request) => {
      const { user } = await bodyOf(request)
      if (typeof user !== 'string' || !users.includes(user))
        throw new Refusal(400, `user must be ${users.join(' or ')}.`)
      const session = randomBytes(24).toString('base64url')
      sessions.set(session, user)
      return { session }
    },
    'POST /ticket': async (request) => {
      // What is stored by now will have been caught up on; what comes later is live.
      const issuedAt = new Date().toISOString()
      return { ticket: await gateway.createTicket(signedOn(request)), issuedAt }
    },
    'POST /runs': async (request) => {
      const userId = signedOn(request)
      const { question } = await bodyOf(request)
      if (typeof question !== 'string' || question.trim() === '') throw new Refusal(400, 'question must be a text.')
      const context = UserExecutionContext.create({ userId, threadId: `desk-${userId}`, runId: randomUUID() })
      const run = answer(context, question.trim(), { events, open, paceMs })
      runs.add(run)
      void run.finally(() => runs.delete(run))
      return { runId: context.runId }
    },
  }

  /** @param {IncomingMessage} request */
  function signedOn(request) {
    const user = sessions.get(/^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '')
    if (user === undefined) throw new Refusal(401, 'Sign on first: POST /session.')
    return user
  }

  server.on('request', (request, response) => {
    if (gateway.handleRequest(request, response)) {
      keep(response.socket)
      return
    }
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const route = routes[`${request.method} ${path}`]
    const reply =
      route === undefined ? sendFile(response, path) : route(request).then((body) => sendJson(response, 200, body))
    reply.catch((/** @type {unknown} */ error) => {
      if (error instanceof Refusal) sendJson(response, error.status, { message: error.message })
      else response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (gateway.handleUpgrade(request, socket, head)) keep(socket)
    else socket.destroy()
  })

  /** @param {import('node:stream').Duplex | null} socket */
  function keep(socket) {
    if (socket === null || sockets.has(socket)) return
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  return {
    url: origins[0] ?? '',
    events,
    gateway,
    /** Cuts every connection on which events travel, as a network does: without a word. Gives back how many. */
    cutConnections() {
      const cut = [...sockets]
      for (const socket of cut) socket.destroy()
      return cut.length
    },
    async stop() {
      await Promise.all(runs)
      await gateway.close(1_000)
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * @param {IncomingMessage} request
 * @returns {Promise<Record<string, unknown>>}
 */
async function bodyOf(request) {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) {
    text += piece
    if (text.length > mostBytes) throw new Refusal(413, `A body has at most ${mostBytes} characters.`)
  }
  try {
    return { ...JSON.parse(text) }
  } catch {
    throw new Refusal(400, 'The body must be a JSON object.')
  }
}

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 */
function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/**
 * The page, and of the built package what the browser's client is made of.
 *
 * @param {ServerResponse} response
 * @param {string} path
 */
async function sendFile(response, path) {
  const file = fileFor(path)
  const content = file === undefined ? undefined : await readFile(file).catch(() => {})
  if (content === undefined) throw new Refusal(404, `There is no ${path} here.`)
  const headers = {
    'content-type': `${mediaTypes[extname(path === '/' ? 'index.html' : path)]}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'self'; img-src data:; script-src 'self' ${importMapHash(content)}`,
  }
  response.writeHead(200, headers).end(content)
}

/**
 * An import map must stand in the page itself.
 *
 * @param {Buffer} content
 */
function importMapHash(content) {
  const map = /<script type="importmap">([^]*?)<\/script>/u.exec(content.toString())?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(map).digest('base64')}'`
}

/** @param {string} path */
function fileFor(path) {
  if (path === '/') return fileURLToPath(new URL('index.html', page))
  if (/^\/[a-z-]+\.(?:css|mjs)$/u.test(path)) return fileURLToPath(new URL(path.slice(1), page))
  const [, file] = /^\/dispatcher\/((?:client\/|delivery\/)?[a-z-]+\.js)$/u.exec(path) ?? []
  return file === undefined ? undefined : fileURLToPath(new URL(file, built))
}
