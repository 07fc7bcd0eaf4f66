import { type DispatchMiddleware, UnifiedToolDispatcher, type ToolExecutionResult } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

/** Tries a failed call again, twice at most. */
const retry: DispatchMiddleware = async (_call, next) => {
  let result = await next()
  for (let again = 0; again < 2 && !result.success; again += 1) result = await next()
  return result
}

/** Refuses at once after three failures in a row, until it is told that the tool works again. */
function circuitBreaker() {
  let failures = 0
  const middleware: DispatchMiddleware = async (_call, next): Promise<ToolExecutionResult> => {
    if (failures >= 3) throw new Error('The tool has failed three times in a row; try again later')
    const result = await next()
    failures = result.success ? 0 : failures + 1
    return result
  }
  return { middleware, mend: () => (failures = 0) }
}

describe.each(entryPoints)('what wraps the calls of a dispatcher behind $name', ({ from }) => {
  it('may try again, in one call with one pair of events', async () => {
    const events = new Recorder()
    let attempts = 0
    const flaky = {
      name: 'flaky',
      execute: () => {
        attempts += 1
        if (attempts < 3) throw new Error('the line is busy')
        return 'connected'
      },
    }
    const facade = from(
      UnifiedToolDispatcher.createForUser(contextOf(), { tools: [flaky], events, middleware: [retry] }),
    )
    expect(await facade.executeTool('flaky')).toMatchObject({ success: true, result: 'connected' })
    expect(attempts).toBe(3)
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(facade.getMetrics()).toMatchObject({ toolsExecuted: 1, successfulExecutions: 1, failedExecutions: 0 })
  })

  it('may refuse without running the tool, and let it run again', async () => {
    const { middleware, mend } = circuitBreaker()
    let broken = true
    let ran = 0
    const fragile = {
      name: 'fragile',
      execute: () => {
        ran += 1
        if (broken) throw new Error('out of order')
        return 'works'
      },
    }
    const facade = from(
      UnifiedToolDispatcher.createForUser(contextOf(), { tools: [fragile], middleware: [middleware] }),
    )
    for (let call = 0; call < 5; call += 1) await facade.dispatch('fragile')
    expect(ran).toBe(3)
    expect((await facade.dispatch('fragile')).message).toBe('The tool has failed three times in a row; try again later')
    broken = false
    mend()
    expect((await facade.dispatch('fragile')).payload).toEqual({ result: 'works' })
  })
})
