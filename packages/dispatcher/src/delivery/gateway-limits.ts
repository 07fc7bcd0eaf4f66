import { quote } from '../errors.js'
import { DEFAULT_GATEWAY_LIMITS, type GatewayLimits } from './protocol.js'

/** Some of the limits. */
export type GivenGatewayLimits = { readonly [Limit in keyof GatewayLimits]?: number | undefined }

const COUNTS: ReadonlySet<string> = new Set<keyof GatewayLimits>(['window', 'connectionsPerUser', 'connections'])
const LONGEST_TICKET_MS = 3_600_000
/** Frames above this are not even taken in: what is between it and `maxPayload` is read, and refused by its size. */
const LARGEST_PAYLOAD = 64 * 1024 * 1024

/**
 * The limits of a gateway: the given ones, else the defaults.
 *
 * @throws {TypeError} a limit is not a number above 0, or there is no limit of that name
 */
export function resolveGatewayLimits(given: GivenGatewayLimits = {}): GatewayLimits {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`limits must be an object; received ${quote(given)}.`)
  }
  const limits = { ...DEFAULT_GATEWAY_LIMITS }
  for (const [name, value] of Object.entries(given)) {
    if (!isLimitName(name)) {
      const known = Object.keys(DEFAULT_GATEWAY_LIMITS).join(', ')
      throw new TypeError(`There is no limit ${quote(name)}; the limits of a gateway are ${known}.`)
    }
    if (value !== undefined) limits[name] = checkLimit(name, value)
  }
  return limits
}

function isLimitName(name: string): name is keyof GatewayLimits {
  return Object.hasOwn(DEFAULT_GATEWAY_LIMITS, name)
}

function checkLimit(name: keyof GatewayLimits, value: unknown): number {
  const most = name === 'ticketTtlMs' ? LONGEST_TICKET_MS : name === 'maxPayload' ? LARGEST_PAYLOAD : Infinity
  const isWhole = !COUNTS.has(name) || value === Infinity || Number.isInteger(value)
  if (typeof value === 'number' && value > 0 && value <= most && isWhole) return value
  const kind = COUNTS.has(name) ? 'a whole number above 0' : 'a number above 0'
  const end = most === Infinity ? '' : ` and at most ${most}`
  throw new TypeError(`limits.${name} must be ${kind}${end}; received ${quote(value)}.`)
}
