import type { StandardSchemaV1 } from '@standard-schema/spec'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Tool } from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, stateOf } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

useFakeClock()

/** A dispatcher with one tool, `order`, that keeps what its body gets. */
function ordering(inputSchema: StandardSchemaV1 | undefined) {
  const received: unknown[] = []
  const events = new Recorder()
  const order: Tool = {
    name: 'order',
    inputSchema,
    execute: (input) => {
      received.push(input)
      return 'ordered'
    },
  }
  return { dispatcher: dispatcherWith({ tools: [order], events }), received, events }
}

/** A schema of nobody's library. */
function schema(validate: (value: unknown) => unknown): StandardSchemaV1 {
  return {
    '~standard': { version: 1, vendor: 'test', validate: validate as StandardSchemaV1['~standard']['validate'] },
  }
}

const LIBRARIES: { library: string; inputSchema: StandardSchemaV1 }[] = [
  {
    library: 'zod',
    inputSchema: z.object({
      fruit: z.string().transform((fruit) => fruit.toUpperCase()),
      count: z.number().default(1),
      from: z.object({ city: z.string() }).optional(),
    }),
  },
  {
    library: 'valibot',
    inputSchema: v.object({
      fruit: v.pipe(
        v.string(),
        v.transform((fruit) => fruit.toUpperCase()),
      ),
      count: v.optional(v.number(), 1),
      from: v.optional(v.object({ city: v.string() })),
    }),
  },
  {
    library: 'zod, asynchronously',
    inputSchema: z.object({
      fruit: z.string().transform(async (fruit) => fruit.toUpperCase()),
      count: z.number().default(1),
      from: z.object({ city: z.string() }).optional(),
    }),
  },
  {
    library: 'valibot, asynchronously',
    inputSchema: v.objectAsync({
      fruit: v.pipeAsync(
        v.string(),
        v.transformAsync(async (fruit) => fruit.toUpperCase()),
      ),
      count: v.optional(v.number(), 1),
      from: v.optional(v.object({ city: v.string() })),
    }),
  },
]

describe.each(LIBRARIES)('a schema of $library', ({ inputSchema }) => {
  it('gives the tool what it makes of the parameters, defaults and transforms included', async () => {
    const { dispatcher, received, events } = ordering(inputSchema)
    const parameters = { fruit: 'pear' }
    expect(codeOf(await dispatcher.executeTool('order', parameters))).toBe('success: ordered')
    expect(received).toEqual([{ fruit: 'PEAR', count: 1 }])
    expect(parameters).toEqual({ fruit: 'pear' })
    expect(events.shownParameters).toEqual({ fruit: 'pear' })
  })

  it('settles with invalid_input and every issue where it reports some, and the tool does not run', async () => {
    const { dispatcher, received, events } = ordering(inputSchema)
    const result = await dispatcher.executeTool('order', { fruit: 7, count: 'two', from: { city: null } })
    expect(codeOf(result)).toBe('invalid_input')
    const paths = result.error?.issues?.map(({ path }) =>
      path?.map((part) => (typeof part === 'object' ? part.key : part)),
    )
    expect(paths).toEqual([['fruit'], ['count'], ['from', 'city']])
    expect(result.error?.message).toMatch(/^Invalid input for tool order: fruit: .+; count: .+; from\.city: .+$/)
    expect(received).toEqual([])
    expectPair(events.events, result)
  })

  it.each([{ given: null }, { given: 'pear' }, { given: [] }, { given: undefined }])(
    'refuses what is not even an object of its kind: $given',
    async ({ given }) => {
      const { dispatcher, received } = ordering(inputSchema)
      expect(codeOf(await dispatcher.executeTool('order', given))).toBe('invalid_input')
      expect(received).toEqual([])
    },
  )
})

