import { describe, expect, it } from 'vitest'
import { faultsOf, goldenPath } from './desk.mjs'

const events = goldenPath.map((type) => ({ type, data: { userId: 'ada' } }))

describe('faultsOf()', () => {
  it('finds nothing in the five kinds in order', () => {
    expect(faultsOf('ada', events)).toEqual([])
  })

  it('allows more than one tool call', () => {
    expect(faultsOf('ada', [...events.slice(0, 4), ...events.slice(1)])).toEqual([])
  })

  it("names another user's event", () => {
    const [first, ...others] = events
    expect(faultsOf('ada', [{ type: first?.type ?? '', data: { userId: 'bob' } }, ...others])).toEqual([
      'agent_started of bob',
    ])
  })

  it('finds a kind that is missing or out of place', () => {
    expect(faultsOf('ada', events.slice(1))).toHaveLength(1)
    expect(faultsOf('ada', events.toReversed())).not.toEqual([])
  })

  it('finds a tool call without its end', () => {
    expect(faultsOf('ada', [...events.slice(0, 3), ...events.slice(2)])).toEqual([
      'event 3 is a tool_executing without its tool_completed',
    ])
  })
})
