import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, parseClientFrame } from '../../src/delivery/protocol.js'

const position = fc.record({
  epoch: fc.maxSafeNat(),
  seq: fc.maxSafeNat(),
  id: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
})

describe('parseClientFrame()', () => {
  it.each([
    ['{"t":"hello"}', { t: 'hello' }],
    ['{"t":"hello","userId":"mallory","x":1}', { t: 'hello' }],
    ['{"t":"hello","after":{"epoch":3,"seq":17,"id":"e"}}', { t: 'hello', after: { epoch: 3, seq: 17, id: 'e' } }],
    ['{"t":"hello","after":{"epoch":0,"seq":0,"id":null}}', { t: 'hello', after: { epoch: 0, seq: 0, id: null } }],
    ['{"t":"ack","seq":18}', { t: 'ack', seq: 18 }],
    ['{"t":"ack","seq":18,"epoch":3}', { t: 'ack', seq: 18, epoch: 3 }],
  ])('reads %s', (text, frame) => {
    expect(parseClientFrame(text)).toEqual(frame)
  })

  it.each([
    '',
    'hello',
    'null',
    '[]',
    '"hello"',
    '{"t":"bye"}',
    '{"t":"ack"}',
    '{"t":"ack","seq":-1}',
    '{"t":"ack","seq":1.5}',
    '{"t":"ack","seq":"1"}',
    '{"t":"ack","seq":9007199254740992}',
    '{"t":"ack","seq":1,"epoch":-1}',
    '{"t":"ack","seq":1,"epoch":null}',
    '{"t":"hello","after":null}',
    '{"t":"hello","after":17}',
    '{"t":"hello","after":{"epoch":3,"seq":17}}',
    '{"t":"hello","after":{"epoch":-3,"seq":17,"id":"e"}}',
    '{"t":"hello","after":{"epoch":3,"seq":17,"id":9}}',
    '{"t":"ready","epoch":3,"seq":17,"id":"e"}',
  ])('refuses %s', (text) => {
    expect(parseClientFrame(text)).toBeUndefined()
  })
})

describe('encodeCursor()', () => {
  it('writes what decodeCursor() reads, in one line of printable ASCII', () => {
    fc.assert(
      fc.property(position, (cursor) => {
        const text = encodeCursor(cursor)
        expect(text).toMatch(/^[!-~]+$/u)
        expect(decodeCursor(text)).toEqual(cursor)
      }),
    )
  })

  it('leaves a usual id readable', () => {
    expect(encodeCursor({ epoch: 3, seq: 17, id: 'evt_9f-1' })).toBe('3.17.evt_9f-1')
  })
})

describe('decodeCursor()', () => {
  it.each(['', '3', '3.', '.17', '-3.17', '3.-17', '3.17e1', 'a.b.c', '3.17.%', '3.17.%22', '99999999999999999.1'])(
    'refuses %j',
    (text) => {
      expect(decodeCursor(text)).toBeUndefined()
    },
  )

  it('answers any text with a cursor or with nothing, never with an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => [decodeCursor(text), decodeCursor(`1.2.${text}`)]).not.toThrow()
      }),
    )
  })
})
