import { describe, expect, it } from 'vitest'
import { InvalidToolError, type ToolLike } from '../../src/index.js'
import { fromOpenAiAgentsTool } from '../../src/interop.js'
import { dispatcherWith } from '../support/requests.js'

const tool = {
  type: 'function' as const,
  name: 'pay',
  description: 'Pays',
  parameters: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
  invoke: (..._: unknown[]): unknown => 'paid',
}

const outcomeOf = async (invoke: (...parameters: unknown[]) => unknown, more: object = {}) => {
  const { success, result, error } = await dispatcherWith({ tools: [{ ...tool, ...more, invoke }] }).executeTool(
    'pay',
    {
      amount: 1,
    },
  )
  return success ? { result } : { code: error?.code, message: error?.message }
}

describe('a function tool of the OpenAI Agents SDK', () => {
  it.each([
    ['names the exception', ' Error: TypeError: no money', 'tool_failed', 'no money'],
    ['has lines', ' Error: Error: no\nmoney', 'tool_failed', 'no\nmoney'],
    ['is of something that is no error', ' Error: no money: none', 'tool_failed', 'no money: none'],
    ['names an error that is called otherwise', ' Error: Bankrupt: no money', 'tool_failed', 'Bankrupt: no money'],
    [
      'tells no more, as that of version 0.20',
      '',
      'tool_failed',
      'An error occurred while running the tool. Please try again.',
    ],
    [
      'is of its input',
      ' Error: InvalidToolInputError: Invalid JSON input for tool',
      'invalid_input',
      'Invalid input for tool pay: Invalid JSON input for tool',
    ],
  ])('has failed when the text of its failure %s', async (_what, rest, code, message) => {
    const text = `An error occurred while running the tool. Please try again.${rest}`
    expect(await outcomeOf(() => Promise.resolve(text))).toEqual({ code, message })
  })

  it('has failed by its own time when its text says so', async () => {
    const text = "Tool 'pay' timed out after 1000ms."
    expect(await outcomeOf(() => text, { timeoutMs: 1000 })).toEqual({ code: 'timeout', message: text })
    expect(await outcomeOf(() => text)).toEqual({ result: text })
  })

  it('may answer with other texts, and with anything', async () => {
    for (const result of ['An error occurred', '', 7, { error: true }, undefined]) {
      expect(await outcomeOf(() => result)).toEqual({ result })
    }
  })

  it('shows its schema as it is, and lets callers leave out what strict mode requires to be null', async () => {
    const parameters = {
      type: 'object',
      properties: {
        amount: { type: 'number' },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        to: {
          type: ['object', 'null'],
          properties: { bank: { type: ['string', 'null'] }, account: { type: 'string' } },
          required: ['bank', 'account'],
        },
      },
      required: ['amount', 'note', 'to'],
      additionalProperties: false,
    }
    const dispatcher = dispatcherWith({ tools: [{ ...tool, parameters }] })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual(parameters)
    for (const input of [{ amount: 1 }, { amount: 1, note: null, to: null }, { amount: 1, to: { account: 'a' } }]) {
      expect((await dispatcher.executeTool('pay', input)).result).toBe('paid')
    }
    for (const input of [{}, { amount: 1, to: {} }, { amount: 1, note: 7 }, { amount: 1, other: 1 }]) {
      expect((await dispatcher.executeTool('pay', input)).error?.code).toBe('invalid_input')
    }
    const loose = dispatcherWith({ tools: [{ ...tool, parameters, strict: false }] })
    expect((await loose.executeTool('pay', { amount: 1 })).error?.code).toBe('invalid_input')
  })

  it('hands over JSON, the user, and a signal that is made only when it is read', async () => {
    let given: unknown[] = []
    const invoke = (...parameters: unknown[]) => {
      given = parameters
      return (parameters[2] as { signal: AbortSignal }).signal.aborted
    }
    const dispatcher = dispatcherWith({ tools: [{ ...tool, invoke }] })
    const { result, callId } = await dispatcher.executeTool('pay', { amount: 1 })
    expect(result).toBe(false)
    expect(given[0]).toEqual({ context: dispatcher.context })
    expect(given[1]).toBe('{"amount":1}')
    expect(given[2]).toMatchObject({
      toolCall: { type: 'function_call', callId, name: 'pay', arguments: '{"amount":1}' },
    })
  })

  it('is not enabled when isEnabled says no or throws', async () => {
    const isEnabled = (_: unknown) => Promise.resolve(false)
    expect(await outcomeOf(() => 'paid', { isEnabled })).toEqual({
      code: 'permission_denied',
      message: 'Tool pay is not enabled for this user and run, by its isEnabled',
    })
    const throwing = () => {
      throw new Error('no agent')
    }
    expect(await outcomeOf(() => 'paid', { isEnabled: throwing })).toMatchObject({ code: 'permission_denied' })
    expect(await outcomeOf(() => 'paid', { isEnabled: false })).toMatchObject({ code: 'permission_denied' })
    expect(await outcomeOf(() => 'paid', { isEnabled: true })).toEqual({ result: 'paid' })
  })

  it.each([
    [{ inputGuardrails: [{}] }, /has inputGuardrails, which only run within an agent/u],
    [{ outputGuardrails: [{}] }, /has outputGuardrails/u],
    [{ allowedCallers: ['programmatic'] }, /may be called by "programmatic" only/u],
    [{ parameters: undefined }, /must be a JSON Schema; received undefined/u],
  ])('is refused with %j', (more, message) => {
    const refused = { ...tool, ...more } as ToolLike
    expect(() => dispatcherWith({ tools: [refused] })).toThrow(InvalidToolError)
    expect(() => dispatcherWith({ tools: [refused] })).toThrow(message)
  })

  it('is taken with guardrails that are none, and direct calls', () => {
    const more = { inputGuardrails: [], outputGuardrails: [], allowedCallers: ['direct', 'programmatic'] }
    expect(dispatcherWith({ tools: [{ ...tool, ...more }] }).hasTool('pay')).toBe(true)
  })
})

describe('fromOpenAiAgentsTool()', () => {
  it('makes a tool that may be renamed and changed', async () => {
    const renamed = { ...fromOpenAiAgentsTool(tool, 'spend'), requiredRoles: ['clerk'] }
    const dispatcher = dispatcherWith({ tools: [renamed] })
    expect((await dispatcher.executeTool('spend', { amount: 1 })).error?.code).toBe('permission_denied')
  })
})
