import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type DispatchMiddleware, type ToolExecutionResult, type ToolLike } from '../src/index.js'
import { gate, settleMicrotasks } from './support/gate.js'
import { codeOf, expectPair, Recorder } from './support/recorder.js'
import { contextOf, dispatcherWith } from './support/requests.js'

const echo = { name: 'echo', execute: (input: unknown) => input }

/** A tool that counts how often it runs. */
function counter(): ToolLike & { readonly runs: number } {
  let runs = 0
  return {
    name: 'count',
    get runs() {
      return runs
    },
    execute: () => {
      runs += 1
      return runs
    },
  }
}

/** A middleware that writes down when it is entered and left. */
function tracing(name: string, log: string[]): DispatchMiddleware {
  return async (_, next) => {
    log.push(`> ${name}`)
    const result = await next()
    log.push(`< ${name}`)
    return result
  }
}

describe('the middleware of a dispatcher', () => {
  it('wraps the execution, the first of the list outermost', async () => {
    const log: string[] = []
    const tool = { name: 'work', execute: () => log.push('work') }
    const dispatcher = dispatcherWith({ tools: [tool], middleware: ['a', 'b', 'c'].map((name) => tracing(name, log)) })
    await dispatcher.executeTool('work')
    expect(log).toEqual(['> a', '> b', '> c', 'work', '< c', '< b', '< a'])
  })

  it('sees the call: allowed, within the limits and validated', async () => {
    const seen: unknown[] = []
    const double = {
      name: 'double',
      requiredRoles: ['clerk'],
      inputSchema: z.object({ value: z.coerce.number() }),
      execute: ({ value }: { value: number }) => value * 2,
    }
    const middleware: DispatchMiddleware[] = [
      (call, next) => {
        const { toolName, tool, parameters, context, callId } = call
        seen.push({ toolName, tool: tool.name, parameters, userId: context.userId, callId })
        return next()
      },
    ]
    const clerk = contextOf({ roles: ['clerk'] })
    const dispatcher = dispatcherWith({ tools: [double], middleware }, clerk)
    const result = await dispatcher.executeTool('double', { value: '21' })
    expect(result.result).toBe(42)
    const { callId } = result
    expect(seen).toEqual([
      { toolName: 'double', tool: 'double', parameters: { value: 21 }, userId: clerk.userId, callId },
    ])
    await dispatcher.executeTool('double', { value: 'many' })
    await dispatcher.executeTool('unknown')
    await dispatcherWith({ tools: [double], middleware }).executeTool('double', { value: 1 })
    expect(seen).toHaveLength(1)
  })

  it('runs only around the calls of its own dispatcher', async () => {
    const log: string[] = []
    await dispatcherWith({ tools: [echo], middleware: [tracing('a', log)] }).executeTool('echo')
    await dispatcherWith({ tools: [echo] }).executeTool('echo')
    expect(log).toHaveLength(2)
  })

  it('runs around nested calls too', async () => {
    const log: string[] = []
    const outer: ToolLike = { name: 'outer', execute: (_: unknown, call) => call.executeTool('echo', 'inner') }
    await dispatcherWith({ tools: [outer, echo], middleware: [tracing('a', log)] }).executeTool('outer')
    expect(log).toEqual(['> a', '> a', '< a', '< a'])
  })

  it('is copied: a change of the list changes nothing', async () => {
    const log: string[] = []
    const middleware = [tracing('a', log)]
    const dispatcher = dispatcherWith({ tools: [echo], middleware })
    middleware.push(tracing('b', log))
    await dispatcher.executeTool('echo')
    expect(log).toEqual(['> a', '< a'])
  })

  it.each([null, {}, 'log', [1], [undefined]])('is refused when it is %j', (middleware) => {
    expect(() => dispatcherWith({ middleware: middleware as never })).toThrow(
      /^middleware must be an array of functions/,
    )
  })
})

