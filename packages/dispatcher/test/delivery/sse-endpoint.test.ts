import { request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { decodeCursor } from '../../src/delivery/protocol.js'
import { MemoryEventStore } from '../../src/index.js'
import { endAfterTest, eventOf, type GatewayScene, ORIGIN, startGateway, until } from '../support/delivery.js'
import { readSse, type SseReader } from '../support/sse-client.js'

async function read(scene: GatewayScene, userId: string, lastEventId?: string): Promise<SseReader> {
  const authorization = `Bearer ${await scene.gateway.createTicket(userId)}`
  return readSse(scene.httpUrl, {
    authorization,
    origin: ORIGIN,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  })
}

describe('GET with a bearer ticket', () => {
  it('streams ready and then events, each with its whole cursor as its id', async () => {
    const scene = await startGateway()
    await scene.emit('ada', 1)
    const reader = await read(scene, 'ada')
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'access-control-allow-origin': ORIGIN,
      vary: 'Origin',
    })
    await until(() => reader.messages.length === 1)
    const [id] = await scene.emit('ada', 1, { text: 'two\nlines' })
    await until(() => reader.messages.length === 2)
    const [ready, event] = reader.messages
    expect(ready).toMatchObject({ event: 'ready', data: { t: 'ready', seq: 1 } })
    expect(event).toMatchObject({ event: 'event', data: { t: 'event', seq: 2, event: { id } } })
    expect(decodeCursor(event?.id ?? '')).toMatchObject({ seq: 2, id })
  })

  it('goes on after Last-Event-ID, whatever stands in the id of the event', async () => {
    const scene = await startGateway()
    const odd = { ...eventOf('ada'), id: 'a.b\n%2F "ä" \ud800' }
    await scene.router.emit(odd)
    const [next] = await scene.emit('ada', 1)
    const first = await read(scene, 'ada', '0.0')
    await until(() => first.messages.length === 3)
    const resumed = await read(scene, 'ada', first.messages[1]?.id)
    await until(() => resumed.messages.length === 2)
    expect(resumed.messages[0]).toMatchObject({ event: 'ready', id: first.messages[1]?.id })
    expect(resumed.messages[1]).toMatchObject({ event: 'event', data: { event: { id: next } } })
  })

  it('tells by a snapshot that retention has passed the cursor', async () => {
    const scene = await startGateway({ store: new MemoryEventStore({ maxEvents: 2 }) })
    const first = await read(scene, 'ada')
    await scene.emit('ada', 1)
    await until(() => first.messages.length === 2)
    await scene.emit('ada', 5)
    const resumed = await read(scene, 'ada', first.messages[1]?.id)
    await until(() => resumed.messages.length === 4)
    expect(resumed.messages.map(({ event }) => event)).toEqual(['ready', 'snapshot', 'event', 'event'])
    expect(resumed.messages[1]).toMatchObject({ data: { reason: 'retention', seq: 4 } })
  })

  it('tells by a snapshot that a forged Last-Event-ID is of no history of this user', async () => {
    const scene = await startGateway()
    const [own] = await scene.emit('ada', 1)
    await scene.emit('bob', 3)
    const bob = await read(scene, 'bob', '0.0')
    await until(() => bob.messages.length === 4)
    for (const forged of [bob.messages[3]?.id, '0.5.x', '9007199254740991.9007199254740991']) {
      const ada = await read(scene, 'ada', forged)
      await until(() => ada.messages.length === 3)
      expect(ada.messages.map(({ event }) => event)).toEqual(['ready', 'snapshot', 'event'])
      expect(ada.messages[1]).toMatchObject({ data: { reason: 'history-changed', seq: 0 } })
      expect(ada.messages[2]).toMatchObject({ data: { event: { id: own } } })
    }
  })

  it.each(['1', 'x.y.z', '-1.2', '1.2.%'])('is refused with 400 when Last-Event-ID is %j', async (lastEventId) => {
    const scene = await startGateway()
    expect((await read(scene, 'ada', lastEventId)).status).toBe(400)
    expect(scene.gateway.metrics.refused.protocol).toBe(1)
  })

  it('keeps the line open with comments', async () => {
    const scene = await startGateway({ limits: { pingIntervalMs: 20 } })
    const reader = await read(scene, 'ada')
    await until(() => reader.text.includes(': still here\n\n'))
    expect(reader.messages).toHaveLength(1)
  })

  it('counts among the connections of its user, and no longer once the reader has left', async () => {
    const scene = await startGateway({ limits: { connectionsPerUser: 2 } })
    await scene.connect('ada')
    const reader = await read(scene, 'ada')
    expect((await read(scene, 'ada')).status).toBe(409)
    expect(scene.gateway.connections('ada')).toBe(2)
    reader.response.destroy()
    await until(() => scene.gateway.connections('ada') === 1)
    expect((await read(scene, 'ada')).status).toBe(200)
    expect(scene.gateway.metrics).toMatchObject({ opened: 3, openedSse: 2, refused: { 'user-connections': 1 } })
  })

  it('ends with a last message when the user is revoked', async () => {
    const scene = await startGateway()
    const [ada, bob] = [await read(scene, 'ada'), await read(scene, 'bob')]
    await until(() => ada.messages.length + bob.messages.length === 2)
    expect(await scene.gateway.revoke('ada')).toBe(1)
    await ada.ended
    expect(ada.messages.at(-1)).toEqual({ id: undefined, event: 'close', data: { t: 'close', code: 4401 } })
    await scene.emit('bob', 1)
    await until(() => bob.messages.length === 2)
  })

  it('ends with 1001 when the gateway closes, after what there was to send', async () => {
    const scene = await startGateway()
    const reader = await read(scene, 'ada')
    await until(() => reader.messages.length === 1)
    await scene.emit('ada', 200)
    await scene.gateway.close()
    await reader.ended
    expect(reader.eventIds).toHaveLength(200)
    expect(reader.messages.at(-1)).toMatchObject({ event: 'close', data: { code: 1001 } })
    expect((await readSse(scene.httpUrl, { authorization: 'Bearer x' })).status).toBe(503)
  })

  it('holds back what the reader does not take, and is cut when that lasts', async () => {
    const scene = await startGateway({ limits: { slowTimeoutMs: 300, maxBufferedBytes: 100_000 } })
    const sockets = new Set<Socket>()
    scene.server.on('connection', (socket: Socket) => sockets.add(socket))
    const reader = await read(scene, 'ada')
    await until(() => reader.messages.length === 1)
    reader.response.pause()
    await scene.emit('ada', 1_000, { text: 'x'.repeat(20_000) })
    await until(() => scene.gateway.metrics.closes[4429] === 1)
    expect(scene.gateway.metrics.sent).toBeLessThan(1_000)
    for (const socket of sockets) expect(socket.writableLength).toBeLessThan(250_000)
    expect(scene.gateway.connections('ada')).toBe(0)
  })

  it('gets everything in order when the reader takes its time but comes on', async () => {
    const scene = await startGateway({ limits: { maxBufferedBytes: 50_000 } })
    const reader = await read(scene, 'ada')
    await until(() => reader.messages.length === 1)
    const ids: string[] = []
    for (let turn = 0; turn < 10; turn += 1) {
      reader.response.pause()
      ids.push(...(await scene.emit('ada', 50, { text: 'x'.repeat(20_000) })))
      await new Promise((resolve) => setTimeout(resolve, 5))
      reader.response.resume()
    }
    await until(() => reader.eventIds.length === 500)
    expect(reader.eventIds.map((id) => decodeCursor(id ?? '')?.id)).toEqual(ids)
  })
})

