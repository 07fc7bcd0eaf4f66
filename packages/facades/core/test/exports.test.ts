import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as core from '../src/index.js'

describe('@switchyard/core', () => {
  it('exports what the old module did, and nothing else', () => {
    expect(Object.keys(core).toSorted()).toEqual([
      'ToolDispatchRequest',
      'ToolDispatchResponse',
      'ToolDispatcher',
      'ToolDispatcherCore',
      'ToolStatus',
      'UserExecutionContext',
    ])
  })

  it('has one dispatcher class under both names', () => {
    expect(core.ToolDispatcherCore).toBe(core.ToolDispatcher)
    expectTypeOf<core.ToolDispatcherCore>().toEqualTypeOf<core.ToolDispatcher>()
  })

  it('has the context class of the canonical package and the states of the kit', () => {
    expect(core.UserExecutionContext).toBe(canonical.UserExecutionContext)
    expect(core.ToolStatus).toEqual(kit.ToolStatus)
  })

  it('has a request and a response that old code constructs', () => {
    expect(new core.ToolDispatchRequest({ toolName: 'add', parameters: { a: 1 } })).toEqual({
      toolName: 'add',
      parameters: { a: 1 },
    })
    const response = new core.ToolDispatchResponse({ success: false, error: 'no' })
    expect(response).toEqual({ success: false, result: null, error: 'no', metadata: {} })
    expect(response).toBeInstanceOf(kit.ToolDispatchResponse)
  })

  it('has types of the results', () => {
    expectTypeOf<core.ToolDispatchRequest>().toEqualTypeOf<kit.ToolDispatchRequest>()
    expectTypeOf<core.ToolDispatchResponse>().toEqualTypeOf<kit.ToolDispatchResponse>()
    expectTypeOf<core.ToolStatus>().toEqualTypeOf<kit.ToolStatus>()
    expectTypeOf<core.ToolResult>().toEqualTypeOf<kit.ToolResult>()
    expectTypeOf<core.LegacyToolExecutionResult>().toEqualTypeOf<kit.LegacyToolExecutionResult>()
    expectTypeOf<core.LegacyMetrics>().toEqualTypeOf<kit.LegacyMetrics>()
    expectTypeOf<core.UserExecutionContext>().toEqualTypeOf<canonical.UserExecutionContext>()
  })
})
