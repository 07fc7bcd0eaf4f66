import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clearLedger } from '../src/store/index.js'
import { TestDesk } from './desk.js'

let desk: TestDesk

beforeAll(async () => {
  desk = await TestDesk.open()
})
afterAll(() => desk.close())
beforeEach(() => clearLedger())

const finished = (frames: { type: string }[]) => frames.some((frame) => frame.type === 'agent_completed')

describe('an agent run', () => {
  it('shows its user the whole way, in order', async () => {
    const ada = await (await desk.signOn('ada')).connect()
    const { status, body } = await ada.call('POST', '/api/runs', { question: 'Where is order BP-10031? Ingrid says it never arrived.' })
    await ada.until(finished)

    expect(status).toBe(201)
    expect(body.usedTools).toEqual(['search_orders', 'track_shipment', 'carrier_scorecard', 'customer_history', 'draft_reply'])
    expect(body.failures).toEqual([])
    expect(body.usage).toEqual({ calls: 5, failed: 0 })
    expect(body.answer).toContain('BP-10031')
    expect(body.answer).toContain('counts as lost')

    const types = ada.events().map((frame) => frame.type)
    expect(types[0]).toBe('agent_started')
    expect(types.at(-1)).toBe('agent_completed')
    expect(types.slice(1, -1)).toEqual(Array(5).fill(['agent_thinking', 'tool_executing', 'tool_completed']).flat())
    for (const { data } of ada.events()) expect(data).toMatchObject({ userId: 'ada', runId: body.runId, threadId: 'desk-ada' })
  })

  it('tells what each tool gave', async () => {
    const ada = await (await desk.signOn('ada')).connect()
    await ada.call('POST', '/api/runs', { question: 'Where is order BP-10031?' })
    await ada.until(finished)
    const tracked = ada.events().filter((frame) => frame.data.toolName === 'track_shipment')
    expect(tracked.map((frame) => frame.type)).toEqual(['tool_executing', 'tool_completed'])
    expect(tracked[0].data.parameters).toEqual({ orderId: 'BP-10031' })
    expect(tracked[1].data.status).toBe('success')
    expect(tracked[1].data.result).toMatchObject({ carrier: 'Nordpost', verdict: 'lost' })
    expect(tracked[1].data.executionTimeMs).toBeGreaterThanOrEqual(0)
  })

  it('counts the days that are left while a parcel is in time', async () => {
    const bob = await desk.signOn('bob')
    const { body } = await bob.call('POST', '/api/runs', { question: 'Where is order BP-10042 now?' })
    expect(body.usedTools).toContain('working_days_left')
    expect(body.answer).toMatch(/has not moved for 4 days.*Working days until the promised day: 1\./)
  })

  it('goes on when a tool is refused, and says so', async () => {
    const ada = await (await desk.signOn('ada')).connect()
    const { status, body } = await ada.call('POST', '/api/runs', { question: 'BP-10013 came damaged, please pay the refund now' })
    await ada.until(finished)
    expect(status).toBe(201)
    expect(body.failures).toHaveLength(1)
    expect(body.failures[0].tool).toBe('issue_refund')
    expect(body.usedTools.at(-1)).toBe('draft_reply')
    expect(body.usage.failed).toBe(1)
    const refused = ada.events().find((frame) => frame.type === 'tool_completed' && frame.data.toolName === 'issue_refund')
    expect(refused?.data.status).toBe('error')
    expect(refused?.data.error).toBeTruthy()
  })

  it('pays out for somebody who may', async () => {
    const bob = await desk.signOn('bob')
    const { body } = await bob.call('POST', '/api/runs', { question: 'BP-10013 came damaged, please pay the refund now' })
    expect(body.failures).toEqual([])
    expect(body.answer).toContain('We have paid back 103.50 EUR')
    const booked = await bob.call('GET', '/api/refunds')
    expect(booked.body).toEqual([expect.objectContaining({ orderId: 'BP-10013', cents: 10350, by: 'Bob Verhoeven' })])
  })

  it('ends early when there is no such order', async () => {
    const bob = await desk.signOn('bob')
    const { body } = await bob.call('POST', '/api/runs', { question: 'Where is BP-77777?' })
    expect(body).toMatchObject({ answer: 'I could not find an order for that.', usedTools: ['search_orders'] })
  })

  it('refuses an empty question', async () => {
    const bob = await desk.signOn('bob')
    expect(await bob.call('POST', '/api/runs', { question: '  ' })).toMatchObject({ status: 400 })
  })
})

describe('two users at once', () => {
  it('see only their own events', async () => {
    const [ada, bob] = await Promise.all([desk.signOn('ada'), desk.signOn('bob')])
    await Promise.all([ada.connect(), bob.connect()])
    const [first, second] = await Promise.all([
      ada.call('POST', '/api/runs', { question: 'What is late for sanne.dewit@kantoorplus.nl?' }),
      bob.call('POST', '/api/runs', { question: 'Where is order BP-10045 for Luca?' }),
    ])
    await Promise.all([ada.until(finished), bob.until(finished)])
    expect(new Set(ada.events().map((frame) => frame.data.runId))).toEqual(new Set([first.body.runId]))
    expect(new Set(bob.events().map((frame) => frame.data.runId))).toEqual(new Set([second.body.runId]))
    expect(JSON.stringify(ada.frames)).not.toMatch(/bob|Moretti/i)
    expect(JSON.stringify(bob.frames)).not.toMatch(/"ada"|Sanne/i)
  })
})