describe('another request', () => {
  it('of a page that may connect is told what it may send', async () => {
    const scene = await startGateway()
    const answer = await readSse(
      scene.httpUrl,
      {
        origin: ORIGIN,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization, last-event-id',
      },
      'OPTIONS',
    )
    expect(answer.status).toBe(204)
    expect(answer.response.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET',
    })
    expect(String(answer.response.headers['access-control-allow-headers']).toLowerCase()).toMatch(
      /authorization.*last-event-id/u,
    )
  })

  it('of another page is refused, preflight and all', async () => {
    const scene = await startGateway()
    const answer = await readSse(scene.httpUrl, { origin: 'https://app.example.evil.example' }, 'OPTIONS')
    expect(answer.status).toBe(403)
    expect(answer.response.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('with the method %s is refused', async (method) => {
    const scene = await startGateway()
    const answer = await readSse(scene.httpUrl, {}, method)
    expect([answer.status, answer.response.headers['allow']]).toEqual([405, 'GET, OPTIONS'])
  })

  it('to another path is left to others', async () => {
    const scene = await startGateway({ path: '/live/events' })
    expect((await readSse(scene.httpUrl, {})).status).toBe(404)
    expect((await readSse(`http://127.0.0.1:${scene.port}/live/events?x=1`, {})).status).toBe(401)
  })

  it('that goes away while its ticket is looked up leaves nothing behind', async () => {
    let answer: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    let asked = false
    const scene = await startGateway({
      tickets: {
        put: () => Promise.resolve(),
        take: async () => {
          asked = true
          await held
          return { status: 'valid', userId: 'ada', origin: null }
        },
        revoke: () => Promise.resolve(),
        onRevoke: () => () => {},
      },
    })
    const sent = request(scene.httpUrl, { headers: { authorization: `Bearer ${'A'.repeat(43)}` }, agent: false })
    sent.on('error', () => {})
    endAfterTest(() => sent.destroy())
    sent.end()
    await until(() => asked)
    const gone = new Promise<void>((resolve) => scene.server.once('request', () => resolve()))
    sent.destroy()
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 50))])
    answer()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, opened: 0 })
  })
})
