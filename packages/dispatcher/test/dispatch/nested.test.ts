import { describe, expect, it, vi } from 'vitest'
import {
  DispatcherDisposedError,
  type DispatcherOptions,
  type ExecuteOptions,
  type ToolCall,
  type ToolExecutionResult,
  type ToolLike,
  type UnifiedToolDispatcher,
  type UserExecutionContext,
} from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { DIST, runModule } from '../support/node-process.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

const endless = { name: 'endless', execute: () => new Promise<never>(() => {}) }
const echo = { name: 'echo', execute: (input: unknown) => input }

/** A dispatcher whose tool `outer` does what the test says. */
function nesting(
  outer: (call: ToolCall) => unknown,
  { tools = [], ...options }: Omit<DispatcherOptions, 'tools'> & { tools?: ToolLike[] } = {},
  context?: UserExecutionContext,
): { dispatcher: UnifiedToolDispatcher; events: Recorder } {
  const events = new Recorder()
  const all = [endless, echo, { name: 'outer', execute: (_input: unknown, call: ToolCall) => outer(call) }, ...tools]
  return { dispatcher: dispatcherWith({ events, ...options, tools: all }, context), events }
}

/** The result that `outer` got from the one call it made. */
async function nestedIn(call: Promise<ToolExecutionResult>): Promise<ToolExecutionResult> {
  const { result } = await call
  return result as ToolExecutionResult
}

describe('a nested call', () => {
  it('is a call of its own: another id, one pair of events within those of its caller, counted once', async () => {
    const { dispatcher, events } = nesting((call) => call.executeTool('echo', { a: 1 }))
    const result = await dispatcher.executeTool('outer')
    const nested = result.result as ToolExecutionResult
    expect(nested).toMatchObject({ success: true, result: { a: 1 }, toolName: 'echo' })
    expect(nested.callId).not.toBe(result.callId)
    expectPair(events.events, nested)
    expectPair(events.events, result)
    expect(
      events.events.map((event) => [event.type, 'toolName' in event.payload && event.payload['toolName']]),
    ).toEqual([
      ['tool_executing', 'outer'],
      ['tool_executing', 'echo'],
      ['tool_completed', 'echo'],
      ['tool_completed', 'outer'],
    ])
    expect(dispatcher.metrics).toMatchObject({ toolsExecuted: 2, successfulExecutions: 2 })
  })

  it('is of the same user, run and context', async () => {
    const contexts: UserExecutionContext[] = []
    const { dispatcher } = nesting((call) => call.executeTool('who'), {
      tools: [{ name: 'who', execute: (_input: unknown, call: ToolCall) => void contexts.push(call.context) }],
    })
    const nested = await nestedIn(dispatcher.executeTool('outer'))
    expect(contexts).toEqual([dispatcher.context])
    expect([nested.userId, nested.runId]).toEqual([dispatcher.context.userId, 'run-1'])
  })

  it('runs in the slot of its caller, where there is no other', async () => {
    const limits = { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 }
    const { dispatcher } = nesting((call) => call.executeTool('echo', 'inside'), { limits })
    for (let round = 0; round < 3; round += 1) {
      expect(codeOf(await nestedIn(dispatcher.executeTool('outer')))).toBe('success: inside')
    }
  })

  it('gives no slot back that was never its own', async () => {
    const inside = gate()
    const { dispatcher } = nesting(
      async (call) => {
        await call.executeTool('echo')
        await inside.promise
      },
      { limits: { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 } },
    )
    const outer = dispatcher.executeTool('outer')
    expect(await stateOf(outer)).toBe('pending')
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('concurrency_limited')
    inside.open(undefined)
    await outer
    expect(codeOf(await dispatcher.executeTool('echo', 'free'))).toBe('success: free')
  })

  it('is permitted, measured and validated as any other', async () => {
    const asked: string[] = []
    const { dispatcher } = nesting(
      async (call) => {
        const names = ['denied', 'corpus_delete', 'missing']
        const results = [...names.map((name) => call.executeTool(name)), call.executeTool('echo', 'x'.repeat(200))]
        return (await Promise.all(results)).map(codeOf)
      },
      {
        tools: [
          { name: 'denied', execute: () => 'ran' },
          { name: 'corpus_delete', execute: () => 'ran' },
        ],
        limits: { maxInputBytes: 100 },
        permissions: ({ toolName }) => {
          asked.push(toolName)
          return { allow: toolName !== 'denied' }
        },
      },
    )
    const { result } = await dispatcher.executeTool('outer')
    expect(result).toEqual(['permission_denied', 'permission_denied', 'tool_not_found', 'input_too_large'])
    expect(asked).toEqual(['outer', 'denied', 'echo'])
  })

  it('uses up the rate limit, and is refused where it is used up', async () => {
    const { dispatcher } = nesting(
      async (call) => [await call.executeTool('echo'), await call.executeTool('echo')].map(codeOf),
      { limits: { callsPerMinutePerUser: 2 } },
    )
    const { result } = await dispatcher.executeTool('outer')
    expect(result).toEqual(['success: [object Object]', 'rate_limited'])
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('rate_limited')
  })

  it('finds no tool when it names another run', async () => {
    const { dispatcher } = nesting((call) => call.executeTool('echo', {}, { runId: 'run-2' }))
    expect(codeOf(await nestedIn(dispatcher.executeTool('outer')))).toBe('tool_not_found')
    expect(dispatcher.metrics.securityViolations).toBe(1)
  })

  it.each([42, undefined, null])('rejects on misuse: the name %s', async (name) => {
    const { dispatcher } = nesting((call) => call.executeTool(name as unknown as string))
    const { error } = await dispatcher.executeTool('outer')
    expect(error?.code).toBe('tool_failed')
    expect(error?.cause).toBeInstanceOf(TypeError)
  })

  it('may be made by a function taken from the call', async () => {
    const { dispatcher } = nesting(({ executeTool }) => executeTool('echo', 'taken'))
    expect(codeOf(await nestedIn(dispatcher.executeTool('outer')))).toBe('success: taken')
  })

  it('is forgotten once it has settled, however long its caller runs', async () => {
    const { stdout } = await runModule(
      `
      import { UnifiedToolDispatcher, UserExecutionContext } from ${JSON.stringify(`${DIST}index.js`)}
      const context = UserExecutionContext.create({ userId: 'u-7291', threadId: 't-1', runId: 'r-1' })
      const turn = () => new Promise((resolve) => setImmediate(resolve))
      const outer = async (_input, { executeTool }) => {
        const held = []
        for (let call = 0; call < 100; call += 1) {
          const parameters = { call }
          held.push(new WeakRef(parameters))
          await executeTool('echo', parameters)
        }
        for (let round = 0; round < 5; round += 1) {
          await turn()
          globalThis.gc()
        }
        return held.filter((reference) => reference.deref() !== undefined).length
      }
      const tools = { outer: { execute: outer }, echo: { execute: async () => 'heard' } }
      const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools })
      console.log((await dispatcher.executeTool('outer')).result)
      `,
      ['--expose-gc'],
    )
    expect(Number(stdout)).toBeLessThan(5)
  })

  it('is refused beyond ten levels', async () => {
    const levels: string[] = []
    const dispatcher = dispatcherWith({
      tools: [
        {
          name: 'down',
          execute: async ({ level }: { level: number }, call: ToolCall) => {
            const result = await call.executeTool('down', { level: level + 1 })
            levels.push(`${level + 1}: ${result.success ? 'ran' : result.error.code}`)
          },
        },
      ],
    })
    await dispatcher.executeTool('down', { level: 0 })
    expect(levels.toReversed()).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `${i + 1}: ran`),
      '11: nesting_too_deep',
    ])
  })
})

