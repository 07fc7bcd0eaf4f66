import { ToolDispatchResponse } from '@switchyard/facade-kit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'
import { warningsOf, codeOf } from '../support/warnings.js'

const add = {
  name: 'add',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }: { a: number; b: number }) => a + b,
}
const fail = {
  name: 'fail',
  execute: () => {
    throw new Error('the shelf is empty')
  },
}
const echo = { name: 'echo', execute: (parameters: unknown) => parameters }
const nothing = { name: 'nothing', execute: () => {} }
const tools = [add, fail, echo, nothing]
const hang = { name: 'hang', execute: () => new Promise(() => {}) }

describe.each(entryPoints)('dispatch() of $name', ({ create }) => {
  it('gives what the tool returned in payload.result, and echoes the call', async () => {
    const before = Date.now() / 1000
    const result = await (await create(contextOf(), tools)).dispatch('add', { a: 1, b: 2 })
    const { startTime, endTime, ...rest } = result
    expect(rest).toEqual({
      toolInput: { toolName: 'add', kwargs: { a: 1, b: 2 } },
      status: 'success',
      message: '',
      payload: { result: 3 },
      errorDetails: null,
      executionMetadata: {},
    })
    expect(startTime).toBeGreaterThanOrEqual(before)
    expect(endTime).toBeGreaterThanOrEqual(startTime)
    expect(endTime).toBeLessThan(before + 3600)
  })

  it('says what went wrong in message and errorDetails, in the same shape', async () => {
    const result = await (await create(contextOf(), tools)).dispatch('fail', { shelf: 4 })
    expect(result).toMatchObject({
      toolInput: { toolName: 'fail', kwargs: { shelf: 4 } },
      status: 'error',
      message: 'the shelf is empty',
      payload: null,
      errorDetails: { code: 'tool_failed' },
      executionMetadata: {},
    })
  })

  it('answers an unknown tool with its name, and bad input with its issues', async () => {
    const facade = await create(contextOf(), tools)
    expect(await facade.dispatch('missing', { a: 1 })).toMatchObject({
      toolInput: { toolName: 'missing', kwargs: { a: 1 } },
      status: 'error',
      message: 'Tool missing not found',
      errorDetails: { code: 'tool_not_found' },
    })
    const invalid = await facade.dispatch('add', { a: 'one', b: 2 })
    expect(invalid.message).toMatch(/^Invalid input for tool add: a: /u)
    expect(invalid.errorDetails).toMatchObject({ code: 'invalid_input', issues: [{ path: ['a'] }] })
  })

  it('reports a denial as an error', async () => {
    const facade = await create(contextOf(), [{ ...echo, requiredRoles: ['clerk'] }])
    expect(await facade.dispatch('echo')).toMatchObject({
      status: 'error',
      errorDetails: { code: 'permission_denied' },
    })
  })

  it.each([[undefined], [null]])('takes %o as no parameters', async (parameters) => {
    const result = await (await create(contextOf(), tools)).dispatch('echo', parameters)
    expect(result).toMatchObject({ toolInput: { kwargs: {} }, payload: { result: {} } })
  })

  it('takes parameters of any name and value', async () => {
    const parameters = {
      tool_name: 'a',
      toolName: 'b',
      context: { userId: 'eve' },
      none: null,
      deep: { list: [1, null] },
    }
    const result = await (await create(contextOf(), tools)).dispatch('echo', parameters)
    expect(result.payload?.result).toEqual(parameters)
    expect(result.toolInput.toolName).toBe('echo')
  })
})

describe.each(entryPoints)('dispatchTool() of $name', ({ create }) => {
  it('gives what the tool returned, with tool name and run id in the metadata', async () => {
    const context = contextOf()
    const response = await (
      await create(context, tools)
    ).dispatchTool('add', { a: 1, b: 2 }, { step: 1 }, context.runId)
    expect(response).toBeInstanceOf(ToolDispatchResponse)
    expect(response).toEqual(
      new ToolDispatchResponse({
        success: true,
        result: 3,
        error: null,
        metadata: { toolName: 'add', runId: context.runId },
      }),
    )
  })

  it('reports a failure in the same shape', async () => {
    const context = contextOf()
    const response = await (await create(context, tools)).dispatchTool('fail', {})
    expect(response).toEqual({
      success: false,
      result: null,
      error: 'the shelf is empty',
      metadata: { toolName: 'fail', runId: context.runId },
    })
  })

  it('answers an unknown tool without metadata', async () => {
    const response = await (await create(contextOf(), tools)).dispatchTool('missing', {})
    expect(response).toBeInstanceOf(ToolDispatchResponse)
    expect(response).toEqual({ success: false, result: null, error: 'Tool missing not found', metadata: {} })
  })

  it('answers another run id exactly like an unknown tool, and counts a security violation', async () => {
    const transport = new Recorder()
    const facade = await create(contextOf(), tools, transport)
    const response = await facade.dispatchTool('add', { a: 1, b: 2 }, null, 'run-of-somebody-else')
    expect(response).toEqual({ success: false, result: null, error: 'Tool add not found', metadata: {} })
    expect(transport.types).toEqual(['tool_executing', 'tool_completed'])
    expect(facade.unified.metrics.securityViolations).toBe(1)
    expect(facade.getMetrics()).toMatchObject({ toolsExecuted: 1, failedExecutions: 1 })
  })

  it.each([[undefined], [null]])('takes %o as a run id that is not given', async (runId) => {
    const response = await (await create(contextOf(), tools)).dispatchTool('add', { a: 1, b: 2 }, undefined, runId)
    expect(response.success).toBe(true)
  })

  it('does not show the state to the tool', async () => {
    const response = await (await create(contextOf(), tools)).dispatchTool('echo', { a: 1 }, { secret: 'state' })
    expect(response.result).toEqual({ a: 1 })
  })
})

