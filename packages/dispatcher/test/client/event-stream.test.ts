import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectEvents } from '../../src/client.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { endAfterTest, eventOf, startGateway, until } from '../support/delivery.js'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Lets a server of the test's own answer; gives back what the client applied and reported. */
async function follow(answer: (response: ServerResponse, attempt: number) => unknown) {
  const cursors: (string | undefined)[] = []
  const server = createServer((request, response) => {
    cursors.push(String(request.headers['last-event-id']))
    void answer(response, cursors.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const texts: unknown[] = []
  const errors: string[] = []
  const connection = connectEvents({
    url: `http://127.0.0.1:${port}/events`,
    getTicket: () => Promise.resolve('t-1'),
    onEvent: ({ payload }) => void texts.push((payload as { text: unknown }).text),
    onError: (error) => errors.push(String(error)),
    cursor: { load: () => FROM_OLDEST, save: () => {} },
  })
  endAfterTest(() => {
    connection.close()
    server.closeAllConnections()
    server.close()
  })
  return { connection, cursors, texts, errors }
}

const ready = 'event: ready\ndata: {"t":"ready","epoch":1,"seq":0,"id":null}\n\n'

function message(seq: number, text: string): string {
  return `id: 1.${seq}\nevent: event\ndata: ${JSON.stringify({ t: 'event', epoch: 1, seq, event: eventOf('ada', { text }) })}\n\n`
}

describe('a stream of server-sent events', () => {
  it('may be cut anywhere, in the middle of a character too', async () => {
    const text = 'Grüße, 東京 🚂'
    const { texts, errors } = await follow(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const byte of Buffer.from(`: still here\n\n${ready}${message(1, text)}`)) {
        response.write(Buffer.from([byte]))
        await nextTurn()
      }
    })
    await until(() => texts.length === 1)
    expect(texts).toEqual([text])
    expect(errors).toEqual([])
  })

  it('carries every character that JSON does, line separators of Unicode too', async () => {
    const scene = await startGateway()
    const text = 'a\u2028b\u2029c\u0085d\r\n\n\tdata: e'
    const texts: unknown[] = []
    const connection = connectEvents({
      url: scene.httpUrl,
      getTicket: () => scene.gateway.createTicket('ada'),
      onEvent: ({ payload }) => void texts.push((payload as { text: unknown }).text),
      onError: () => {},
      cursor: { load: () => FROM_OLDEST, save: () => {} },
    })
    endAfterTest(() => connection.close())
    await scene.emit('ada', 2, { text })
    await until(() => texts.length === 2)
    expect(texts).toEqual([text, text])
    expect(scene.gateway.metrics.opened).toBe(1)
  })

  it('that breaks off in the middle of a message is read again from the cursor', async () => {
    const { cursors, texts } = await follow((response, attempt) => {
      response.writeHead(200)
      if (attempt === 1) {
        response.write(ready + message(1, 'one') + message(2, 'two').slice(0, -20))
        setImmediate(() => response.destroy())
      } else response.write(ready.replace('"seq":0', '"seq":1') + message(2, 'two'))
    })
    await until(() => texts.length === 2)
    expect(texts).toEqual(['one', 'two'])
    expect(cursors[0]).toBe('0.0')
    expect(cursors[1]).toMatch(/^1\.1\./u)
  })

  it.each([204, 301, 404, 500, 503])('is asked for again when the server answers %i', async (status) => {
    const { connection, errors } = await follow((response, attempt) => {
      if (attempt === 1) response.writeHead(status, { location: '/elsewhere' }).end()
      else response.writeHead(200).write(ready)
    })
    await until(() => connection.status === 'live')
    expect(errors).toHaveLength(1)
  })

  it('is over for good when the server answers 403', async () => {
    const { connection, cursors, errors } = await follow((response) => response.writeHead(403).end())
    await until(() => connection.status === 'closed')
    expect(cursors).toHaveLength(1)
    expect(errors).toEqual(['Error: This page may not have these events (4403).'])
  })
})
