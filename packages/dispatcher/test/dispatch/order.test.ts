import { describe, expect, it } from 'vitest'
import { type Tool, UnifiedToolDispatcher } from '../../src/index.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf } from '../support/requests.js'

/** The checks in the order in which a call passes them, with what a call comes to that one of them stops. */
const CHECKS = [
  { check: 'active', stops: 'DispatcherDisposedError' },
  { check: 'name known', stops: 'tool_not_found' },
  { check: 'permission', stops: 'permission_denied' },
  { check: 'limits', stops: 'rate_limited' },
  { check: 'input size', stops: 'input_too_large' },
  { check: 'input schema', stops: 'invalid_input' },
  { check: 'execute', stops: 'tool_failed' },
  { check: 'output size', stops: 'output_too_large' },
] as const

type Check = (typeof CHECKS)[number]['check']

const PAIRS = CHECKS.flatMap(({ check: first, stops }, index) =>
  CHECKS.slice(index + 1).map(({ check: second }) => ({ first, second, stops })),
).filter(({ first }) => first !== 'execute') // A body that throws returns nothing that could be too large.

/** Makes a call that violates the given checks and no others; gives what it came to, and which parts of it were reached. */
async function violate(...checks: readonly Check[]) {
  const violates = (check: Check) => checks.includes(check)
  const events = new Recorder()
  const reached: string[] = []
  const target: Tool = {
    name: 'target',
    inputSchema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          reached.push('schema')
          return violates('input schema') ? { issues: [{ message: 'not like this' }] } : { value }
        },
      },
    },
    execute: () => {
      reached.push('body')
      if (violates('execute')) throw new Error('broken')
      return violates('output size') ? 'x'.repeat(1_000) : 'fine'
    },
  }
  const dispatcher = UnifiedToolDispatcher.createForUser(contextOf(), {
    events,
    tools: [target, { name: 'filler', execute: () => 'filled' }],
    limits: { callsPerMinutePerUser: 1, maxInputBytes: 100, maxOutputBytes: 100 },
    permissions: ({ toolName }) => {
      if (toolName === 'filler') return { allow: true }
      reached.push('policy')
      return violates('permission') ? { allow: false } : { allow: true }
    },
  })
  if (violates('limits')) await dispatcher.executeTool('filler')
  if (violates('active')) await dispatcher.dispose()
  events.events.length = 0
  const toolName = violates('name known') ? 'missing' : 'target'
  const parameters = { text: violates('input size') ? 'x'.repeat(1_000) : 'short' }
  try {
    const result = await dispatcher.executeTool(toolName, parameters)
    expectPair(events.events, result)
    return { outcome: codeOf(result), reached, events }
  } catch (error) {
    return { outcome: error instanceof Error ? error.name : 'no error', reached, events }
  }
}

describe('the order of checks', () => {
  it('lets a call pass that violates none of them', async () => {
    const { outcome, reached } = await violate()
    expect(outcome).toBe('success: fine')
    expect(reached).toEqual(['policy', 'schema', 'body'])
  })

  it.each(CHECKS)('$check stops a call with $stops', async ({ check, stops }) => {
    expect((await violate(check)).outcome).toBe(stops)
  })

  it.each(PAIRS)('$first comes before $second', async ({ first, second, stops }) => {
    expect((await violate(first, second)).outcome).toBe(stops)
  })

  it.each<{ check: Check; parts: string[] }>([
    { check: 'active', parts: [] },
    { check: 'name known', parts: [] },
    { check: 'permission', parts: ['policy'] },
    { check: 'limits', parts: ['policy'] },
    { check: 'input size', parts: ['policy'] },
    { check: 'input schema', parts: ['policy', 'schema'] },
    { check: 'execute', parts: ['policy', 'schema', 'body'] },
    { check: 'output size', parts: ['policy', 'schema', 'body'] },
  ])('a call that $check stops reaches $parts and no more', async ({ check, parts }) => {
    expect((await violate(check)).reached).toEqual(parts)
  })

  it('emits nothing for a call of a disposed dispatcher', async () => {
    expect((await violate('active')).events.events).toEqual([])
  })
})
