import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectEvents, type ConnectEventsOptions, type EventsConnection } from '../../src/client.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { eventOf } from '../support/delivery.js'
import { ScriptedSocket } from '../support/scripted-socket.js'

let connection: EventsConnection | undefined
let applied: number[]
let errors: string[]
let statuses: string[]

function connect(options: Partial<ConnectEventsOptions> = {}): void {
  applied = []
  errors = []
  statuses = []
  connection = connectEvents({
    url: 'wss://app.example/events',
    getTicket: () => Promise.resolve('t-1'),
    onEvent: ({ payload }) => void applied.push((payload as { n: number }).n),
    onError: (error) => errors.push(String(error)),
    onStatus: (status) => statuses.push(status),
    WebSocket: ScriptedSocket,
    cursor: { load: () => FROM_OLDEST, save: () => {} },
    ...options,
  })
}

function eventFrame(seq: number, epoch = 1): object {
  return { t: 'event', epoch, seq, event: eventOf('ada', { n: seq }) }
}

/** The socket that is open now, after so many milliseconds. */
async function socket(afterMs = 0): Promise<ScriptedSocket> {
  await vi.advanceTimersByTimeAsync(afterMs)
  const last = ScriptedSocket.all.at(-1)
  if (last === undefined) throw new Error('no socket was opened')
  return last
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  ScriptedSocket.all.length = 0
})
afterEach(() => {
  connection?.close()
  expect(vi.getTimerCount(), 'timers that are left').toBe(0)
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('calls nothing before it has returned, so that what is called may use the connection', async () => {
  const seen: string[] = []
  const made: EventsConnection = connectEvents({
    url: 'wss://app.example/events',
    getTicket: () => {
      seen.push(`getTicket ${made.status}`)
      return Promise.resolve('t-1')
    },
    onEvent: () => {},
    onStatus: (status) => seen.push(`${status} ${made.status}`),
    onError: (error) => seen.push(String(error)),
    WebSocket: ScriptedSocket,
  })
  connection = made
  await socket()
  expect(seen).toEqual(['connecting connecting', 'getTicket connecting'])
})

it('that is closed at once asks for nothing', async () => {
  const getTicket = vi.fn<() => Promise<string>>(() => Promise.resolve('t-1'))
  connect({ getTicket })
  connection?.close()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(getTicket).not.toHaveBeenCalled()
  expect(ScriptedSocket.all).toEqual([])
  expect(statuses).toEqual(['closed'])
})

it.each([{ epoch: 1 }, 'e-7', { epoch: 1, seq: -1, id: null }, { epoch: 1, seq: 2, id: 7 }])(
  'asks again for a saved cursor that is none: %j',
  async (saved) => {
    const answers: unknown[] = [saved, { epoch: 1, seq: 5, id: 'e-5' }]
    connect({ cursor: { load: () => answers.shift() as never, save: () => {} } })
    await vi.advanceTimersByTimeAsync(0)
    expect(errors).toEqual([
      expect.stringContaining('cursor.load() must give what save() was given, { epoch, seq, id }'),
    ])
    const first = (await socket(250)).open()
    expect(first.sent).toEqual([{ t: 'hello', after: { epoch: 1, seq: 5, id: 'e-5' } }])
  },
)

describe('the first frames', () => {
  it('offer the ticket as a subprotocol, and say hello with the cursor', async () => {
    connect()
    const first = (await socket()).open()
    expect(first.protocols).toEqual(['switchyard-events.v1', 'ticket.t-1'])
    expect(first.sent).toEqual([{ t: 'hello', after: { epoch: 0, seq: 0, id: null } }])
    expect(first.url).not.toContain('t-1')
  })

  it.each([
    ['no ready', eventFrame(1)],
    ['no JSON', 'hello'],
    ['nothing', 'null'],
  ])('end the connection when the server begins with %s', async (_, frame) => {
    connect()
    const first = (await socket()).open().frame(frame)
    expect(first.closed).toBe(true)
    await socket(250)
    expect(ScriptedSocket.all).toHaveLength(2)
    expect(applied).toEqual([])
  })

  it.each([
    ['text', '{"epoch":1,"seq":5,"id":"e-5"}'],
    ['an empty object', {}],
    ['texts for numbers', { epoch: '1', seq: '5', id: null }],
    ['half a place', { epoch: 1, seq: -1, id: null }],
    ['no id', { epoch: 1, seq: 5 }],
  ])('are not sent for a saved cursor that is %s, and it is said why', async (_, saved) => {
    connect({ cursor: { load: () => saved as never, save: () => {} } })
    await vi.advanceTimersByTimeAsync(0)
    expect(ScriptedSocket.all).toEqual([])
    expect(errors).toEqual([
      'TypeError: cursor.load() must give what save() was given, { epoch, seq, id }, or nothing; received ' +
        `${JSON.stringify(saved)}.`,
    ])
    await vi.advanceTimersByTimeAsync(250)
    expect(errors).toHaveLength(2)
  })

  it('end it when the server starts elsewhere than at the cursor', async () => {
    connect({ cursor: { load: () => ({ epoch: 1, seq: 5, id: 'e-5' }), save: () => {} } })
    const first = (await socket()).open().frame({ t: 'ready', epoch: 1, seq: 6, id: 'e-6' })
    expect(first.closed).toBe(true)
    expect(statuses).not.toContain('live')
  })
})

describe('an event', () => {
  const ready = { t: 'ready', epoch: 1, seq: 0, id: null }

  it('that comes twice is applied once', async () => {
    connect()
    const first = (await socket()).open().frame(ready)
    for (const seq of [1, 2, 2, 1, 3]) first.frame(eventFrame(seq))
    expect(applied).toEqual([1, 2, 3])
    expect(errors).toEqual([])
  })

  it.each([
    ['after a gap', eventFrame(3)],
    ['of another epoch', eventFrame(2, 2)],
    ['of no known kind', { t: 'surprise' }],
    ['without an event', { t: 'event', epoch: 1, seq: 2 }],
    ['with an event that is none', { t: 'event', epoch: 1, seq: 2, event: 'none' }],
    ['with no place', { t: 'event', event: {} }],
    ['that is a snapshot of nowhere', { t: 'snapshot', reason: 'retention' }],
  ])('%s is not applied: the connection is made anew from the cursor', async (_, frame) => {
    connect()
    const first = (await socket()).open().frame(ready).frame(eventFrame(1)).frame(frame)
    first.frame(eventFrame(2))
    expect(applied).toEqual([1])
    expect(first.closed).toBe(true)
    const second = (await socket(250)).open()
    expect(second.sent).toMatchObject([{ t: 'hello', after: { epoch: 1, seq: 1 } }])
    second.frame({ ...ready, seq: 1 }).frame(eventFrame(2))
    expect(applied).toEqual([1, 2])
  })

  it('is acknowledged with the 32nd of them, or after 250 ms', async () => {
    connect()
    const first = (await socket()).open().frame(ready)
    for (let seq = 1; seq <= 33; seq += 1) first.frame(eventFrame(seq))
    // The frame before the first event counts too: it has been taken.
    expect(first.sent.slice(1)).toEqual([{ t: 'ack', seq: 31, epoch: 1 }])
    await vi.advanceTimersByTimeAsync(250)
    expect(first.sent.slice(1)).toEqual([
      { t: 'ack', seq: 31, epoch: 1 },
      { t: 'ack', seq: 33, epoch: 1 },
    ])
  })

  it('that is still being applied when the connection ends is not asked for again', async () => {
    let finish: () => void = () => {}
    connect({
      onEvent: (got) => {
        applied.push((got.payload as { n: number }).n)
        return new Promise<void>((resolve) => {
          finish = resolve
        })
      },
    })
    const first = (await socket()).open().frame(ready).frame(eventFrame(1)).frame(eventFrame(2))
    first.end(1001)
    await socket(60_000)
    expect(ScriptedSocket.all).toHaveLength(1)
    finish()
    const second = (await socket(250)).open()
    expect(second.sent).toMatchObject([{ t: 'hello', after: { seq: 1 } }])
    finish()
    expect(applied).toEqual([1])
  })
})

describe('the wait between two attempts', () => {
  it('doubles from 250 ms to 30 s, and begins anew after ready', async () => {
    connect()
    const waits = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    for (const [index, wait] of waits.entries()) {
      ;(await socket()).end(1006)
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(ScriptedSocket.all).toHaveLength(index + 1)
      await vi.advanceTimersByTimeAsync(1)
      expect(ScriptedSocket.all).toHaveLength(index + 2)
    }
    ;(await socket()).open().frame({ t: 'ready', epoch: 1, seq: 0, id: null }).end(1001)
    await vi.advanceTimersByTimeAsync(250)
    expect(ScriptedSocket.all).toHaveLength(waits.length + 2)
  })

  it.each([4400, 4409, 4429])('is 8 s at once when the server closes with %i', async (code) => {
    connect()
    ;(await socket()).open().frame({ t: 'ready', epoch: 1, seq: 0, id: null }).end(code)
    await vi.advanceTimersByTimeAsync(7_999)
    expect(ScriptedSocket.all).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(ScriptedSocket.all).toHaveLength(2)
  })

  it('ends when the browser says that its network is back', async () => {
    const target = new EventTarget()
    vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
    vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
    try {
      connect()
      for (let turn = 0; turn < 7; turn += 1) (await socket(30_000)).end(1006)
      const sockets = ScriptedSocket.all.length
      await vi.advanceTimersByTimeAsync(0)
      target.dispatchEvent(new Event('online'))
      await vi.advanceTimersByTimeAsync(0)
      expect(ScriptedSocket.all).toHaveLength(sockets + 1)
    } finally {
      connection?.close()
      vi.unstubAllGlobals()
    }
  })
})

describe('what never answers', () => {
  it('is given up after 15 s: a ticket', async () => {
    let asked = 0
    connect({
      getTicket: () => {
        asked += 1
        return asked === 1 ? new Promise(() => {}) : Promise.resolve('t-2')
      },
    })
    await vi.advanceTimersByTimeAsync(15_250)
    expect((await socket()).protocols).toContain('ticket.t-2')
    expect(errors).toEqual(['Error: The ticket did not come in time.'])
  })

  it('is given up after 15 s: a server that is not ready', async () => {
    connect()
    const first = (await socket()).open()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(first.closed).toBe(true)
    expect(errors[0]).toBe('Error: The server was not ready in time.')
    await socket(250)
    expect(ScriptedSocket.all).toHaveLength(2)
  })

  it('is told apart from a quiet server: an acknowledgement goes out now and then, so that a broken line shows', async () => {
    connect()
    const first = (await socket()).open().frame({ t: 'ready', epoch: 1, seq: 0, id: null })
    await vi.advanceTimersByTimeAsync(45_000)
    expect(first.closed).toBe(false)
    expect(first.sent.filter((frame) => (frame as { t: string }).t === 'ack').length).toBeGreaterThanOrEqual(3)
  })

  it('is given up after 45 s without a ping at the latest, where pings can be seen', async () => {
    class PingedSocket extends ScriptedSocket {
      onPing: () => void = () => {}
      on(_event: 'ping', listener: () => void): void {
        this.onPing = listener
      }
    }
    connect({ WebSocket: PingedSocket })
    const first = (await socket()).open().frame({ t: 'ready', epoch: 1, seq: 0, id: null }) as PingedSocket
    await vi.advanceTimersByTimeAsync(40_000)
    first.onPing()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(first.closed).toBe(false)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(first.closed).toBe(true)
    expect(errors).toEqual(['Error: The server has gone silent.'])
  })
})
