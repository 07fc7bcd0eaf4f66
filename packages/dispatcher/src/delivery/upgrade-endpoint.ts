import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Server, WebSocketServer } from 'ws'
import { monotonicMs } from '../clock.js'
import type { Admission, Verdict } from './admission.js'
import type { ConnectionRegistry } from './connection-registry.js'
import { CLOSE_GRACE_MS, type Tracked } from './connection.js'
import { publishDeliveryFailure } from './delivery-failures.js'
import type { RefusalReason } from './gateway-metrics.js'
import { CLOSE_CODES, SUBPROTOCOL } from './protocol.js'
import { offeredProtocols, refuseUpgrade, speaksOurs } from './requests.js'
import { GatewaySocket, SocketConnection } from './socket-connection.js'

/** What `ws` reads of a frame at most; the gateway's own limit is below it, so that the close code is ours. */
const LEAST_WS_PAYLOAD = 64 * 1024

/** The WebSocket side of a gateway: from an `upgrade` to a connection. */
export class UpgradeEndpoint {
  readonly #registry: ConnectionRegistry
  readonly #admission: Admission
  readonly #server: Server<typeof GatewaySocket>

  constructor(registry: ConnectionRegistry, admission: Admission) {
    this.#registry = registry
    this.#admission = admission
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: Math.max(LEAST_WS_PAYLOAD, registry.limits.maxPayload),
      // The ticket stands among the offered subprotocols and must not come back.
      handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
      WebSocket: GatewaySocket,
    })
  }

  async handle(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', ignore)
    const verdict = this.#admission.refuse(request)
    if (verdict !== undefined) {
      this.#settle(verdict, request, socket, head)
      return
    }
    if (!speaksOurs(offeredProtocols(request))) {
      this.#refuse(socket, 400, 'protocol', `The subprotocol is ${SUBPROTOCOL}; it was not offered.`)
      return
    }
    await this.#admission.admit(request, (settled) => this.#settle(settled, request, socket, head))
  }

  #settle(verdict: Verdict, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (verdict.kind === 'refused') {
      this.#refuse(socket, verdict.status, verdict.reason, verdict.text)
      return
    }
    socket.removeListener('error', ignore)
    let isAccepted = false
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      isAccepted = true
      if (verdict.kind === 'dismissed') this.#dismiss(ws, verdict.code)
      else this.#open(ws, socket, verdict.userId)
    })
    if (!isAccepted) this.#registry.counters.refused.protocol += 1
  }

  #open(ws: GatewaySocket, socket: Duplex, userId: string): void {
    try {
      this.#registry.add(userId, (feed) => new SocketConnection(this.#registry, feed, ws, socket))
    } catch (cause) {
      this.#registry.counters.storeFailures += 1
      publishDeliveryFailure(cause, userId)
      this.#dismiss(ws, CLOSE_CODES.storeFailed)
    }
  }

  #dismiss(ws: GatewaySocket, code: number): void {
    this.#registry.counters.closed(code)
    this.#registry.track(new Dismissed(this.#registry, ws, code))
  }

  #refuse(socket: Duplex, status: number, reason: RefusalReason, text: string): void {
    this.#registry.counters.refused[reason] += 1
    refuseUpgrade(socket, status, text)
  }
}

/** A socket that was opened for the sake of its close code. */
class Dismissed implements Tracked {
  readonly #ws: GatewaySocket
  readonly #since = monotonicMs()

  constructor(registry: ConnectionRegistry, ws: GatewaySocket, code: number) {
    this.#ws = ws
    ws.on('error', ignore)
    ws.on('close', () => registry.gone(this))
    ws.close(code)
  }

  sweep(now: number): void {
    if (now - this.#since >= CLOSE_GRACE_MS) this.cut()
  }

  cut(): void {
    this.#ws.terminate()
  }
}

function ignore(): void {
  // The socket is gone, which its 'close' says as well.
}
