import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectEvents, type ConnectEventsOptions, type EventsConnection } from '../../src/client.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { eventOf } from '../support/delivery.js'
import { ScriptedSocket } from '../support/scripted-socket.js'

let connection: EventsConnection | undefined

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  ScriptedSocket.all.length = 0
  connection = undefined
})
afterEach(() => {
  connection?.close()
  expect(vi.getTimerCount(), 'timers that are left').toBe(0)
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const NAMES = [
  'load',
  'getTicket',
  'connecting',
  'live',
  'onSnapshot',
  'onEvent',
  'save',
  'waiting',
  'onError',
] as const
type Name = (typeof NAMES)[number]

/** A client that tells each call of its functions, in their order. */
function connect(onCall: (name: Name) => unknown, given: Partial<ConnectEventsOptions> = {}): string[] {
  const calls: string[] = []
  const called = (name: Name): unknown => {
    calls.push(name)
    return onCall(name)
  }
  connection = connectEvents({
    url: 'wss://app.example/events',
    getTicket: () => (called('getTicket') as Promise<string> | undefined) ?? Promise.resolve('t'),
    onEvent: () => called('onEvent'),
    onSnapshot: () => called('onSnapshot'),
    onError: () => called('onError'),
    onStatus: (status) => void (status === 'closed' ? calls.push(status) : called(status)),
    WebSocket: ScriptedSocket,
    cursor: {
      load: () => {
        called('load')
        return FROM_OLDEST
      },
      save: () => void called('save'),
    },
    ...given,
  })
  return calls
}

/** Everything that a connection may see, and its end before it was ready once more. */
async function playAll(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
  const first = ScriptedSocket.all.at(-1)
  first
    ?.open()
    .frame({ t: 'ready', epoch: 1, seq: 0, id: null })
    .frame({ t: 'snapshot', reason: 'retention', epoch: 1, seq: 4, id: null })
    .frame({ t: 'event', epoch: 1, seq: 5, event: eventOf('ada') })
  await vi.advanceTimersByTimeAsync(0)
  first?.end(1001)
  await vi.advanceTimersByTimeAsync(250)
  const second = ScriptedSocket.all.at(-1)
  if (second !== first) second?.end(1006)
  await vi.advanceTimersByTimeAsync(60_000)
}

describe('close()', () => {
  it.each(NAMES)('may be called in %s, and nothing but a save is called after it', async (name) => {
    let isClosed = false
    const calls = connect((called) => {
      if (called !== name || isClosed) return undefined
      isClosed = true
      // The first status is told before there is anything to close.
      if (connection === undefined) queueMicrotask(() => connection?.close())
      else connection.close()
      return undefined
    })
    await playAll()
    expect(calls).toContain(name)
    expect(connection?.status).toBe('closed')
    const after = calls.slice(calls.indexOf('closed') + 1)
    expect(after.filter((each) => each !== 'save')).toEqual([])
    expect(after.length).toBeLessThanOrEqual(1)
    expect(calls.filter((each) => each === 'closed')).toHaveLength(1)
  })
})

describe('a function that throws', () => {
  it.each(NAMES)('keeps the rest going: %s', async (name) => {
    vi.spyOn(console, 'error').mockReturnValue()
    let thrown = 0
    const calls = connect((called) => {
      if (called !== name || thrown > 0) return undefined
      thrown += 1
      throw new Error('thrown')
    })
    // Where it costs the first attempt.
    await vi.advanceTimersByTimeAsync(250)
    await playAll()
    expect(thrown).toBe(1)
    expect(calls).toContain('onEvent')
    expect(calls).toContain('save')
    expect(calls).toContain('onError')
    expect(connection?.status).not.toBe('closed')
  })

  it('goes to reportError where there is one and nobody asks for errors', async () => {
    const reported: unknown[] = []
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const why = new Error('thrown')
    connect(
      (called) => {
        if (called === 'onEvent') throw why
        return undefined
      },
      { onError: undefined as never },
    )
    await playAll()
    expect(reported).toEqual([why])
    expect(error).not.toHaveBeenCalled()
  })

  it('may be the constructor of the WebSocket: it is tried again', async () => {
    let made = 0
    class Refusing extends ScriptedSocket {
      constructor(url: string, protocols?: string[]) {
        made += 1
        if (made < 3) throw new SyntaxError('The URL is invalid.')
        super(url, protocols)
      }
    }
    const calls = connect(() => undefined, { WebSocket: Refusing })
    await vi.advanceTimersByTimeAsync(250 + 500)
    expect(calls.filter((each) => each === 'onError')).toHaveLength(2)
    await playAll()
    expect(calls).toContain('live')
    expect(calls.filter((each) => each === 'getTicket').length).toBeGreaterThanOrEqual(3)
  })
})

describe('an onEvent that never comes back', () => {
  it('holds up the events, and no close()', async () => {
    const calls = connect((called) => (called === 'onEvent' ? new Promise(() => {}) : undefined))
    await playAll()
    expect(calls.filter((each) => each === 'onEvent')).toHaveLength(1)
    connection?.close()
    expect(calls.at(-1)).toBe('closed')
  })
})

describe('an onEvent that takes minutes', () => {
  it('is no silence of the server over server-sent events, where nothing is read meanwhile', async () => {
    const frames = [
      { t: 'ready', epoch: 1, seq: 0, id: null },
      { t: 'event', epoch: 1, seq: 1, event: eventOf('ada') },
      { t: 'event', epoch: 1, seq: 2, event: eventOf('ada') },
    ]
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')
    const body = () => new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(text)) })
    const fetched = vi.fn<() => Promise<Response>>(() => Promise.resolve(new Response(body())))
    vi.stubGlobal('fetch', fetched)
    const calls = connect(
      (called) => (called === 'onEvent' ? new Promise((resolve) => setTimeout(resolve, 120_000)) : undefined),
      { url: 'https://app.example/events' },
    )
    await vi.advanceTimersByTimeAsync(250_000)
    expect(calls.filter((each) => each === 'onEvent' || each === 'onError')).toEqual(['onEvent', 'onEvent'])
    expect(fetched).toHaveBeenCalledTimes(1)
    // Now it reads, and hears nothing.
    await vi.advanceTimersByTimeAsync(60_000)
    expect(calls).toContain('onError')
  })
})
