import { UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { AuthenticationError, PermissionError, SecurityViolationError, throwIfDenied } from '../src/index.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const dispatcher = UnifiedToolDispatcher.createForUser(context, {
  tools: { system_config: { execute: () => 'reset' }, greet: { execute: () => 'hello' } },
})

describe('throwIfDenied()', () => {
  it('gives a success back as it is', async () => {
    const result = await dispatcher.executeTool('greet')
    expect(throwIfDenied(result)).toBe(result)
  })

  it('gives every other failure back as it is', async () => {
    const result = await dispatcher.executeTool('missing')
    expect(throwIfDenied(result)).toBe(result)
  })

  it('throws PermissionError with the reason for a denial', async () => {
    const result = await dispatcher.executeTool('system_config')
    expect(result.error?.code).toBe('permission_denied')
    expect(() => throwIfDenied(result)).toThrow(PermissionError)
    expect(() => throwIfDenied(result)).toThrow(result.error?.message)
  })
})

describe('the errors of old', () => {
  it.each([
    ['PermissionError', PermissionError],
    ['AuthenticationError', AuthenticationError],
    ['SecurityViolationError', SecurityViolationError],
  ])('%s is an Error of that name', (name, ErrorClass) => {
    const cause = new Error('why')
    const error = new ErrorClass('text', { cause })
    expect(error).toBeInstanceOf(Error)
    expect({ name: error.name, message: error.message, cause: error.cause }).toEqual({ name, message: 'text', cause })
  })
})
