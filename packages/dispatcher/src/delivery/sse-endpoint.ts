import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Position } from '../events/store.js'
import type { Admission, Verdict } from './admission.js'
import type { ConnectionRegistry } from './connection-registry.js'
import { publishDeliveryFailure } from './delivery-failures.js'
import { CLOSE_CODES, decodeCursor } from './protocol.js'
import { SseConnection } from './sse-connection.js'

/** A close code of ours and the HTTP status that stands for it on SSE are this far apart. */
const CODE_TO_STATUS = 4000
const PREFLIGHT_SECONDS = 600

/** The side of a gateway for server-sent events: from a request to a connection. */
export class SseEndpoint {
  readonly #registry: ConnectionRegistry
  readonly #admission: Admission

  constructor(registry: ConnectionRegistry, admission: Admission) {
    this.#registry = registry
    this.#admission = admission
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const verdict = this.#admission.refuse(request)
    response.setHeader('Vary', 'Origin')
    response.setHeader('Cache-Control', 'no-store')
    // Set on refusals too, or a page cannot read why it was refused.
    const { origin } = request.headers
    const isForbidden = verdict?.kind === 'refused' && verdict.reason === 'origin'
    if (origin !== undefined && !isForbidden) response.setHeader('Access-Control-Allow-Origin', origin)
    if (isForbidden) {
      this.#settle(verdict, undefined, response)
      return
    }
    if (request.method === 'OPTIONS') {
      answerPreflight(response)
      return
    }
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET, OPTIONS')
      this.#refuse(response, 405, 'Events are read with GET.')
      return
    }
    if (verdict !== undefined) {
      this.#settle(verdict, undefined, response)
      return
    }
    const cursor = request.headers['last-event-id']
    const after = typeof cursor === 'string' && cursor !== '' ? decodeCursor(cursor) : undefined
    if (after === undefined && cursor !== undefined && cursor !== '') {
      this.#refuse(response, 400, 'Last-Event-ID must be the id of a message of this server.')
      return
    }
    await this.#admission.admit(request, (settled) => this.#settle(settled, after, response))
  }

  #settle(verdict: Verdict, after: Position | undefined, response: ServerResponse): void {
    if (response.destroyed || response.socket?.destroyed === true) return
    if (verdict.kind === 'admitted') {
      this.#open(verdict.userId, after, response)
      return
    }
    if (verdict.kind === 'dismissed') {
      this.#registry.counters.refused[
        verdict.code === CLOSE_CODES.tooManyConnections ? 'user-connections' : 'ticket'
      ] += 1
      answer(response, verdict.code - CODE_TO_STATUS, `The ticket opens no connection (${verdict.code}).`)
      return
    }
    this.#registry.counters.refused[verdict.reason] += 1
    answer(response, verdict.status, verdict.text)
  }

  #open(userId: string, after: Position | undefined, response: ServerResponse): void {
    let connection: SseConnection
    try {
      connection = this.#registry.add(userId, (feed) => new SseConnection(this.#registry, feed, response))
    } catch (cause) {
      this.#registry.counters.storeFailures += 1
      publishDeliveryFailure(cause, userId)
      answer(response, 503, 'The event store does not answer; try again later.')
      return
    }
    this.#registry.counters.openedSse += 1
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
    // What compresses would hold events back as well.
    response.setHeader('Cache-Control', 'no-store, no-transform')
    // nginx would wait for a whole buffer of events.
    response.setHeader('X-Accel-Buffering', 'no')
    response.writeHead(200).flushHeaders()
    connection.begin(after)
  }

  #refuse(response: ServerResponse, status: number, text: string): void {
    this.#registry.counters.refused.protocol += 1
    answer(response, status, text)
  }
}

function answerPreflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'GET')
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, Last-Event-ID, Cache-Control')
  response.setHeader('Access-Control-Max-Age', String(PREFLIGHT_SECONDS))
  response.writeHead(204).end()
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  if (status === 503) response.setHeader('Retry-After', '1')
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.writeHead(status).end(`${text}\n`)
}
