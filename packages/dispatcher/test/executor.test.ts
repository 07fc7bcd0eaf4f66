import { describe, expect, it } from 'vitest'
import { defineTool, type ExecutorCall, type ToolExecutor } from '../src/index.js'
import { z } from 'zod'
import { gate } from './support/gate.js'
import { codeOf, expectPair, Recorder } from './support/recorder.js'
import { contextOf, dispatcherWith } from './support/requests.js'

const double = defineTool({
  name: 'double',
  inputSchema: z.object({ value: z.coerce.number() }),
  execute: () => 'ran here',
})
const local = { name: 'local', execute: () => 'ran here' }

/** An executor of the tool `double` that keeps the calls it was given. */
function elsewhere(run: (call: ExecutorCall) => unknown): ToolExecutor & { readonly calls: ExecutorCall[] } {
  const calls: ExecutorCall[] = []
  return {
    calls,
    handles: ({ name }) => name === 'double',
    run: async (call) => {
      calls.push(call)
      return run(call)
    },
  }
}

describe('the option executor', () => {
  it('runs the bodies of the tools that it handles, with the validated input, and leaves the others here', async () => {
    const executor = elsewhere(({ input }) => ({ doubled: (input as { value: number }).value * 2 }))
    const events = new Recorder()
    const context = contextOf()
    const dispatcher = dispatcherWith({ tools: [double, local], executor, events }, context)
    const result = await dispatcher.executeTool('double', { value: '21' })
    expect(result.result).toEqual({ doubled: 42 })
    expectPair(events.events, result)
    expect((await dispatcher.executeTool('local')).result).toBe('ran here')
    expect(executor.calls).toHaveLength(1)
    expect(executor.calls[0]).toMatchObject({ input: { value: 21 }, toolName: 'double', callId: result.callId })
    expect(executor.calls[0]?.context).toBe(context)
    expect(executor.calls[0]?.tool.name).toBe('double')
  })

  it('is not asked to run what is refused', async () => {
    const executor = elsewhere(() => 'ran')
    const dispatcher = dispatcherWith({ tools: [{ ...double, requiredRoles: ['clerk'] }], executor })
    expect(codeOf(await dispatcher.executeTool('double', { value: 1 }))).toBe('permission_denied')
    const open = dispatcherWith({ tools: [double], executor })
    expect(codeOf(await open.executeTool('double', { value: 'many' }))).toBe('invalid_input')
    expect(executor.calls).toEqual([])
  })

  it('fails the call with what it throws or rejects', async () => {
    const lost = new Error('the worker was lost')
    const rejecting = dispatcherWith({ tools: [double], executor: elsewhere(() => Promise.reject(lost)) })
    const result = await rejecting.executeTool('double', { value: 1 })
    expect(result.error).toEqual({ code: 'tool_failed', message: 'the worker was lost', cause: lost })
    const asking = dispatcherWith({
      tools: [double],
      executor: {
        handles: () => {
          throw lost
        },
        run: async () => 'ran',
      },
    })
    expect(codeOf(await asking.executeTool('double', { value: 1 }))).toBe('tool_failed')
  })

  it('hears of an abort by the signal, and its late result is dropped', async () => {
    const worker = gate<string>()
    const controller = new AbortController()
    const events = new Recorder()
    const executor = elsewhere(({ signal }) => {
      signal.addEventListener('abort', () => worker.open('too late'))
      return worker.promise
    })
    const dispatcher = dispatcherWith({ tools: [double], executor, events })
    const call = dispatcher.executeTool('double', { value: 1 }, { signal: controller.signal })
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    expect(await worker.promise).toBe('too late')
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
  })

  it('reports progress as the call', async () => {
    const events = new Recorder()
    const executor = elsewhere((call) => call.reportProgress({ percent: 50 }))
    await dispatcherWith({ tools: [double], executor, events }).executeTool('double', { value: 1 })
    expect(events.only('tool_progress').payload.progress).toEqual({ percent: 50 })
  })

  it.each([null, 'queue', {}, { handles: () => true }])('is refused when it is %j', (executor) => {
    expect(() => dispatcherWith({ executor: executor as never })).toThrow(
      /executor must be an object with handles\(tool\) and run\(call\); received/,
    )
  })
})
