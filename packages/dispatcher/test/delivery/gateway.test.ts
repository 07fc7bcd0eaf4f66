import { describe, expect, it } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import { startGateway, until } from '../support/delivery.js'

describe('a connection', () => {
  it('gets what is emitted from its hello on when it has no cursor, in order', async () => {
    const scene = await startGateway()
    await scene.emit('ada', 2)
    const client = await scene.connect('ada')
    expect(await client.next()).toMatchObject({ t: 'ready', seq: 2 })
    const ids = await scene.emit('ada', 300)
    client.acknowledge()
    const frames = await client.take(300)
    expect(frames.map((frame) => (frame.t === 'event' ? [frame.seq, frame.event.id] : frame))).toEqual(
      ids.map((id, index) => [index + 3, id]),
    )
  })

  it('is ready at an empty log, and then live', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    expect(await client.next()).toMatchObject({ t: 'ready', seq: 0, id: null })
    const [id] = await scene.emit('ada', 1)
    expect(await client.next()).toMatchObject({ t: 'event', seq: 1, event: { id } })
  })

  it('goes on after its cursor, and is told where that is', async () => {
    const scene = await startGateway()
    const ids = await scene.emit('ada', 5)
    const first = await scene.connect('ada', { after: FROM_OLDEST })
    const [ready, , second] = await first.take(6)
    expect(ready).toMatchObject({ t: 'ready', seq: 0, id: null })
    if (second?.t !== 'event') throw new Error('no event')
    first.ws.terminate()

    const after = { epoch: second.epoch, seq: second.seq, id: second.event.id }
    const resumed = await scene.connect('ada', { after })
    expect(await resumed.next()).toEqual({ t: 'ready', ...after })
    await resumed.take(3)
    expect(resumed.eventIds).toEqual(ids.slice(2))
  })

  it('never sees an event of another user', async () => {
    const scene = await startGateway()
    const [ada, bob] = await Promise.all([scene.connect('ada'), scene.connect('bob')])
    await Promise.all([ada.next(), bob.next()])
    const adas: string[] = []
    const bobs: string[] = []
    for (let turn = 0; turn < 50; turn += 1) {
      adas.push(...(await scene.emit('ada', 1)))
      bobs.push(...(await scene.emit('bob', 2)))
    }
    await Promise.all([ada.take(50), bob.take(100)])
    expect(ada.eventIds).toEqual(adas)
    expect(bob.eventIds).toEqual(bobs)
  })

  it('is one of several of its user, each with a cursor of its own', async () => {
    const scene = await startGateway()
    const ids = await scene.emit('ada', 100)
    const clients = await Promise.all([
      scene.connect('ada', { after: FROM_OLDEST }),
      scene.connect('ada', { after: FROM_OLDEST }),
      scene.connect('ada'),
    ])
    await Promise.all(clients.map((client) => client.next()))
    const live = await scene.emit('ada', 20)
    await Promise.all(clients.map((client, index) => client.take(index < 2 ? 120 : 20)))
    expect(clients.map((client) => client.eventIds)).toEqual([[...ids, ...live], [...ids, ...live], live])
  })

  it('is told by a snapshot when retention has passed its cursor, and gets all that is kept', async () => {
    const scene = await startGateway({ store: new MemoryEventStore({ maxEvents: 10 }) })
    const ids = await scene.emit('ada', 30)
    const probe = await scene.connect('ada')
    const ready = await probe.next()
    if (ready.t !== 'ready') throw new Error('no ready')
    const client = await scene.connect('ada', { after: { epoch: ready.epoch, seq: 5, id: ids[4] } })
    const [, snapshot] = await client.take(12)
    expect(snapshot).toEqual({ t: 'snapshot', reason: 'retention', epoch: ready.epoch, seq: 20, id: ids[19] })
    expect(client.eventIds).toEqual(ids.slice(20))
    expect(scene.gateway.metrics.snapshots).toEqual({ retention: 1, 'history-changed': 0, slow: 0 })
  })

  it('is told by a snapshot when the log has another event at its cursor', async () => {
    const scene = await startGateway()
    const ids = await scene.emit('ada', 3)
    const probe = await scene.connect('ada')
    const ready = await probe.next()
    if (ready.t !== 'ready') throw new Error('no ready')
    const client = await scene.connect('ada', { after: { epoch: ready.epoch, seq: 2, id: 'another' } })
    const [, snapshot] = await client.take(5)
    expect(snapshot).toMatchObject({ t: 'snapshot', reason: 'history-changed', seq: 0 })
    expect(client.eventIds).toEqual(ids)
  })

  it('leaves nothing behind in gateway and store', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    expect(scene.gateway.connections('ada')).toBe(1)
    client.ws.close()
    await until(() => scene.gateway.connections('ada') === 0)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, opened: 1, left: 1 })
  })
})

