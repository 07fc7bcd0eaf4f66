import { describe, expect, it } from 'vitest'
import { answerFrom } from '../src/agents/answer.js'
import { nextStep } from '../src/agents/planner.js'
import { readQuestion } from '../src/agents/question.js'

const signedBy = 'Ada'

describe('readQuestion()', () => {
  it('finds order numbers and addresses', () => {
    expect(readQuestion('Is bp10023 late? Write to aoife@byrnepottery.ie.')).toMatchObject({ orderId: 'BP-10023', email: 'aoife@byrnepottery.ie' })
  })

  it('keeps the words that say something', () => {
    expect(readQuestion('Where is the kettle of Jonas Feld?').words).toBe('kettle Jonas Feld')
  })
})

describe('nextStep()', () => {
  it('searches first, by the number when there is one', () => {
    const step = nextStep({ question: readQuestion('Refund BP-10013 please'), findings: {}, signedBy }, new Set())
    expect(step).toMatchObject({ tool: 'search_orders', parameters: { query: 'BP-10013' } })
  })

  it('does not pay before it knows how much', () => {
    const question = readQuestion('BP-10013 came damaged, please pay the refund now')
    const tried = new Set(['search_orders', 'track_shipment'])
    expect(nextStep({ question, findings: {}, signedBy }, tried)?.tool).toBe('quote_refund')
    expect(nextStep({ question, findings: {}, signedBy }, new Set([...tried, 'quote_refund']))).toBeNull()
  })

  it('asks for the postage only when everything is in stock', () => {
    const question = readQuestion('Please send BP-10033 again')
    const tried = new Set(['search_orders', 'track_shipment', 'check_stock'])
    const level = { sku: 'KT-120', title: 'Kettle', free: 0, reorder: true }
    expect(nextStep({ question, findings: { check_stock: [level] }, signedBy }, tried)).toBeNull()
    expect(nextStep({ question, findings: { check_stock: [{ ...level, free: 3 }] }, signedBy }, tried)?.tool).toBe('quote_shipping')
  })
})

describe('answerFrom()', () => {
  it('says what failed', () => {
    expect(answerFrom({}, [{ tool: 'search_orders', message: 'too short' }])).toBe('I could not find an order for that. (search_orders: too short)')
  })
})
