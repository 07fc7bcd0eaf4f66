import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as legacy from '../src/index.js'

describe('@switchyard/legacy', () => {
  it('exports what the old module did, and nothing else', () => {
    expect(Object.keys(legacy).toSorted()).toEqual([
      'DispatchStrategy',
      'ToolDispatchRequest',
      'ToolDispatchResponse',
      'ToolDispatcher',
      'ToolStatus',
      'UnifiedToolDispatcher',
      'UnifiedToolDispatcherFactory',
      'UserExecutionContext',
      'createRequestScopedDispatcher',
      'createRequestScopedToolDispatcher',
      'createToolDispatcher',
    ])
  })

  it('has one dispatcher class under both names', () => {
    expect(legacy.UnifiedToolDispatcher).toBe(legacy.ToolDispatcher)
  })

  it('has the context class of the canonical package', () => {
    expect(legacy.UserExecutionContext).toBe(canonical.UserExecutionContext)
  })

  it('has the four strategies and the five states', () => {
    expect(legacy.DispatchStrategy).toEqual({
      DEFAULT: 'default',
      ADMIN: 'admin',
      ISOLATED: 'isolated',
      LEGACY: 'legacy',
    })
    expect(legacy.ToolStatus).toEqual({
      SUCCESS: 'success',
      ERROR: 'error',
      PARTIAL_SUCCESS: 'partial_success',
      IN_PROGRESS: 'in_progress',
      COMPLETE: 'complete',
    })
  })

  it('has a request and a response that old code constructs', () => {
    expect(new legacy.ToolDispatchRequest({ toolName: 'add' })).toEqual({ toolName: 'add', parameters: {} })
    const response = new legacy.ToolDispatchResponse({ success: true })
    expect(response).toEqual({ success: true, result: null, error: null, metadata: {} })
    expect(response).toBeInstanceOf(kit.ToolDispatchResponse)
  })

  it('has types of the same names, and of the results', () => {
    expectTypeOf<legacy.UnifiedToolDispatcher>().toEqualTypeOf<legacy.ToolDispatcher>()
    expectTypeOf<legacy.ToolDispatchRequest>().toEqualTypeOf<kit.ToolDispatchRequest>()
    expectTypeOf<legacy.ToolDispatchResponse>().toEqualTypeOf<kit.ToolDispatchResponse>()
    expectTypeOf<legacy.DispatchStrategy>().toEqualTypeOf<'default' | 'admin' | 'isolated' | 'legacy'>()
    expectTypeOf<legacy.ToolStatus>().toEqualTypeOf<kit.ToolStatus>()
    expectTypeOf<legacy.ToolResult>().toEqualTypeOf<kit.ToolResult>()
    expectTypeOf<legacy.LegacyToolExecutionResult>().toEqualTypeOf<kit.LegacyToolExecutionResult>()
    expectTypeOf<legacy.LegacyMetrics>().toEqualTypeOf<kit.LegacyMetrics>()
    expectTypeOf<legacy.UserExecutionContext>().toEqualTypeOf<canonical.UserExecutionContext>()
  })
})
