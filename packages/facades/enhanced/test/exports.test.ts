import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as enhanced from '../src/index.js'

describe('@switchyard/enhanced', () => {
  it('exports what the old module did, and nothing else', () => {
    expect(Object.keys(enhanced).toSorted()).toEqual([
      'AuthenticationError',
      'DispatchStrategy',
      'EnhancedToolDispatcher',
      'EnhancedToolDispatcherFactory',
      'PermissionError',
      'SecurityViolationError',
      'ToolDispatchRequest',
      'ToolDispatchResponse',
      'ToolDispatcher',
      'ToolDispatcherFactory',
      'ToolStatus',
      'UserExecutionContext',
      'createEnhancedDispatcher',
      'createRequestScopedDispatcher',
    ])
  })

  it('has one dispatcher class and one factory under both names', () => {
    expect(enhanced.ToolDispatcher).toBe(enhanced.EnhancedToolDispatcher)
    expect(enhanced.ToolDispatcherFactory).toBe(enhanced.EnhancedToolDispatcherFactory)
    expectTypeOf<enhanced.ToolDispatcher>().toEqualTypeOf<enhanced.EnhancedToolDispatcher>()
  })

  it('has the permission error that all facades throw', () => {
    expect(enhanced.PermissionError).toBe(kit.PermissionError)
  })

  it('has three errors that old code catches and throws', () => {
    for (const [name, Thrown] of Object.entries({
      AuthenticationError: enhanced.AuthenticationError,
      PermissionError: enhanced.PermissionError,
      SecurityViolationError: enhanced.SecurityViolationError,
    })) {
      const error = new Thrown('why', { cause: 'because' })
      expect(error).toBeInstanceOf(Error)
      expect(error).toBeInstanceOf(Thrown)
      expect(error).toMatchObject({ name, message: 'why', cause: 'because' })
    }
    expect(new enhanced.AuthenticationError('why')).toBeInstanceOf(kit.AuthenticationError)
  })

  it('has the context class of the canonical package, the strategies and the states', () => {
    expect(enhanced.UserExecutionContext).toBe(canonical.UserExecutionContext)
    expect(enhanced.DispatchStrategy).toEqual(kit.DispatchStrategy)
    expect(enhanced.ToolStatus).toEqual(kit.ToolStatus)
  })

  it('has a request and a response that old code constructs', () => {
    expect(new enhanced.ToolDispatchRequest({ toolName: 'add' })).toEqual({ toolName: 'add', parameters: {} })
    expect(new enhanced.ToolDispatchResponse({ success: true, result: 3 })).toEqual({
      success: true,
      result: 3,
      error: null,
      metadata: {},
    })
  })

  it('has types of the same names, and of the results', () => {
    expectTypeOf<enhanced.AuthenticationError>().toEqualTypeOf<kit.AuthenticationError>()
    expectTypeOf<enhanced.PermissionError>().toEqualTypeOf<kit.PermissionError>()
    expectTypeOf<enhanced.SecurityViolationError>().toEqualTypeOf<kit.SecurityViolationError>()
    expectTypeOf<enhanced.ToolDispatchRequest>().toEqualTypeOf<kit.ToolDispatchRequest>()
    expectTypeOf<enhanced.ToolDispatchResponse>().toEqualTypeOf<kit.ToolDispatchResponse>()
    expectTypeOf<enhanced.ToolStatus>().toEqualTypeOf<kit.ToolStatus>()
    expectTypeOf<enhanced.ToolResult>().toEqualTypeOf<kit.ToolResult>()
    expectTypeOf<enhanced.LegacyToolExecutionResult>().toEqualTypeOf<kit.LegacyToolExecutionResult>()
    expectTypeOf<enhanced.LegacyMetrics>().toEqualTypeOf<kit.LegacyMetrics>()
    expectTypeOf<enhanced.UserExecutionContext>().toEqualTypeOf<canonical.UserExecutionContext>()
  })
})
