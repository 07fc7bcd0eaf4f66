import { SUBPROTOCOL, TICKET_PROTOCOL_PREFIX } from '../delivery/protocol.js'
import type { Position } from '../events/store.js'
import type { Transport, TransportListener } from './transport.js'

/** What the client hears from a socket. */
export interface SocketEvent {
  /** `open`, `message`, `close` or `error`. */
  readonly type: string
  /** Of a `message`. */
  readonly data?: unknown
  /** Of an `error`, where there is one: a browser does not say. */
  readonly message?: unknown
  /** Of a `close`. */
  readonly code?: number | undefined
}

/** What the client needs of a WebSocket: that of a browser, of Node 22 and of `ws` have it. */
export interface WebSocketLike {
  /** Calls back for each event of a kind. */
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: SocketEvent) => void): void
  /** Sends a text frame. */
  send(data: string): void
  /** Closes the connection, whatever it is at. */
  close(): void
}

/** Makes a {@link WebSocketLike}, and connects it. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike

/** Connects over a WebSocket; the ticket travels as a subprotocol, since a browser can send no header. */
export function openWebSocket(
  Socket: WebSocketConstructor,
  url: string,
  ticket: string,
  after: Position | undefined,
  listener: TransportListener,
): Transport {
  const socket = new Socket(url, [SUBPROTOCOL, TICKET_PROTOCOL_PREFIX + ticket])
  let isOpen = false
  const send = (frame: object) => {
    if (isOpen) socket.send(JSON.stringify(frame))
  }
  socket.addEventListener('open', () => {
    isOpen = true
    send({ t: 'hello', after })
  })
  socket.addEventListener('message', ({ data }) => {
    listener.alive()
    void listener.frame(parse(data))
  })
  // A close follows.
  socket.addEventListener('error', ({ message }) => {
    if (typeof message === 'string' && message !== '') listener.failed(new Error(message))
  })
  socket.addEventListener('close', ({ code }) => {
    isOpen = false
    listener.closed(code)
  })
  return {
    hasHeartbeat: listenToPings(socket, listener),
    ack: ({ epoch, seq }) => send({ t: 'ack', seq, epoch }),
    close: () => socket.close(),
  }
}

/** Only `ws` shows pings; a browser answers them and says nothing. */
function listenToPings(socket: object, listener: TransportListener): boolean {
  const { on } = socket as { readonly on?: (event: 'ping', listener: () => void) => void }
  on?.call(socket, 'ping', () => listener.alive())
  return on !== undefined
}

function parse(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}
