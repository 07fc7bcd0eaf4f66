import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { SeatTokens, WebSocketManager } from '../src/websocket/index.js'
import { TestDesk } from './desk.js'

let desk: TestDesk

beforeAll(async () => {
  desk = await TestDesk.open()
})
afterAll(() => desk.close())

function closeCode(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve))
}

function raw(path: string, first: string | Buffer) {
  const socket = new WebSocket(desk.url.replace('http', 'ws') + path)
  socket.once('open', () => socket.send(first))
  return socket
}

describe('a socket', () => {
  it('belongs to the user of its token, whatever the address says', async () => {
    const ada = await (await desk.signOn('ada')).connect('/ws?user=bob&userId=bob')
    expect(ada.frames[0]).toEqual({ type: 'ready', data: { userId: 'ada' } })
    const bob = await desk.signOn('bob')
    await bob.call('POST', '/api/runs', { question: 'Where is order BP-10045?' })
    await ada.call('POST', '/api/runs', { question: 'Where is BP-77777?' })
    await ada.until((frames) => frames.some((frame) => frame.type === 'agent_completed'))
    expect(ada.events().every((frame) => frame.data.userId === 'ada')).toBe(true)
  })

  it.each([
    ['a forged token', JSON.stringify({ type: 'auth', token: 'forged' })],
    ['a user name', JSON.stringify({ type: 'auth', user: 'ada' })],
    ['no JSON', 'hello'],
    ['bytes', Buffer.from([1, 2, 3])],
  ])('is closed for %s', async (_what, first) => {
    expect(await closeCode(raw('/ws?user=ada', first))).toBe(4001)
  })

  it('is closed when its user signs off, and the token with it', async () => {
    const carmen = await desk.signOn('carmen')
    const socket = raw('/ws', JSON.stringify({ type: 'auth', token: carmen.token }))
    await new Promise((resolve) => socket.once('message', resolve))
    const closed = closeCode(socket)
    expect((await carmen.call('DELETE', '/api/session')).body).toMatchObject({ seats: 1 })
    expect(await closed).toBe(4001)
    expect((await carmen.call('GET', '/api/tools')).status).toBe(401)
  })
})

describe('WebSocketManager', () => {
  it('keeps the last events of each user apart', async () => {
    const manager = new WebSocketManager(2)
    for (const step of [1, 2, 3]) await manager.emitCriticalEvent('ada', 'agent_thinking', { step })
    await manager.emitCriticalEvent('bob', 'agent_thinking', { step: 9 })
    expect(manager.history('ada').map((event) => event.data.step)).toEqual([2, 3])
    expect(manager.history('bob')).toHaveLength(1)
    expect(manager.history('carmen')).toEqual([])
  })
})

describe('SeatTokens', () => {
  it('forgets a token after its time', () => {
    let now = 0
    const tokens = new SeatTokens(10, () => now)
    const token = tokens.issue('ada')
    expect(tokens.userOf(token)).toBe('ada')
    now = 10 * 60_000
    expect(tokens.userOf(token)).toBeUndefined()
  })
})
