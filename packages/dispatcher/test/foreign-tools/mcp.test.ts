import { describe, expect, it } from 'vitest'
import { fromMcpClient, type McpClient } from '../../src/interop.js'
import { gate } from '../support/gate.js'
import { codeOf, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

interface Options {
  readonly signal: AbortSignal
  readonly timeout: number
  onprogress(progress: unknown): void
}
type Answer = (params: unknown, options: Options) => unknown

const add = {
  name: 'add',
  description: 'Adds',
  inputSchema: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
}
const sum = { content: [{ type: 'text', text: '3' }], structuredContent: { sum: 3 } }

/** A client of the SDK's version 2 whose server has these pages of tools. */
function clientOf(pages: readonly (readonly (typeof add)[])[], answer: Answer = () => sum): McpClient {
  return {
    listTools: async (params?: { readonly cursor: string }) => {
      const page = params === undefined ? 0 : Number(params.cursor)
      const isLast = page >= pages.length - 1
      return { tools: pages[page] ?? [], ...(isLast ? {} : { nextCursor: String(page + 1) }) }
    },
    callTool: async (params: unknown, options: Options) => answer(params, options),
  }
}

describe('fromMcpClient()', () => {
  it('gives the tools of all pages, as the server shows them', async () => {
    const tools = await fromMcpClient(clientOf([[add], [{ ...add, name: 'plus' }], [{ ...add, name: 'and' }]]))
    expect(dispatcherWith({ tools }).toolDefinitions()).toEqual([
      add,
      { ...add, name: 'plus' },
      { ...add, name: 'and' },
    ])
  })

  it('lets a server neither switch off the time of its tools nor ask for roles', async () => {
    const greedy = { ...add, timeoutMs: 0, requiredRoles: ['vip'] }
    const [tool] = await fromMcpClient(clientOf([[greedy]]))
    expect(tool).toMatchObject({ timeoutMs: undefined, requiredRoles: [] })
    const dispatcher = dispatcherWith({ tools: { mine: { ...tool, timeoutMs: 50, execute: () => 1 } } })
    expect(dispatcher.tools['mine']).toMatchObject({ timeoutMs: 50 })
  })

  it('calls the tool, with a check before, and gives the result as it is', async () => {
    const calls: unknown[] = []
    const client = clientOf([[add]], (params, { timeout }) => {
      calls.push(params, timeout)
      return sum
    })
    const dispatcher = dispatcherWith({ tools: await fromMcpClient(client) })
    expect((await dispatcher.executeTool('add', { a: 1 })).result).toBe(sum)
    expect((await dispatcher.executeTool('add', { a: 'one' })).error).toMatchObject({
      code: 'invalid_input',
      issues: [{ path: ['a'] }],
    })
    expect(calls).toEqual([{ name: 'add', arguments: { a: 1 } }, 2 ** 31 - 1])
  })

  it('hands the options to version 1 where that wants them', async () => {
    const calls: unknown[][] = []
    const callTool = async (params: unknown, schema = 'CallToolResultSchema', options?: Options) => {
      calls.push([params, schema, options?.timeout])
      return sum
    }
    const tools = await fromMcpClient({ ...clientOf([[add]]), callTool })
    await dispatcherWith({ tools }).executeTool('add', { a: 1 })
    expect(calls).toEqual([[{ name: 'add', arguments: { a: 1 } }, 'CallToolResultSchema', 2 ** 31 - 1]])
  })

  it.each([
    [[{ type: 'text', text: 'no' }, { type: 'image' }, { type: 'text', text: 'numbers' }], 'no\nnumbers'],
    [[], 'Tool add of the MCP server failed'],
    [undefined, 'Tool add of the MCP server failed'],
  ])('fails with the text %j of a result that is an error', async (content, message) => {
    const cause = { isError: true, content }
    const tools = await fromMcpClient(clientOf([[add]], () => cause))
    const { error } = await dispatcherWith({ tools }).executeTool('add', { a: 1 })
    expect(error).toEqual({ code: 'tool_failed', message, cause })
  })

  it('reports progress, and cancels with its call', async () => {
    const events = new Recorder()
    const started = gate()
    const client = clientOf([[add]], (_params, { onprogress, signal }) => {
      onprogress({ progress: 1, total: 2 })
      started.open('started')
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))))
    })
    const controller = new AbortController()
    const dispatcher = dispatcherWith({ tools: await fromMcpClient(client), events })
    const call = dispatcher.executeTool('add', { a: 1 }, { signal: controller.signal })
    await started.promise
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    expect(events.only('tool_progress').payload.progress).toEqual({ progress: 1, total: 2 })
  })

  it('refuses a server that gives its pages again and again', async () => {
    const client = { ...clientOf([]), listTools: async () => ({ tools: [add], nextCursor: 'more' }) }
    await expect(fromMcpClient(client)).rejects.toThrow('The MCP server gives the page "more" of its tools again')
  })

  it.each([undefined, null, {}, { listTools: () => [] }])('refuses %j', async (client) => {
    await expect(fromMcpClient(client as never)).rejects.toThrow(/An MCP client has listTools\(\) and callTool\(\)/u)
  })
})
