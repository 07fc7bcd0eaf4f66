import {
  UnifiedToolDispatcher,
  UserExecutionContext,
  type ToolExecutionError,
  type ToolExecutionResult,
} from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import {
  DispatchStrategy,
  toLegacyToolExecutionResult,
  ToolDispatchRequest,
  ToolDispatchResponse,
  ToolStatus,
  toToolDispatchResponse,
  toToolResult,
} from '../src/index.js'
import { constructing } from './support/untyped.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const dispatcher = UnifiedToolDispatcher.createForUser(context, {
  tools: {
    add: { execute: ({ a, b }: { a: number; b: number }) => a + b },
    nothing: { execute: () => {} },
    fail: {
      execute: () => {
        throw new Error('the shelf is empty')
      },
    },
  },
})
const success = await dispatcher.executeTool('add', { a: 1, b: 2 })
const failure = await dispatcher.executeTool('fail')
const unknown = await dispatcher.executeTool('missing')
const limited = failureOf({ code: 'rate_limited', message: 'slow down', retryAfterMs: 250 })
const invalid = failureOf({
  code: 'invalid_input',
  message: 'a is missing',
  issues: [{ message: 'Required', path: ['a'] }],
})

function failureOf(error: ToolExecutionError): ToolExecutionResult {
  const { toolName, callId, userId, runId, executionTimeMs } = unknown
  return { success: false, error, toolName, callId, userId, runId, executionTimeMs }
}

describe('toToolResult()', () => {
  it('wraps what the tool returned in payload.result', () => {
    const result = toToolResult(success, { toolName: 'add', parameters: { a: 1, b: 2 }, startedAt: 1_700_000_000_500 })
    expect(result).toEqual({
      toolInput: { toolName: 'add', kwargs: { a: 1, b: 2 } },
      status: 'success',
      message: '',
      payload: { result: 3 },
      errorDetails: null,
      startTime: 1_700_000_000.5,
      endTime: (1_700_000_000_500 + success.executionTimeMs) / 1000,
      executionMetadata: {},
    })
  })

  it('says what went wrong in message and errorDetails', () => {
    expect(toToolResult(failure)).toMatchObject({
      status: 'error',
      message: 'the shelf is empty',
      payload: null,
      errorDetails: { code: 'tool_failed' },
    })
  })

  it('has issues and retryAfterMs among the details only where there are some', () => {
    expect(toToolResult(failure).errorDetails).toEqual({ code: 'tool_failed' })
    expect(toToolResult(limited).errorDetails).toEqual({ code: 'rate_limited', retryAfterMs: 250 })
    expect(toToolResult(invalid).errorDetails).toEqual({
      code: 'invalid_input',
      issues: [{ message: 'Required', path: ['a'] }],
    })
  })

  it('takes the name from the result and no parameters where the call is not told', () => {
    const before = Date.now() / 1000
    const result = toToolResult(success)
    expect(result.toolInput).toEqual({ toolName: 'add', kwargs: {} })
    expect(result.endTime).toBeGreaterThanOrEqual(before - 0.001)
    expect(result.endTime - result.startTime).toBeCloseTo(success.executionTimeMs / 1000, 5)
  })

  it.each([[undefined], [null], ['text'], [7]])('echoes parameters that are %o as no parameters', (parameters) => {
    expect(toToolResult(success, { toolName: 'add', parameters }).toolInput.kwargs).toEqual({})
  })

  it('keeps the payload of a tool that returns nothing', async () => {
    expect(toToolResult(await dispatcher.executeTool('nothing')).payload).toEqual({ result: undefined })
  })
})

describe('toToolDispatchResponse()', () => {
  it('holds the value, and names tool and run', () => {
    const response = toToolDispatchResponse(success)
    expect(response).toBeInstanceOf(ToolDispatchResponse)
    expect(response).toEqual(
      new ToolDispatchResponse({ success: true, result: 3, metadata: { toolName: 'add', runId: 'run-1' } }),
    )
    expect(response.error).toBeNull()
  })

  it('holds the text of a failure, and null as its result', () => {
    expect(toToolDispatchResponse(failure)).toMatchObject({
      success: false,
      result: null,
      error: 'the shelf is empty',
      metadata: { toolName: 'fail', runId: 'run-1' },
    })
  })

  it('answers an unknown tool without metadata', () => {
    expect(toToolDispatchResponse(unknown)).toMatchObject({
      success: false,
      error: 'Tool missing not found',
      metadata: {},
    })
    expect(toToolDispatchResponse(unknown).metadata).toEqual({})
  })

  it('takes the name that the caller used', () => {
    expect(toToolDispatchResponse(success, { toolName: 'sum' }).metadata).toEqual({ toolName: 'sum', runId: 'run-1' })
  })
})

describe('toLegacyToolExecutionResult()', () => {
  it('unwraps the value', () => {
    const result = toLegacyToolExecutionResult(success)
    expect(result).toEqual({
      success: true,
      result: 3,
      error: null,
      errorMessage: null,
      toolName: 'add',
      userId: 'ada',
      status: 'success',
      executionTimeMs: Math.trunc(success.executionTimeMs),
      createdAt: expect.any(Date) as unknown,
    })
  })

  it('says the failure twice, as error and errorMessage', () => {
    expect(toLegacyToolExecutionResult(failure)).toMatchObject({
      success: false,
      result: null,
      error: 'the shelf is empty',
      errorMessage: 'the shelf is empty',
      status: 'error',
    })
  })

  it('cuts the time to whole milliseconds', () => {
    expect(toLegacyToolExecutionResult({ ...success, executionTimeMs: 12.9 }).executionTimeMs).toBe(12)
  })

  it('leaves a denial a result', () => {
    const denied = failureOf({ code: 'permission_denied', message: 'no' })
    expect(toLegacyToolExecutionResult(denied)).toMatchObject({ success: false, status: 'error', error: 'no' })
  })
})

describe('ToolDispatchRequest', () => {
  it('holds a tool name and parameters, none by default', () => {
    expect(new ToolDispatchRequest({ toolName: 'add' })).toEqual({ toolName: 'add', parameters: {} })
    expect(new ToolDispatchRequest({ toolName: 'add', parameters: { a: 1 } }).parameters).toEqual({ a: 1 })
  })

  it('refuses a name that is no string', () => {
    expect(() => constructing(ToolDispatchRequest, { toolName: 7 })).toThrow(
      new TypeError('toolName must be a string; received number.'),
    )
  })

  it.each([[undefined], [null]])('refuses %o with a message that says what it takes', (fields) => {
    expect(() => constructing(ToolDispatchRequest, fields)).toThrow(TypeError)
  })
})

describe('ToolDispatchResponse', () => {
  it('has null, null and {} for what is not given', () => {
    expect(new ToolDispatchResponse({ success: true })).toEqual({
      success: true,
      result: null,
      error: null,
      metadata: {},
    })
  })

  it('refuses a success that is no boolean', () => {
    expect(() => constructing(ToolDispatchResponse, { success: 'yes' })).toThrow(
      new TypeError('success must be a boolean; received string.'),
    )
  })
})

describe('ToolStatus and DispatchStrategy', () => {
  it('have the values of old', () => {
    expect(ToolStatus).toEqual({
      SUCCESS: 'success',
      ERROR: 'error',
      PARTIAL_SUCCESS: 'partial_success',
      IN_PROGRESS: 'in_progress',
      COMPLETE: 'complete',
    })
    expect(DispatchStrategy).toEqual({ DEFAULT: 'default', ADMIN: 'admin', ISOLATED: 'isolated', LEGACY: 'legacy' })
  })
})
