import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidToolError } from '../../src/index.js'
import { fromMastraTool } from '../../src/interop.js'
import { codeOf } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

const inputSchema = z.object({ a: z.number() })
const tool = { id: 'add', description: 'Adds', inputSchema, execute: (..._: unknown[]): unknown => 'ran' }
const version1 = { ...tool, [Symbol.for('mastra.core.tool.Tool')]: true, requestContextSchema: undefined }

describe('a tool of Mastra', () => {
  it('is called as those of version 0, with one object and the options', async () => {
    let given: unknown[] = []
    const execute = (...parameters: unknown[]) => void (given = parameters)
    const dispatcher = dispatcherWith({ tools: [{ ...tool, execute, mastra: 'mastra' }] })
    const { callId } = await dispatcher.executeTool('add', { a: 1 })
    const ids = { resourceId: dispatcher.context.userId, threadId: 'thread-1', runId: 'run-1' }
    const [first, options] = given as [object, object]
    expect({ ...first }).toEqual({
      context: { a: 1 },
      ...ids,
      mastra: 'mastra',
      runtimeContext: new Map(Object.entries(ids)),
    })
    expect(options).toMatchObject({ toolCallId: callId, messages: [], abortSignal: expect.any(AbortSignal) as object })
  })

  it('is called as those of version 1, with the input and a context', async () => {
    let given: unknown[] = []
    const execute = (...parameters: unknown[]) => void (given = parameters)
    const dispatcher = dispatcherWith({ tools: [{ ...version1, execute, mastra: 'mastra' }] })
    const { callId } = await dispatcher.executeTool('add', { a: 1 })
    const { userId } = dispatcher.context
    expect(given[0]).toEqual({ a: 1 })
    expect(given[1]).toMatchObject({
      mastra: 'mastra',
      abortSignal: expect.any(AbortSignal) as object,
      agent: { toolCallId: callId, messages: [], resourceId: userId, threadId: 'thread-1', runId: 'run-1' },
    })
  })

  it.each([
    [
      'version 0',
      'Tool validation failed for add. Please fix the following errors and try again:',
      { _errors: ['no'], errors: { _errors: ['gone'] }, order: { _errors: [], 0: { _errors: ['one', 'two'] } } },
    ],
    [
      'version 1',
      'Tool input validation failed for add. Please fix the following errors and try again:',
      {
        errors: ['no'],
        fields: {
          errors: { errors: ['gone'], fields: {} },
          order: { errors: [], fields: { 0: { errors: ['one', 'two'], fields: {} } } },
        },
      },
    ],
  ])('has invalid input when it answers as %s does', async (_version, message, validationErrors) => {
    const execute = () => Promise.resolve({ error: true, message, validationErrors })
    const { error } = await dispatcherWith({ tools: [{ ...tool, execute }] }).executeTool('add', { a: 1 })
    expect(error?.code).toBe('invalid_input')
    expect(error?.message).toMatch(/^Invalid input for tool add: no; /u)
    const issues = error?.issues?.map(({ path, message: text }) => `${path?.join('.')}: ${text}`).toSorted()
    expect(issues).toEqual([': no', 'errors: gone', 'order.0: one', 'order.0: two'])
  })

  it('has failed when its output, or the request context, is not valid', async () => {
    const message = 'Tool output validation failed for add. The tool returned invalid output:'
    const execute = () => ({ error: true, message, validationErrors: { errors: [], fields: {} } })
    const { error } = await dispatcherWith({ tools: [{ ...version1, execute }] }).executeTool('add', { a: 1 })
    expect(error).toEqual({ code: 'tool_failed', message })
  })

  it('may answer with an error of its own making', async () => {
    const execute = () => ({ error: true, message: 'sold out' })
    const { result } = await dispatcherWith({ tools: [{ ...tool, execute }] }).executeTool('add', { a: 1 })
    expect(result).toEqual({ error: true, message: 'sold out' })
  })

  it('asks for approval by a function of the input in version 1, and first as its server does', async () => {
    const requireApproval = (input: { a: number }) => Promise.resolve(input.a > 100)
    const dispatcher = dispatcherWith({ tools: [{ ...version1, requireApproval }] })
    expect(codeOf(await dispatcher.executeTool('add', { a: 1 }))).toBe('success: ran')
    expect(codeOf(await dispatcher.executeTool('add', { a: 101 }))).toBe('permission_denied')
    const strict = dispatcherWith({ tools: [{ ...version1, requireApproval: false, needsApprovalFn: () => true }] })
    expect(codeOf(await strict.executeTool('add', { a: 1 }))).toBe('permission_denied')
  })

  it('keeps its approval when it is copied and named', async () => {
    const named = { ...tool, requireApproval: true, name: 'plus' }
    expect(codeOf(await dispatcherWith({ tools: [named] }).executeTool('plus', { a: 1 }))).toBe('permission_denied')
  })

  it('may do without a schema, and is then shown as taking anything', () => {
    const dispatcher = dispatcherWith({ tools: [{ ...tool, inputSchema: undefined }] })
    expect(dispatcher.toolDefinitions()).toEqual([
      { name: 'add', description: 'Adds', inputSchema: { type: 'object' } },
    ])
  })

  it('is refused when the client is to run it', () => {
    expect(() => dispatcherWith({ tools: [{ ...tool, execute: undefined }] })).toThrow(InvalidToolError)
    expect(() => fromMastraTool({ ...tool, execute: undefined })).toThrow('Tool "add" needs an execute function')
  })
})
