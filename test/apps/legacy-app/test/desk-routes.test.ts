import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clearLedger } from '../src/store/index.js'
import { type Seat, TestDesk } from './desk.js'

let desk: TestDesk
let ada: Seat
let bob: Seat
let carmen: Seat
let grace: Seat

beforeAll(async () => {
  desk = await TestDesk.open()
  ;[ada, bob, carmen, grace] = await Promise.all(['ada', 'bob', 'carmen', 'grace'].map((user) => desk.signOn(user)))
})
afterAll(() => desk.close())
beforeEach(() => clearLedger())

describe('signing on', () => {
  it('is asked for everywhere but on the page', async () => {
    expect((await fetch(`${desk.url}/api/tools`)).status).toBe(401)
    expect((await fetch(`${desk.url}/healthz`)).status).toBe(200)
    const page = await fetch(desk.url)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain('Parcel desk')
  })

  it('is refused for strangers', async () => {
    const reply = await fetch(`${desk.url}/api/session`, { method: 'POST', body: '{"user":"mallory"}' })
    expect(reply.status).toBe(404)
  })
})

describe('bad requests', () => {
  it.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['too much', JSON.stringify({ user: 'x'.repeat(70_000) }), 413],
  ])('%s', async (_what, body, status) => {
    expect((await fetch(`${desk.url}/api/session`, { method: 'POST', body })).status).toBe(status)
  })

  it('unknown path', async () => {
    expect(await ada.call('GET', '/api/nothing')).toMatchObject({ status: 404 })
  })
})

describe('orders', () => {
  it('are found by article', async () => {
    const { status, body } = await ada.call('GET', '/api/orders?q=kettle&limit=3')
    expect(status).toBe(200)
    expect(body.orders).toHaveLength(3)
    expect(body.total).toBeGreaterThan(3)
  })

  it('need two letters to search for', async () => {
    expect(await ada.call('GET', '/api/orders?q=k')).toMatchObject({ status: 400 })
  })

  it('show where the parcel is and what is in stock', async () => {
    const { body } = await ada.call('GET', '/api/orders/BP-10040')
    expect(body.shipment).toMatchObject({ orderId: 'BP-10040', carrier: 'Vlot Couriers', verdict: 'lost', silentDays: 8 })
    expect(body.stock).toHaveLength(3)
    expect(body.sources).toEqual(['track_shipment', 'check_stock'])
  })

  it('are 404 when there is no such order, 422 when the number is none', async () => {
    expect(await ada.call('GET', '/api/orders/BP-99999')).toMatchObject({ status: 404, body: { error: 'No order BP-99999' } })
    expect(await ada.call('GET', '/api/orders/31')).toMatchObject({ status: 422 })
  })
})

describe('tools', () => {
  it('are listed', async () => {
    const { body } = await ada.call('GET', '/api/tools')
    expect(body.tools).toContain('quote_refund')
    expect(body.tools).toHaveLength(10)
    expect(body.user).toBe('ada')
  })

  it('answer the returns portal in its shape', async () => {
    const { status, body } = await ada.call('POST', '/api/tools/quote_shipping', { orderId: 'BP-10033' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ tool: 'quote_shipping', input: { orderId: 'BP-10033' }, status: 'success', message: '' })
    expect(body.payload.result[0]).toEqual({ carrier: 'ATL', grams: 2120, cents: 860 })
  })

  it('answer the same shape when they fail', async () => {
    const { status, body } = await ada.call('POST', '/api/tools/quote_refund', { orderId: 'BP-10016', reason: 'damaged' })
    expect(status).toBe(422)
    expect(body).toMatchObject({ status: 'error', message: 'Order BP-10016 was cancelled and paid back then', payload: null })
  })

  it('do not include what an object has by birth', async () => {
    expect(await ada.call('POST', '/api/tools/constructor', {})).toMatchObject({ status: 404 })
  })
})