describe('what a middleware returns', () => {
  it('is the result: it may replace the output, or a failure', async () => {
    const replacing: DispatchMiddleware = async (_, next) => {
      const result = await next()
      return result.success
        ? { ...result, result: 'replaced' }
        : { ...result, error: { code: 'aborted', message: 'mine' } }
    }
    const bad = { name: 'bad', execute: () => Promise.reject(new Error('no')) }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [echo, bad], middleware: [replacing], events })
    expect((await dispatcher.executeTool('echo', 'x')).result).toBe('replaced')
    expect(events.only('tool_completed').payload.result).toBe('replaced')
    expect((await dispatcher.executeTool('bad')).error).toEqual({ code: 'aborted', message: 'mine' })
    expect(dispatcher.metrics).toMatchObject({ successfulExecutions: 1, failedExecutions: 1 })
  })

  it('may turn a failure into a success, which counts as one', async () => {
    const healing: DispatchMiddleware = async (_, next) => {
      const result = await next()
      const { error, ...facts } = result
      return error === undefined ? result : { ...facts, success: true, result: 'healed' }
    }
    const bad = { name: 'bad', execute: () => Promise.reject(new Error('no')) }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [bad], middleware: [healing], events })
    const result = await dispatcher.executeTool('bad')
    expectPair(events.events, result)
    expect(codeOf(result)).toBe('success: healed')
  })

  it('is stamped with the ids and the time of the call', async () => {
    const forging: DispatchMiddleware = () => ({
      success: true,
      result: 'forged',
      ...{ userId: 'u-666', runId: 'r-666', callId: 'c-666', toolName: 'other', executionTimeMs: -1 },
    })
    const context = contextOf()
    const events = new Recorder()
    const result = await dispatcherWith({ tools: [echo], middleware: [forging], events }, context).executeTool('echo')
    const { userId, runId } = context
    expect(result).toMatchObject({ result: 'forged', userId, runId, toolName: 'echo' })
    expect(result.callId).not.toBe('c-666')
    expect(result.executionTimeMs).toBeGreaterThanOrEqual(0)
    expectPair(events.events, result)
  })

  it('keeps nothing else that the middleware put on the result', async () => {
    const adding: DispatchMiddleware = async (_, next) => ({ ...(await next()), extra: 'x' })
    expect(await dispatcherWith({ tools: [echo], middleware: [adding] }).executeTool('echo')).not.toHaveProperty(
      'extra',
    )
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', 'done'],
    ['an object without success', { result: 1 }],
    ['a success that is no boolean', { success: 'true', result: 1 }],
    ['a failure without an error', { success: false }],
    ['a failure with text for an error', { success: false, error: 'no' }],
    ['an error without a code', { success: false, error: { message: 'no' } }],
    ['an error without a message', { success: false, error: { code: 'aborted' } }],
    ['an array', [true]],
  ])('is tool_failed when it is %s', async (_, value) => {
    for (const middleware of [() => value, async () => value] as DispatchMiddleware[]) {
      const events = new Recorder()
      const result = await dispatcherWith({ tools: [echo], middleware: [middleware], events }).executeTool('echo')
      expect(codeOf(result)).toBe('tool_failed')
      expect(result.error?.message).toMatch(/^A middleware of tool echo must return a ToolExecutionResult/)
      expectPair(events.events, result)
    }
  })

  it('is tool_failed when it cannot be read', async () => {
    const hostile = new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : Reflect.get(null as never, key)) })
    const dispatcher = dispatcherWith({ tools: [echo], middleware: [() => hostile as never] })
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('tool_failed')
  })

  it('is held to the output limit, which an output that it cut down no longer is', async () => {
    const limits = { maxOutputBytes: 100 }
    const tools = [{ name: 'give', execute: () => 'x'.repeat(200) }, echo]
    const growing: DispatchMiddleware = async (_, next) =>
      ({ ...(await next()), success: true, result: 'x'.repeat(200) }) as never
    const cutting: DispatchMiddleware = async (_, next) => ({ ...(await next()), result: 'short' }) as never
    const tooLarge = await dispatcherWith({ tools, limits, middleware: [growing] }).executeTool('echo')
    expect(codeOf(tooLarge)).toBe('output_too_large')
    const cut = await dispatcherWith({ tools, limits, middleware: [cutting] }).executeTool('give')
    expect(codeOf(cut)).toBe('success: short')
  })
})

