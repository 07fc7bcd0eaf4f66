import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { SUBPROTOCOL, TICKET_PROTOCOL_PREFIX } from './protocol.js'

/** The path that a request asks for. */
export function pathOf(request: IncomingMessage): string {
  const [path = ''] = (request.url ?? '').split('?', 1)
  return path
}

/** The subprotocols that a client offers. */
export function offeredProtocols(request: IncomingMessage): readonly string[] {
  const header = request.headers['sec-websocket-protocol']
  return header === undefined ? [] : header.split(',').map((each) => each.trim())
}

/** Whether the client speaks ours; one that offers nothing at all, with its ticket in a header, is taken to. */
export function speaksOurs(protocols: readonly string[]): boolean {
  return protocols.length === 0 || protocols.includes(SUBPROTOCOL)
}

/** The one ticket that a request carries, as a bearer token or in a subprotocol; a URL is not looked at. */
export function ticketIn(request: IncomingMessage): string | undefined {
  const tickets = offeredProtocols(request)
    .filter((protocol) => protocol.startsWith(TICKET_PROTOCOL_PREFIX))
    .map((protocol) => protocol.slice(TICKET_PROTOCOL_PREFIX.length))
  const [, bearer] = /^Bearer +(\S+) *$/iu.exec(request.headers.authorization ?? '') ?? []
  if (bearer !== undefined) tickets.push(bearer)
  return tickets.length === 1 ? tickets[0] : undefined
}

/** Answers a request for an upgrade with a status, and ends its socket. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
  ]
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