describe('a schema', () => {
  it('is optional: without one anything reaches the tool', async () => {
    const { dispatcher, received } = ordering(undefined)
    const parameters = { anything: [1, { goes: true }] }
    await dispatcher.executeTool('order', parameters)
    expect(received).toEqual([parameters])
  })

  it('may be a function that speaks Standard Schema', async () => {
    const callable = Object.assign(
      () => {},
      schema((value) => ({ value: [value] })),
    )
    const { dispatcher, received } = ordering(callable)
    await dispatcher.executeTool('order', 'pear')
    expect(received).toEqual([['pear']])
  })

  it('that reports many issues has five of them in the message, and all of them listed', async () => {
    const issues = Array.from({ length: 8 }, (_, index) => ({ message: `fault ${index}`, path: ['rows', index] }))
    const { dispatcher } = ordering(schema(() => ({ issues })))
    const result = await dispatcher.executeTool('order')
    expect(result.error?.issues).toEqual(issues)
    expect(result.error?.message).toBe(
      'Invalid input for tool order: rows.0: fault 0; rows.1: fault 1; rows.2: fault 2; rows.3: fault 3; rows.4: fault 4 (and 3 more)',
    )
  })

  it.each([
    ['that throws', () => raise(new Error('the schema is broken'))],
    ['that rejects', () => Promise.reject(new Error('the schema is broken'))],
  ])('%s, instead of reporting issues, settles the call with tool_failed', async (_what, validate) => {
    const { dispatcher, received, events } = ordering(schema(validate))
    const result = await dispatcher.executeTool('order')
    expect(result.error).toEqual({
      code: 'tool_failed',
      message: 'the schema is broken',
      cause: new Error('the schema is broken'),
    })
    expect(received).toEqual([])
    expectPair(events.events, result)
  })

  it.each([{ answer: undefined }, { answer: null }, { answer: Promise.resolve(undefined) }, { answer: { issues: 7 } }])(
    'that answers $answer settles the call with tool_failed',
    async ({ answer }) => {
      const { dispatcher, received, events } = ordering(schema(() => answer))
      const result = await dispatcher.executeTool('order')
      expect(codeOf(result)).toBe('tool_failed')
      expect(received).toEqual([])
      expectPair(events.events, result)
    },
  )

  it('that answers with an empty list of issues refuses', async () => {
    const { dispatcher } = ordering(schema(() => ({ issues: [] })))
    expect(codeOf(await dispatcher.executeTool('order'))).toBe('invalid_input')
  })

  it('that takes longer than the call may is a timeout, and the tool never runs', async () => {
    const answer = gate<StandardSchemaV1.Result<unknown>>()
    const { dispatcher, received, events } = ordering(schema(() => answer.promise))
    const call = dispatcher.executeTool('order', {}, { timeoutMs: 20 })
    expect(await stateOf(call)).toBe('pending')
    vi.advanceTimersByTime(20)
    const result = await call
    expect(codeOf(result)).toBe('timeout')
    answer.open({ value: {} })
    await stateOf(call)
    expect(received).toEqual([])
    expectPair(events.events, result)
  })

  it('that still works when the call is aborted leads nowhere', async () => {
    const answer = gate<StandardSchemaV1.Result<unknown>>()
    const { dispatcher, received } = ordering(schema(() => answer.promise))
    const controller = new AbortController()
    const call = dispatcher.executeTool('order', {}, { signal: controller.signal })
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    answer.fail(new Error('too late to matter'))
    await stateOf(call)
    expect(received).toEqual([])
  })

  it('is asked once a call', async () => {
    const validate = vi.fn<(value: unknown) => unknown>((value) => ({ value }))
    const { dispatcher } = ordering(schema(validate))
    await dispatcher.executeTool('order', { a: 1 })
    await dispatcher.executeTool('order', { a: 2 })
    expect(validate.mock.calls).toEqual([[{ a: 1 }], [{ a: 2 }]])
  })
})

function raise(error: Error): never {
  throw error
}
