import { describe, expect, it } from 'vitest'
import { DispatcherDisposedError, type ExecuteOptions, UnifiedToolDispatcher } from '../../src/index.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

const tools = [{ name: 'echo', execute: (input: unknown) => input }]

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('executeTool() with a name that is no string', () => {
  const names: [what: string, name: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['a bigint', 7n],
    ['an object', { toolName: 'echo', parameters: {} }],
    ['an array', ['echo']],
    ['a String object', Object('echo')],
    ['a symbol', Symbol('echo')],
    ['a function', () => 'echo'],
    ['a proxy that cannot be read', revoked()],
  ]

  it.each(names)('rejects with a TypeError, and never throws synchronously: %s', async (_what, name) => {
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools, events })
    const call = dispatcher.executeTool(name as string)
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow("A tool's name is a string; received")
    expect(events.events).toEqual([])
    expect(dispatcher.metrics.toolsExecuted).toBe(0)
  })
})

describe('executeTool() with a wrong option', () => {
  const unreadable = {
    get timeoutMs(): number {
      throw new Error('no such time')
    },
  }
  const cases: [message: string, options: unknown][] = [
    ['The options of a call are an object; received null.', null],
    ['The options of a call are an object; received 5000.', 5_000],
    ['The options of a call are an object; received a function.', () => {}],
    ['options.signal must be an AbortSignal; received an object.', { signal: { aborted: true } }],
    [
      'options.signal must be an AbortSignal; received an instance of AbortController.',
      { signal: new AbortController() },
    ],
    ['options.signal must be an AbortSignal; received null.', { signal: null }],
    ['options.timeoutMs must be milliseconds, 0 or more; received -1.', { timeoutMs: -1 }],
    ['options.timeoutMs must be milliseconds, 0 or more; received NaN.', { timeoutMs: Number.NaN }],
    ['options.timeoutMs must be milliseconds, 0 or more; received "50".', { timeoutMs: '50' }],
    ['options.timeoutMs must be milliseconds, 0 or more; received null.', { timeoutMs: null }],
    ['The options of a call must be readable; reading them threw: no such time', unreadable],
  ]

  it.each(cases)('rejects, and never throws synchronously: %s', async (message, options) => {
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools, events })
    const call = dispatcher.executeTool('echo', {}, options as ExecuteOptions)
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow(message)
    expect(events.events).toEqual([])
    expect(dispatcher.metrics.toolsExecuted).toBe(0)
  })

  it('takes options that say nothing', async () => {
    const options = { signal: undefined, timeoutMs: undefined, runId: undefined }
    expect(codeOf(await dispatcherWith({ tools }).executeTool('echo', 'hi', options))).toBe('success: hi')
  })
})

describe('executeTool() after dispose()', () => {
  it.each(['echo', 'missing', 42])(
    'rejects with DispatcherDisposedError, never throwing synchronously: %s',
    async (name) => {
      const dispatcher = dispatcherWith({ tools })
      await dispatcher.dispose()
      const call = dispatcher.executeTool(name as string)
      await expect(call).rejects.toThrow(DispatcherDisposedError)
      await expect(call).rejects.toMatchObject({ code: 'dispatcher_disposed', dispatcherId: dispatcher.dispatcherId })
      await expect(call).rejects.toThrow(
        `executeTool(${JSON.stringify(name)}) on dispatcher ${dispatcher.dispatcherId}`,
      )
    },
  )
})

describe('the name of a tool', () => {
  const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'then']

  it.each([...inherited, '', ' ', 'Echo', 'echo ', 'no\nsuch tool', 'x'.repeat(1_000)])(
    'is looked up among the registered ones only: %j is not found',
    async (name) => {
      for (const given of [tools, { echo: { execute: () => 'ran' } }]) {
        const events = new Recorder()
        const dispatcher = dispatcherWith({ tools: given, events })
        const result = await dispatcher.executeTool(name)
        expect(result.error).toEqual({ code: 'tool_not_found', message: `Tool ${name} not found` })
        expect(result.toolName).toBe(name)
        expectPair(events.events, result)
        expect(dispatcher.hasTool(name)).toBe(false)
      }
    },
  )

  it.each(inherited)('may be that of something inherited, once it is registered: %s', async (name) => {
    const dispatcher = dispatcherWith({ tools: [{ name, execute: () => 'mine' }] })
    expect((await dispatcher.executeTool(name)).result).toBe('mine')
    expect(Object.keys(dispatcher.tools)).toEqual([name])
    expect(dispatcher.tools[name]?.name).toBe(name)
  })
})

describe('the option runId', () => {
  it.each(['run-2', 'RUN-1', ''])('that is not of this run finds no tool, and is a violation: %j', async (runId) => {
    const events = new Recorder()
    const ran: unknown[] = []
    const dispatcher = dispatcherWith({ tools: { note: { execute: (input: unknown) => ran.push(input) } }, events })
    const before = UnifiedToolDispatcher.globalMetrics().securityViolations
    const result = await dispatcher.executeTool('note', {}, { runId })
    expect(result.error).toEqual({ code: 'tool_not_found', message: 'Tool note not found' })
    expect(result.runId).toBe('run-1')
    expectPair(events.events, result)
    expect(ran).toEqual([])
    expect(dispatcher.metrics).toMatchObject({ securityViolations: 1, toolsExecuted: 1, permissionChecks: 0 })
    expect(UnifiedToolDispatcher.globalMetrics().securityViolations).toBe(before + 1)
  })

  it('of this run changes nothing', async () => {
    const dispatcher = dispatcherWith({ tools })
    expect(codeOf(await dispatcher.executeTool('echo', 'hi', { runId: 'run-1' }))).toBe('success: hi')
    expect(dispatcher.metrics.securityViolations).toBe(0)
  })

  it('counts no violation for a tool that is merely unknown', async () => {
    const dispatcher = dispatcherWith({ tools })
    await dispatcher.executeTool('missing', {}, { runId: 'run-1' })
    expect(dispatcher.metrics.securityViolations).toBe(0)
  })
})

describe('the parameters', () => {
  it.each([{ given: [] }, { given: [undefined] }])('are an empty object when they are $given', async ({ given }) => {
    const events = new Recorder()
    const result = await dispatcherWith({ tools, events }).executeTool('echo', ...given)
    expect(result.result).toEqual({})
    expect(events.shownParameters).toEqual({})
  })

  it.each([{ given: null }, { given: 0 }, { given: '' }, { given: false }, { given: [] }])(
    'reach the tool as they are: $given',
    async ({ given }) => {
      expect((await dispatcherWith({ tools }).executeTool('echo', given)).result).toBe(given)
    },
  )
})