describe('the time of a nested call', () => {
  const LONGER: { its: string; options?: ExecuteOptions; tool?: number }[] = [
    { its: 'default' },
    { its: 'option 1000', options: { timeoutMs: 1_000 } },
    { its: 'option 0', options: { timeoutMs: 0 } },
    { its: 'option Infinity', options: { timeoutMs: Infinity } },
    { its: "tool's 1000", tool: 1_000 },
  ]

  it.each(LONGER)('is what its caller has left, whatever $its says', async ({ options, tool }) => {
    const nested = gate<ToolExecutionResult>()
    const started = gate()
    const { dispatcher, events } = nesting(
      async (call) => {
        await started.promise
        nested.open(await call.executeTool('slow', {}, options))
      },
      { tools: [{ name: 'slow', timeoutMs: tool, execute: () => new Promise<never>(() => {}) }] },
    )
    const outer = dispatcher.executeTool('outer', {}, { timeoutMs: 100 })
    vi.advanceTimersByTime(60)
    started.open(undefined)
    await settleMicrotasks()
    vi.advanceTimersByTime(39)
    expect(await stateOf(outer)).toBe('pending')
    vi.advanceTimersByTime(1)
    const [inner, outcome] = [await nested.promise, await outer]
    expect([codeOf(inner), codeOf(outcome)]).toEqual(['timeout', 'timeout'])
    expect(inner.error?.message).toBe('Tool slow timed out after 40 ms')
    expect(inner.executionTimeMs).toBe(40)
    expect(events.of('tool_completed').map(({ payload }) => payload.callId)).toEqual([inner.callId, outcome.callId])
  })

  it('is its own where that is less, and its caller goes on', async () => {
    const { dispatcher } = nesting(async (call) => codeOf(await call.executeTool('endless', {}, { timeoutMs: 20 })))
    const outer = dispatcher.executeTool('outer', {}, { timeoutMs: 100 })
    vi.advanceTimersByTime(20)
    expect((await outer).result).toBe('timeout')
  })

  it('is its own where its caller has no end', async () => {
    const { dispatcher } = nesting(async (call) => codeOf(await call.executeTool('endless', {}, { timeoutMs: 20 })))
    const outer = dispatcher.executeTool('outer', {}, { timeoutMs: 0 })
    vi.advanceTimersByTime(20)
    expect((await outer).result).toBe('timeout')
  })
})

