import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as requestScoped from '../src/index.js'

describe('@switchyard/request-scoped', () => {
  it('exports what the old module did, and nothing else', () => {
    expect(Object.keys(requestScoped).toSorted()).toEqual([
      'RequestScopedToolDispatcher',
      'ToolStatus',
      'UserExecutionContext',
      'WebSocketBridgeAdapter',
      'createRequestScopedToolDispatcher',
      'requestScopedToolDispatcherScope',
    ])
  })

  it('has the context class of the canonical package and the states of the kit', () => {
    expect(requestScoped.UserExecutionContext).toBe(canonical.UserExecutionContext)
    expect(requestScoped.ToolStatus).toEqual(kit.ToolStatus)
  })

  it('has types of the results', () => {
    expectTypeOf<requestScoped.ToolDispatchResponse>().toEqualTypeOf<kit.ToolDispatchResponse>()
    expectTypeOf<requestScoped.ToolStatus>().toEqualTypeOf<kit.ToolStatus>()
    expectTypeOf<requestScoped.ToolResult>().toEqualTypeOf<kit.ToolResult>()
    expectTypeOf<requestScoped.LegacyToolExecutionResult>().toEqualTypeOf<kit.LegacyToolExecutionResult>()
    expectTypeOf<requestScoped.LegacyMetrics>().toEqualTypeOf<kit.LegacyMetrics>()
    expectTypeOf<requestScoped.UserExecutionContext>().toEqualTypeOf<canonical.UserExecutionContext>()
  })
})
