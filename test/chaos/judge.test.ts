import { describe, expect, it } from 'vitest'
import { type Deed, Judge, type Place } from './judge.mjs'
import { judgeLog } from './judge-log.mjs'

const log: Place[] = ['a', 'b', 'c', 'd'].map((id, index) => ({ epoch: 7, seq: index + 1, id }))

function applied(...ids: string[]): Deed[] {
  return ids.flatMap((id): Deed[] => {
    const place = log.find((each) => each.id === id) ?? { epoch: 7, seq: 9, id }
    return [
      { did: 'event', id, user: 'ann' },
      { did: 'saved', ...place },
    ]
  })
}

function faultsOf(deeds: Deed[], judged: 'whole' | 'stretches' = 'whole'): Record<string, number> {
  const judge = new Judge({ name: 'tab', user: 'ann', deeds }, log, ({ seq, id }) => log[seq - 1]?.id === id)
  const { missing, duplicate, misplaced, foreign, unexplained, repeatedAfterKill } =
    judged === 'whole' ? judge.judgeWhole() : judge.judgeStretches()
  const all = { missing, duplicate, misplaced, foreign, unexplained, repeatedAfterKill }
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0))
}

const retention: Deed = { did: 'snapshot', reason: 'retention' }
const changed: Deed = { did: 'snapshot', reason: 'history-changed' }
const killed: Deed = { did: 'restart' }

describe('Judge', () => {
  it('finds nothing where the log was applied', () => {
    expect(faultsOf(applied('a', 'b', 'c', 'd'))).toEqual({})
    expect(faultsOf(applied('a', 'b', 'c', 'd'), 'stretches')).toEqual({})
  })

  it.each([
    ['an event left out', applied('a', 'c', 'd'), { missing: 1 }],
    ['an end left out', applied('a', 'b'), { missing: 2 }],
    ['everything left out', [], { missing: 4 }],
    ['an event applied twice', applied('a', 'b', 'b', 'c', 'd'), { duplicate: 1 }],
    ['an event applied late', applied('a', 'c', 'b', 'd'), { misplaced: 1 }],
    [
      'an event of another user',
      [{ did: 'event', id: 'z', user: 'bob' } as Deed, ...applied('a', 'b', 'c', 'd')],
      { foreign: 1 },
    ],
    ['an event that is in no log', applied('a', 'b', 'c', 'd', 'e'), { unexplained: 1 }],
    ['a snapshot for nothing', [retention, ...applied('a', 'b', 'c', 'd')], { unexplained: 1 }],
    [
      'an event applied again by the next process',
      [...applied('a', 'b'), killed, ...applied('b', 'c', 'd')],
      { repeatedAfterKill: 1 },
    ],
    [
      'two events applied again by the next process',
      [...applied('a', 'b'), killed, ...applied('a', 'b', 'c', 'd')],
      { repeatedAfterKill: 1, duplicate: 1 },
    ],
  ])('sees %s', (_, deeds, faults) => {
    expect(faultsOf(deeds)).toEqual(faults)
  })

  it.each([
    ['a gap that nobody told', applied('a', 'c', 'd'), { missing: 1 }],
    ['no gap where a snapshot told it', [...applied('a'), retention, ...applied('c', 'd')], {}],
    [
      'a snapshot of retention without a loss',
      [...applied('a'), retention, ...applied('b', 'c', 'd')],
      { unexplained: 1 },
    ],
    ['no fault in a history that begins anew', [...applied('a', 'b'), changed, ...applied('a', 'b', 'c', 'd')], {}],
    ['an event applied twice', applied('a', 'a', 'b', 'c', 'd'), { duplicate: 1 }],
    [
      'an event at a place that another one has',
      [
        { did: 'event', id: 'b', user: 'ann' } as Deed,
        { did: 'saved', epoch: 7, seq: 1, id: 'b' } as Deed,
        ...applied('b', 'c', 'd'),
      ],
      { missing: 1, unexplained: 1 },
    ],
    [
      'a history that was left in silence',
      [
        { did: 'event', id: 'x', user: 'ann' } as Deed,
        { did: 'saved', epoch: 7, seq: 1, id: 'x' } as Deed,
        ...applied('b', 'c', 'd'),
      ],
      { missing: 1, unexplained: 1 },
    ],
    ['a client that stopped', [retention, ...applied('b', 'c')], { missing: 1 }],
  ])('sees %s, where not everything is kept', (_, deeds, faults) => {
    expect(faultsOf(deeds, 'stretches')).toEqual(faults)
  })
})

describe('judgeLog()', () => {
  const logs = new Map([['ann', log]])
  const sent = (...ids: string[]) => ids.map((id) => ({ id, user: 'ann', sender: 'node', isFirstTry: true }))

  it.each([
    ['nothing where all is in order', sent('a', 'b', 'd'), logs, { missing: 0, duplicate: 0, misplaced: 0 }],
    ['an acknowledged event that is gone', sent('a', 'x'), logs, { missing: 1, duplicate: 0, misplaced: 0 }],
    ['events in another order', sent('b', 'a'), logs, { missing: 0, duplicate: 0, misplaced: 1 }],
    [
      'an event stored twice',
      sent('a'),
      new Map([['ann', [...log, ...log.slice(0, 1)]]]),
      { missing: 0, duplicate: 1, misplaced: 0 },
    ],
  ])('sees %s', (_, acknowledged, stored, result) => {
    expect(judgeLog(acknowledged, stored)).toMatchObject(result)
  })

  it('leaves the order of what was sent again to the store', () => {
    const again = sent('b', 'a').map((event) => ({ ...event, isFirstTry: false }))
    expect(judgeLog(again, logs).misplaced).toBe(0)
  })
})