describe('the end of the calling call', () => {
  it('aborts the nested one, and its signal, with the same reason', async () => {
    const signals: AbortSignal[] = []
    const nested = gate<ToolExecutionResult>()
    const { dispatcher } = nesting(async (call) => nested.open(await call.executeTool('listens')), {
      tools: [
        {
          name: 'listens',
          execute: (_input: unknown, call: ToolCall) => {
            signals.push(call.signal)
            return new Promise<never>(() => {})
          },
        },
      ],
    })
    const controller = new AbortController()
    const outer = dispatcher.executeTool('outer', {}, { signal: controller.signal })
    const reason = new Error('the user left')
    controller.abort(reason)
    expect([codeOf(await outer), codeOf(await nested.promise)]).toEqual(['aborted', 'aborted'])
    expect(signals).toEqual([expect.objectContaining({ aborted: true, reason })])
  })

  it('aborts a nested call that nobody waits for', async () => {
    const nested = gate<ToolExecutionResult>()
    const { dispatcher, events } = nesting((call) => {
      void call.executeTool('endless').then((result) => nested.open(result))
      return 'gone already'
    })
    const outer = await dispatcher.executeTool('outer')
    expect(outer.result).toBe('gone already')
    const inner = await nested.promise
    expect(inner.error).toMatchObject({
      code: 'aborted',
      message: 'Tool endless was aborted: the tool that called it has settled',
    })
    expect(events.of('tool_completed').map(({ payload }) => payload.callId)).toEqual([inner.callId, outer.callId])
  })

  it('leaves a nested call that is made afterwards no time to run: aborted, with its pair of events', async () => {
    const late = gate<ToolCall>()
    const ran: string[] = []
    const { dispatcher, events } = nesting((call) => late.open(call), {
      tools: [{ name: 'note', execute: () => ran.push('ran') }],
    })
    await dispatcher.executeTool('outer')
    const { executeTool } = await late.promise
    const result = await executeTool('note')
    expect(result.error).toMatchObject({
      code: 'aborted',
      message: 'Tool note was called by a tool whose own call has settled',
    })
    expectPair(events.events, result)
    expect(ran).toEqual([])
  })

  it('by dispose() makes further nested calls reject', async () => {
    const late = gate<ToolCall>()
    const { dispatcher } = nesting((call) => late.open(call))
    await dispatcher.executeTool('outer')
    await dispatcher.dispose()
    const { executeTool } = await late.promise
    await expect(executeTool('echo')).rejects.toThrow(DispatcherDisposedError)
  })
})

describe('the signal of a nested call', () => {
  it('ends that one alone', async () => {
    const controller = new AbortController()
    const { dispatcher } = nesting(async (call) =>
      codeOf(await call.executeTool('endless', {}, { signal: controller.signal })),
    )
    const outer = dispatcher.executeTool('outer')
    controller.abort()
    expect((await outer).result).toBe('aborted')
  })

  it('may be that of its caller', async () => {
    const nested = gate<ToolExecutionResult>()
    const { dispatcher } = nesting(async (call) =>
      nested.open(await call.executeTool('endless', {}, { signal: call.signal })),
    )
    const controller = new AbortController()
    const outer = dispatcher.executeTool('outer', {}, { signal: controller.signal })
    controller.abort()
    expect([codeOf(await nested.promise), codeOf(await outer)]).toEqual(['aborted', 'aborted'])
  })

  it('is followed by calls of the same context in another dispatcher no more than by any other', async () => {
    const context = contextOf()
    const other = dispatcherWith({ tools: [echo] }, context)
    const { dispatcher } = nesting(() => other.executeTool('echo', 'elsewhere'), {}, context)
    expect(codeOf(await nestedIn(dispatcher.executeTool('outer')))).toBe('success: elsewhere')
  })
})
