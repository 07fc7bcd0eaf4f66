import { describe, expect, it } from 'vitest'
import { EventRouter } from '../../src/index.js'
import { createEventGateway, DEFAULT_GATEWAY_LIMITS, type EventGatewayOptions } from '../../src/websocket.js'

const router = new EventRouter()

function gatewayWith(options: object) {
  return createEventGateway({ router, allowedOrigins: [], ...options } as EventGatewayOptions)
}

describe('createEventGateway()', () => {
  it.each([
    [{ router: undefined }, 'router must be an EventRouter, with a store to read from; received undefined.'],
    [{ router: {} }, 'router must be an EventRouter, with a store to read from; received an object.'],
    [
      { path: 'events' },
      'path must begin with "/" and have neither "?" nor "#", such as "/events"; received "events".',
    ],
    [{ path: '/events?x' }, 'received "/events?x".'],
    [{ tickets: {} }, 'tickets must be a TicketStore, an object with put, take, revoke, onRevoke; received an object.'],
    [{ limits: 5 }, 'limits must be an object; received 5.'],
    [{ limits: { windows: 5 } }, 'There is no limit "windows"; the limits of a gateway are window, maxBufferedBytes,'],
    [{ limits: { window: 0 } }, 'limits.window must be a whole number above 0; received 0.'],
    [{ limits: { window: 1.5 } }, 'limits.window must be a whole number above 0; received 1.5.'],
    [
      { limits: { connectionsPerUser: '9' } },
      'limits.connectionsPerUser must be a whole number above 0; received "9".',
    ],
    [{ limits: { pingIntervalMs: Number.NaN } }, 'limits.pingIntervalMs must be a number above 0; received NaN.'],
    [{ limits: { ticketTtlMs: 3_600_001 } }, 'limits.ticketTtlMs must be a number above 0 and at most 3600000;'],
    [
      { allowedOrigins: undefined },
      'allowedOrigins must be a list such as ["https://app.example"]; received undefined.',
    ],
    [{ allowedOrigins: 'https://app.example' }, 'allowedOrigins must be a list such as'],
  ])('refuses %j', (options, message) => {
    expect(() => gatewayWith(options)).toThrow(message)
  })

  it.each([
    ['https://app.example/', 'here "https://app.example"'],
    ['https://app.example/path', 'here "https://app.example"'],
    ['https://APP.example', 'here "https://app.example"'],
    ['https://app.example:443', 'here "https://app.example"'],
    ['https://user@app.example', 'here "https://app.example"'],
    ['app.example', 'such as "https://app.example"'],
    ['*', 'such as "https://app.example"'],
    ['https://*.app.example', 'such as "https://app.example"'],
    ['null', 'such as "https://app.example"'],
    ['', 'such as "https://app.example"'],
    [/app/u, 'such as "https://app.example"'],
  ])('refuses the origin %s, and says what is right', (origin, hint) => {
    expect(() => gatewayWith({ allowedOrigins: ['https://ok.example', origin] })).toThrow(
      `allowedOrigins[1] must be an exact origin as browsers send it, scheme, host and port alone, ${hint}; received`,
    )
  })

  it.each([
    'https://app.example',
    'http://localhost:3000',
    'http://[::1]:8080',
    'https://xn--bcher-kva.example',
    'chrome-extension://abcdefghijklmnop',
  ])('takes the origin %s', (origin) => {
    expect(() => gatewayWith({ allowedOrigins: [origin] })).not.toThrow()
  })

  it('takes an undefined option and an undefined limit for none', async () => {
    const gateway = gatewayWith({ path: undefined, tickets: undefined, limits: { window: undefined } })
    expect(DEFAULT_GATEWAY_LIMITS.window).toBe(256)
    await expect(gateway.createTicket('ada')).resolves.toHaveLength(43)
  })
})

describe('createTicket()', () => {
  it.each([[''], [undefined], [7]])('refuses the user id %j', async (userId) => {
    await expect(gatewayWith({}).createTicket(userId as string)).rejects.toThrow('userId must be a non-empty string')
  })

  it('refuses to bind a ticket to an origin that may not connect', async () => {
    const gateway = gatewayWith({ allowedOrigins: ['https://app.example'] })
    await expect(gateway.createTicket('ada', { origin: 'https://evil.example' })).rejects.toThrow(
      'origin must be one of the allowed origins (https://app.example); received "https://evil.example".',
    )
  })
})