describe('two gateways on one router', () => {
  it('deliver to their own connections, and the end of one is none of the other', async () => {
    const a = await startGateway()
    const b = await startGateway({ router: a.router })
    const [onA, onB] = [await a.connect('ada'), await b.connect('ada')]
    await Promise.all([onA.next(), onB.next()])
    const ids = await a.emit('ada', 10)
    await Promise.all([onA.take(10), onB.take(10)])
    await a.gateway.close(1_000)
    expect(await onA.closed).toBe(1001)
    ids.push(...(await b.emit('ada', 10)))
    await onB.take(10)
    expect([onA.eventIds, onB.eventIds]).toEqual([ids.slice(0, 10), ids])
    // A ticket of one process is none of another gateway's.
    expect(await a.open(await b.gateway.createTicket('ada')).refused).toBe(503)
  })
})

describe('the window', () => {
  it('holds the 257th unacknowledged event back until an ack', async () => {
    const scene = await startGateway({ limits: { slowTimeoutMs: 60_000 } })
    const client = await scene.connect('ada')
    await client.next()
    await scene.emit('ada', 300)
    const frames = await client.take(256)
    await scene.emit('bob', 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(client.eventIds).toHaveLength(256)
    const tenth = frames[9]
    if (tenth?.t !== 'event') throw new Error('no event')
    client.send({ t: 'ack', seq: tenth.seq })
    await client.take(10)
    client.send({ t: 'ack', seq: tenth.seq })
    client.send({ t: 'ack', seq: 266, epoch: tenth.epoch })
    await client.take(34)
    expect(new Set(client.eventIds).size).toBe(300)
    await until(() => scene.gateway.metrics.acked === 266)
  })

  it('closes a connection with 4429 that does not acknowledge, and a snapshot "slow" comes only when retention passed it', async () => {
    const scene = await startGateway({
      store: new MemoryEventStore({ maxEvents: 20 }),
      limits: { window: 8, slowTimeoutMs: 60_000 },
    })
    const client = await scene.connect('ada')
    await client.next()
    for (let turn = 0; turn < 5; turn += 1) {
      await scene.emit('ada', 8)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await client.take(8)
    client.acknowledge()
    const frames = await client.take(21)
    expect(frames[0]).toMatchObject({ t: 'snapshot', reason: 'slow' })

    const stuck = await startGateway({ limits: { window: 8, slowTimeoutMs: 100 } })
    const slow = await stuck.connect('ada')
    await slow.next()
    await stuck.emit('ada', 9)
    expect(await slow.closed).toBe(4429)
    expect(slow.eventIds).toHaveLength(8)
  })
})

describe('a connection that its client is closing', () => {
  it('reads the log no more, however long the client takes to go', async () => {
    let reads = 0
    class CountedStore extends MemoryEventStore {
      override read(...given: Parameters<MemoryEventStore['read']>): ReturnType<MemoryEventStore['read']> {
        reads += 1
        // A loop over a store in memory would leave no room for anything else, this test included.
        return reads > 1_000 ? Promise.reject(new Error('read a thousand times')) : super.read(...given)
      }
    }
    const scene = await startGateway({ store: new CountedStore() })
    const client = await scene.connect('ada')
    await client.next()
    client.ws.close()
    // The answer to its close is not read, so the socket stays.
    client.ws.pause()
    await new Promise((resolve) => setTimeout(resolve, 50))
    reads = 0
    await scene.emit('ada', 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(reads).toBeLessThan(10)
  })
})