describe.each(entryPoints)('executeTool() of $name', ({ create }) => {
  it('gives what the tool returned, unwrapped', async () => {
    const context = contextOf()
    const before = Date.now()
    const result = await (await create(context, tools)).executeTool('add', { a: 1, b: 2 })
    const { executionTimeMs, createdAt, ...rest } = result
    expect(rest).toEqual({
      success: true,
      result: 3,
      error: null,
      errorMessage: null,
      toolName: 'add',
      userId: context.userId,
      status: 'success',
    })
    expect(Number.isInteger(executionTimeMs)).toBe(true)
    expect(createdAt.getTime()).toBeGreaterThanOrEqual(before)
  })

  it('reports a failure in the same shape', async () => {
    const context = contextOf()
    const result = await (await create(context, tools)).executeTool('fail')
    expect(result).toMatchObject({
      success: false,
      result: null,
      error: 'the shelf is empty',
      errorMessage: 'the shelf is empty',
      toolName: 'fail',
      userId: context.userId,
      status: 'error',
    })
  })

  it('answers an unknown tool, and gives null where the tool returned nothing', async () => {
    const facade = await create(contextOf(), tools)
    expect(await facade.executeTool('missing')).toMatchObject({ success: false, error: 'Tool missing not found' })
    expect(await facade.executeTool('nothing')).toMatchObject({ success: true, result: null })
    expect(await facade.executeTool('echo')).toMatchObject({ success: true, result: {} })
  })

  it('throws a denial, after the pair of events, and has counted it', async () => {
    const transport = new Recorder()
    const facade = await create(contextOf(), [{ ...echo, requiredRoles: ['clerk'] }], transport)
    const call = facade.executeTool('echo')
    await expect(call).rejects.toMatchObject({ name: 'PermissionError' })
    await expect(call).rejects.toThrow('requires the role "clerk"')
    expect(transport.types).toEqual(['tool_executing', 'tool_completed'])
    expect(facade.getMetrics()).toMatchObject({ permissionChecks: 1, permissionDenials: 1, failedExecutions: 1 })
  })

  it('checks permissions whatever requirePermissionCheck says, and warns where it says false', async () => {
    const facade = await create(contextOf(), [{ ...echo, requiredRoles: ['clerk'] }, add], new Recorder())
    const check = (requirePermissionCheck: boolean | undefined) =>
      facade.executeTool('echo', {}, { requirePermissionCheck })
    const warnings = await warningsOf(async () => {
      await expect(check(true)).rejects.toThrow('clerk')
      await expect(check(undefined)).rejects.toThrow('clerk')
    })
    expect(warnings).toEqual([])
    const later = await warningsOf(() => expect(check(false)).rejects.toThrow('clerk'))
    expect(later.map(codeOf)).toEqual(['SWITCHYARD_PERMISSION_CHECK'])
  })
})

describe.each(entryPoints)('the options of a call through $name', ({ create }) => {
  it('give a call less time than it would have', async () => {
    const facade = await create(contextOf(), [hang])
    const options = { timeoutMs: 1 }
    expect((await facade.dispatch('hang', {}, options)).errorDetails).toEqual({ code: 'timeout' })
    expect((await facade.dispatchTool('hang', {}, null, null, options)).error).toBe('Tool hang timed out after 1 ms')
    expect((await facade.executeTool('hang', {}, options)).error).toBe('Tool hang timed out after 1 ms')
  })

  it('abort a call', async () => {
    const facade = await create(contextOf(), [hang])
    for (const call of [
      (signal: AbortSignal) => facade.dispatch('hang', {}, { signal }).then(({ message }) => message),
      (signal: AbortSignal) => facade.dispatchTool('hang', {}, null, null, { signal }).then(({ error }) => error),
      (signal: AbortSignal) => facade.executeTool('hang', {}, { signal }).then(({ error }) => error),
    ]) {
      const controller = new AbortController()
      const message = call(controller.signal)
      controller.abort()
      expect(await message).toBe('Tool hang was aborted')
    }
  })

  it('may be null', async () => {
    const facade = await create(contextOf(), tools)
    expect((await facade.dispatch('echo', {}, null)).status).toBe('success')
    expect((await facade.dispatchTool('echo', {}, null, null, null)).success).toBe(true)
    expect((await facade.executeTool('echo', {}, null)).success).toBe(true)
  })
})