describe('refunds', () => {
  it('are advised on', async () => {
    const { body } = await bob.call('GET', '/api/orders/BP-10031/refund?reason=lost')
    expect(body.advice).toMatchObject({ kind: 'ask', quote: { orderId: 'BP-10031', totalCents: 67200 } })
    expect(body.bestOffer).toBe('lost: 672.00 EUR')
    const refused = await bob.call('GET', '/api/orders/BP-10007/refund?reason=lost')
    expect(refused.body.advice).toEqual({ kind: 'refuse', because: expect.stringContaining('does not count as lost') })
  })

  it('are paid once', async () => {
    expect(await bob.call('POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' })).toMatchObject({ status: 201, body: { cents: 4140 } })
    expect(await bob.call('POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' })).toMatchObject({ status: 422 })
  })

  it('are not paid by people without the role', async () => {
    expect(await ada.call('POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' })).toMatchObject({ status: 403 })
    expect((await bob.call('GET', '/api/refunds')).body).toEqual([])
  })

  it('need an approval above the limit', async () => {
    expect(await bob.call('POST', '/api/refunds', { orderId: 'BP-10031', reason: 'lost' })).toMatchObject({ status: 422 })
    expect(await grace.call('POST', '/api/refunds', { orderId: 'BP-10031', reason: 'lost' })).toMatchObject({ status: 201 })
  })
})

describe('invoices', () => {
  it('are plain text that adds up', async () => {
    const { status, body } = await ada.call('GET', '/api/orders/BP-10033/invoice')
    expect(status).toBe(200)
    expect(body).toContain('INVOICE INV-10033')
    expect(body).toContain('Net 122.31 EUR, VAT 25.69 EUR, paid 148.00 EUR')
  })

  it('do not exist for cancelled orders', async () => {
    const { status, body } = await ada.call('GET', '/api/orders/BP-10016/invoice')
    expect(status).toBe(422)
    expect(body.error).toBe('No invoice for BP-10016: Order BP-10016 was cancelled, there is no invoice')
  })
})

describe('the morning', () => {
  it('begins with a briefing', async () => {
    const { body } = await grace.call('GET', '/api/briefing')
    expect(body).toMatchObject({ openParcels: 8, problems: [] })
    expect(body.carriers).toHaveLength(4)
    expect(body.reorder).toContain('GR-240 (0)')
  })
})

describe('customers', () => {
  it('have a card', async () => {
    const { body } = await ada.call('GET', '/api/customers/Aoife%20Byrne')
    expect(body).toMatch(/^Aoife Byrne +gold\n/)
    expect(body).toMatch(/^Orders +4$/m)
  })
})

describe('jobs', () => {
  it('are for Logistics', async () => {
    expect(await ada.call('POST', '/api/jobs/stock-alert')).toMatchObject({ status: 403 })
    expect(await carmen.call('POST', '/api/jobs/stock-alert')).toMatchObject({ status: 200, body: { state: 'done' } })
    expect(await carmen.call('POST', '/api/jobs/unknown')).toMatchObject({ status: 404 })
  })
})

describe('administration', () => {
  it('is for Operations', async () => {
    expect(await carmen.call('POST', '/api/admin/log_analyzer', {})).toMatchObject({ status: 403 })
    expect(await carmen.call('GET', '/api/admin/overview')).toMatchObject({ status: 403 })
  })

  it('reads the log', async () => {
    const { status, body } = await grace.call('POST', '/api/admin/log_analyzer', { by: 'user' })
    expect(status).toBe(200)
    expect(body.tool).toBe('log_analyzer')
    expect(body.result.map((group: { count: number }) => group.count).reduce((a: number, b: number) => a + b)).toBe(640)
  })

  it('says what was wrong with a request', async () => {
    expect(await grace.call('POST', '/api/admin/system_config', { approvalAboveCents: -1 })).toMatchObject({ status: 422 })
    expect(await grace.call('POST', '/api/admin/nothing', {})).toMatchObject({ status: 422, body: { error: 'Tool nothing not found' } })
  })

  it('keeps a trail of who ran what', async () => {
    const { body } = await grace.call('GET', '/api/admin/overview')
    expect(body.admins).toEqual([{ id: 'grace', roles: ['support', 'refunds', 'jobs', 'admin'] }])
    expect(body.errorsByUser.length).toBeGreaterThan(0)
    expect(body.audit.join('\n')).toMatch(/runs log_analyzer .*\n.*ran log_analyzer: done/)
    expect(body.audit.join('\n')).toMatch(/ran nothing: failed, Tool nothing not found/)
  })
})
