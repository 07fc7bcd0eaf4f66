import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectEvents, type Position } from '../../src/client.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { eventOf } from '../support/delivery.js'
import { ScriptedSocket } from '../support/scripted-socket.js'

beforeEach(() => {
  vi.useFakeTimers()
  ScriptedSocket.all.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

const EVENTS = 12
const log = Array.from({ length: EVENTS }, (_each, index) => eventOf('ada', { n: index + 1 }))

/** What a server does next: sends what follows what it last sent, or does it wrong. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant('next' as const) },
  fc.constantFrom('again', 'skip', 'back', 'ready', 'otherEpoch', 'noFrame', 'wait', 'acks', 'silence', 'cut'),
)
const connectionScript = fc.record({
  opens: fc.boolean(),
  startsAt: fc.constantFrom('cursor', 'cursor', 'cursor', 'elsewhere'),
  steps: fc.array(step, { maxLength: 20 }),
  code: fc.constantFrom(undefined, 1001, 1006, 4400, 4401, 4408, 4409, 4429),
})

type ConnectionScript = typeof connectionScript extends fc.Arbitrary<infer Script> ? Script : never

/** The socket that the client opens after this one, however long it waits. */
async function socketAfter(played: ScriptedSocket | undefined): Promise<ScriptedSocket> {
  for (let turns = 0; turns < 100; turns += 1) {
    const newest = ScriptedSocket.all.at(-1)
    if (newest !== undefined && newest !== played && !newest.closed) return newest
    await vi.advanceTimersByTimeAsync(1_000)
  }
  throw new Error('the client has given up')
}

function helloOf(socket: ScriptedSocket): Position {
  const [hello] = socket.sent as { after: Position }[]
  if (hello === undefined) throw new Error('no hello')
  return hello.after
}

function sendEvent(socket: ScriptedSocket, seq: number, epoch = 1): void {
  const event = log[seq - 1]
  if (event !== undefined) socket.frame({ t: 'event', epoch, seq, event })
}

/** Plays one connection. */
async function play(socket: ScriptedSocket, { opens, startsAt, steps, code }: ConnectionScript): Promise<void> {
  if (opens) {
    socket.open()
    let { seq } = helloOf(socket)
    const ready = { t: 'ready', epoch: 1, seq: startsAt === 'cursor' ? seq : seq + 2, id: null }
    // To whom the oldest is asked for, any beginning is right: then it is 0.
    socket.frame(seq === 0 ? { ...ready, seq: 0 } : ready)
    for (const each of steps) {
      if (each === 'next') sendEvent(socket, (seq += 1))
      else if (each === 'skip') sendEvent(socket, (seq += 2))
      else if (each === 'again') sendEvent(socket, seq)
      else if (each === 'back') sendEvent(socket, Math.max(1, seq - 2))
      else if (each === 'otherEpoch') sendEvent(socket, seq + 1, 2)
      else if (each === 'ready') socket.frame(ready)
      else if (each === 'noFrame') socket.frame('{')
      else if (each === 'wait') await vi.advanceTimersByTimeAsync(5)
      else if (each === 'acks') await vi.advanceTimersByTimeAsync(300)
      else if (each === 'silence') await vi.advanceTimersByTimeAsync(20_000)
      else break
    }
  }
  socket.end(code)
}

describe('a client of servers that do anything', () => {
  it('applies a part of the log without gap or repeat, acknowledges no more, and all of it once a server is right', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(connectionScript, { maxLength: 6 }),
        fc.array(fc.constantFrom('at once', 'later', 'throws', 'rejects'), { minLength: EVENTS, maxLength: EVENTS }),
        async (scripts, ways) => {
          ScriptedSocket.all.length = 0
          const applied: string[] = []
          const saved: number[] = []
          const connection = connectEvents({
            url: 'wss://app.example/events',
            getTicket: () => Promise.resolve('t'),
            onEvent: async (event) => {
              const way = ways[applied.length]
              applied.push(event.id)
              if (way === 'throws') throw new Error('thrown')
              if (way === 'rejects') await Promise.reject(new Error('rejected'))
              if (way === 'later') await new Promise((resolve) => setTimeout(resolve, 400))
            },
            onError: () => {},
            WebSocket: ScriptedSocket,
            cursor: { load: () => FROM_OLDEST, save: ({ seq }) => void saved.push(seq) },
          })
          try {
            let socket: ScriptedSocket | undefined
            for (const script of scripts) {
              socket = await socketAfter(socket)
              await play(socket, script)
            }
            const last = await socketAfter(socket)
            last.open()
            const { seq } = helloOf(last)
            last.frame({ t: 'ready', epoch: 1, seq, id: null })
            for (let next = seq + 1; next <= EVENTS; next += 1) sendEvent(last, next)
            await vi.advanceTimersByTimeAsync(10_000)
            expect(applied).toEqual(log.map(({ id }) => id))
            expect(saved).toEqual(saved.toSorted((one, other) => one - other))
            const acks = last.sent.filter((frame) => (frame as { t: string }).t === 'ack')
            expect(acks.at(-1)).toEqual({ t: 'ack', epoch: 1, seq: EVENTS })
          } finally {
            connection.close()
            await vi.advanceTimersByTimeAsync(1_000)
          }
          expect(vi.getTimerCount()).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  })
})