describe('a middleware that throws', () => {
  it.each<[string, DispatchMiddleware]>([
    [
      'at once',
      () => {
        throw new Error('no')
      },
    ],
    ['late', () => Promise.reject(new Error('no'))],
    [
      'after the tool',
      async (_, next) => {
        await next()
        throw new Error('no')
      },
    ],
  ])('is tool_failed with its message, when it throws %s', async (_, middleware) => {
    const events = new Recorder()
    const result = await dispatcherWith({ tools: [echo], middleware: [middleware], events }).executeTool('echo')
    expect(result.error).toMatchObject({ code: 'tool_failed', message: 'no' })
    expect(result.error?.cause).toBeInstanceOf(Error)
    expectPair(events.events, result)
  })

  it('makes the next() of the one around it reject, never throw', async () => {
    const inner: DispatchMiddleware = () => {
      throw new Error('no')
    }
    const outer: DispatchMiddleware = (call, next) =>
      next().catch((): ToolExecutionResult => {
        const { toolName, callId, context } = call
        const { userId, runId } = context
        return { success: true, result: 'caught', toolName, callId, userId, runId, executionTimeMs: 0 }
      })
    const dispatcher = dispatcherWith({ tools: [echo], middleware: [outer, inner] })
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('success: caught')
  })
})

describe('next()', () => {
  it('leaves no rejection unhandled where nobody waits for it, and the middleware inside throws', async () => {
    const unhandled: unknown[] = []
    const onUnhandled = (cause: unknown) => void unhandled.push(cause)
    process.on('unhandledRejection', onUnhandled)
    onTestFinished(() => void process.off('unhandledRejection', onUnhandled))
    const stale: DispatchMiddleware = ({ toolName, callId, context: { userId, runId } }, next) => {
      void next()
      return { success: true, result: 'stale', toolName, callId, userId, runId, executionTimeMs: 0 }
    }
    const broken: DispatchMiddleware = () => Promise.reject(new Error('no'))
    const dispatcher = dispatcherWith({ tools: [echo], middleware: [stale, broken] })
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('success: stale')
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).toEqual([])
  })

  it('gives the result of the tool, a failure too, and never rejects for it', async () => {
    const seen: unknown[] = []
    const bad = { name: 'bad', execute: () => Promise.reject(new Error('no')) }
    const looking: DispatchMiddleware = async (_, next) => {
      const result = await next()
      seen.push(result)
      return result
    }
    const dispatcher = dispatcherWith({ tools: [bad, echo], middleware: [looking] })
    const failed = await dispatcher.executeTool('bad')
    const fine = await dispatcher.executeTool('echo', 1)
    const shape = ({ toolName, callId, userId, runId }: ToolExecutionResult) => ({ toolName, callId, userId, runId })
    expect(seen).toMatchObject([
      { success: false, error: { code: 'tool_failed', message: 'no' }, ...shape(failed) },
      { success: true, result: 1, ...shape(fine) },
    ])
  })

  it('need not be called: the tool does not run then', async () => {
    const tool = counter()
    const cached: DispatchMiddleware = (call) => ({
      ...{ success: true, result: 'cached', toolName: call.toolName, callId: call.callId },
      ...{ userId: call.context.userId, runId: call.context.runId, executionTimeMs: 0 },
    })
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [tool], middleware: [cached], events })
    const result = await dispatcher.executeTool('count')
    expect([codeOf(result), tool.runs]).toEqual(['success: cached', 0])
    expectPair(events.events, result)
  })

  it('runs the tool each time it is called, within the one call', async () => {
    const tool = counter()
    const retrying: DispatchMiddleware = async (_, next) => {
      await next()
      return next()
    }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [tool], middleware: [retrying], events })
    const result = await dispatcher.executeTool('count')
    expect([codeOf(result), tool.runs, dispatcher.metrics.toolsExecuted]).toEqual(['success: 2', 2, 1])
    expectPair(events.events, result)
  })

  it('runs no tool once the call has settled', async () => {
    const tool = counter()
    const door = gate()
    const late: ToolExecutionResult[] = []
    const waiting: DispatchMiddleware = async (_, next) => {
      await door.promise
      const result = await next()
      late.push(result)
      return result
    }
    const controller = new AbortController()
    const dispatcher = dispatcherWith({ tools: [tool], middleware: [waiting] })
    const call = dispatcher.executeTool('count', {}, { signal: controller.signal })
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    door.open(undefined)
    await settleMicrotasks()
    expect([late.map(codeOf), tool.runs]).toEqual([['aborted'], 0])
  })
})
