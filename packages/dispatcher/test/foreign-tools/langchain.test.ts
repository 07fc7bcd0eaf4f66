import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { z as z3 } from 'zod/v3'
import { InvalidToolError } from '../../src/index.js'
import { fromLangChainTool } from '../../src/interop.js'
import { dispatcherWith } from '../support/requests.js'

/** A structured tool as LangChain has it: `invoke` parses and then runs the body. */
class Structured {
  readonly name = 'double'
  readonly description = 'Doubles'
  readonly #factor = 2
  readonly parsed: unknown[] = []
  readonly schema: { parse?(input: unknown): unknown } = z.object({ amount: z.string().transform(Number) })

  invoke(input: unknown, config: unknown): unknown {
    const parsed: unknown = this.schema.parse === undefined ? input : this.schema.parse(input)
    this.parsed.push(parsed)
    // oxlint-disable-next-line no-underscore-dangle -- LangChain calls it so
    return this._call(parsed, 'manager', config)
  }

  _call(input: unknown, ...more: unknown[]): unknown {
    return [(input as { amount: number }).amount * this.#factor, ...more]
  }
}

describe('a structured tool of LangChain', () => {
  it('is validated here alone, and its body runs on the tool itself with all that invoke gives', async () => {
    const tool = new Structured()
    const dispatcher = dispatcherWith({ tools: [tool] })
    const { result } = await dispatcher.executeTool('double', { amount: '21' })
    const config = { signal: expect.any(AbortSignal) as AbortSignal, context: dispatcher.context }
    expect(result).toEqual([42, 'manager', config])
    expect(tool.parsed).toEqual([{ amount: 21 }])
    expect(Object.keys(tool)).not.toContain('_call')
  })

  it('runs two calls at a time without mixing their inputs', async () => {
    const dispatcher = dispatcherWith({ tools: [new Structured()] })
    const calls = ['1', '2', '3'].map((amount) => dispatcher.executeTool('double', { amount }))
    const results = await Promise.all(calls)
    expect(results.map(({ result }) => (result as unknown[])[0])).toEqual([2, 4, 6])
  })

  it('that takes one string shows that it does', () => {
    const schema = z3.object({ input: z3.string().optional() }).transform(({ input }) => input)
    const dispatcher = dispatcherWith({ tools: [{ name: 'say', schema, invoke: () => 'said' }] })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual({
      type: 'object',
      properties: { input: { type: 'string' } },
    })
  })

  it('without a schema is refused', () => {
    expect(() => fromLangChainTool({ name: 'say', schema: undefined, invoke: () => 'said' })).toThrow(InvalidToolError)
  })
})
