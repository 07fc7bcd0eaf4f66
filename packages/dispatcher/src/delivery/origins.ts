import type { IncomingHttpHeaders } from 'node:http'
import { quote } from '../errors.js'

/**
 * The exact origins that may connect.
 *
 * @throws {TypeError} it is no list of origins as browsers send them, such as `https://app.example`
 */
export function checkOrigins(origins: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(origins)) {
    throw new TypeError(`allowedOrigins must be a list such as ["https://app.example"]; received ${quote(origins)}.`)
  }
  return new Set(origins.map((origin: unknown, index) => checkOrigin(`allowedOrigins[${index}]`, origin)))
}

/**
 * Whether the page that sent this may connect; what is no browser sends no origin, and may. A browser sends the one of
 * the old version 8 under another name.
 */
export function isOriginAllowed(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): boolean {
  return [headers.origin, headers['sec-websocket-origin']].every(
    (origin) => origin === undefined || (typeof origin === 'string' && allowed.has(origin)),
  )
}

function checkOrigin(what: string, value: unknown): string {
  const right = typeof value === 'string' ? originIn(value) : undefined
  if (right !== undefined && right === value) return right
  const hint = right === undefined ? 'such as "https://app.example"' : `here ${quote(right)}`
  throw new TypeError(
    `${what} must be an exact origin as browsers send it, scheme, host and port alone, ${hint}; received ${quote(value)}.`,
  )
}

function originIn(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { origin, protocol, host } = new URL(text)
  // What is no http, such as the pages of an extension or an app, has the origin "null" in a URL, but not in a header.
  const right = origin === 'null' ? `${protocol}//${host}` : origin
  return host === '' || host.includes('*') ? undefined : right
}
