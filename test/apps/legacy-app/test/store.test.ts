import { describe, expect, it } from 'vitest'
import { addWorkingDays, bookRefund, clearLedger, euros, orders, parseCsv, scans, scansOf, vatInside, workingDaysBetween } from '../src/store/index.js'
import { renderInvoice } from '../src/reports/invoice.js'
import { quoteFor } from '../src/tools/refunds.js'

describe('calendar', () => {
  it('leaves weekends and holidays of the country out', () => {
    expect(workingDaysBetween('2025-11-07', '2025-11-12', 'NL')).toBe(3)
    expect(workingDaysBetween('2025-11-07', '2025-11-12', 'FR')).toBe(2)
    expect(workingDaysBetween('2025-11-12', '2025-11-07', 'NL')).toBe(-3)
  })

  it('counts forward the same way', () => {
    expect(addWorkingDays('2025-12-24', 2, 'NL')).toBe('2025-12-30')
  })
})

describe('money', () => {
  it('is written with two digits', () => {
    expect(euros(5)).toBe('0.05 EUR')
    expect(euros(-123456)).toBe('-1234.56 EUR')
  })

  it('finds the VAT inside a price', () => {
    expect(vatInside(12100, 21)).toBe(2100)
  })
})

describe('parseCsv()', () => {
  it('names the line that is wrong', () => {
    expect(() => parseCsv('a;b\n1;2\n3', ';')).toThrow('line 3: expected 2 fields, got 1')
  })
})

describe('the export', () => {
  it('has a scan for every parcel that left', () => {
    const shipped = orders.filter((order) => order.trackingNumber !== null)
    expect(shipped.length).toBeGreaterThan(40)
    expect(shipped.filter((order) => scansOf(order).length === 0)).toEqual([])
    expect(scans.every((scan) => shipped.some((order) => order.trackingNumber === scan.trackingNumber))).toBe(true)
  })

  it('was paid what the lines say', () => {
    for (const order of orders) {
      expect(order.paidCents).toBe(order.shippingCents + order.lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0))
      expect(renderInvoice(order)).toContain(`paid ${euros(order.paidCents)}`)
    }
  })
})

describe('quoteFor()', () => {
  it('never gives back more than was paid', () => {
    for (const order of orders.filter((candidate) => candidate.status !== 'cancelled')) {
      expect(quoteFor({ orderId: order.id, reason: 'damaged' }).totalCents).toBeLessThanOrEqual(order.paidCents)
    }
  })

  it('can be for one article of several', () => {
    expect(quoteFor({ orderId: 'BP-10033', reason: 'damaged', skus: ['SC-020'] }).goodsCents).toBe(5900)
    expect(() => quoteFor({ orderId: 'BP-10033', reason: 'damaged', skus: ['XX'] })).toThrow('holds none of XX')
  })
})

describe('the ledger', () => {
  it('books an order once', () => {
    clearLedger()
    const entry = { orderId: 'BP-10001', cents: 100, reason: 'damaged', by: 'Bob' }
    expect(bookRefund(entry).number).toBe('R-0001')
    expect(() => bookRefund(entry)).toThrow('refunded already')
  })
})
