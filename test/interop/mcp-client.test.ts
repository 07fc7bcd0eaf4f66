import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { fromMcpClient, type McpClient } from '@switchyard/dispatcher/interop'
import { beforeAll, describe, expect, it } from 'vitest'
import { somebody, tried } from './calls.js'
import { installLibraries, load } from './libraries.js'

beforeAll(installLibraries, 600_000)

const PAYMENT = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] }

const META = '_meta'

interface CallRequest {
  readonly params: {
    readonly name: string
    readonly arguments: { readonly amount: number }
    readonly [META]?: { readonly progressToken?: unknown }
  }
}
interface Extra {
  readonly signal: AbortSignal
  sendNotification(notification: unknown): Promise<void>
}

describe('fromMcpClient(), with the SDK itself,', () => {
  it('gives the tools of the server, which are checked, report progress and fail as any other', async () => {
    const client = await connectedClient(async ({ params }, { sendNotification }) => {
      const progress = { progressToken: params[META]?.progressToken, progress: 1, total: 2 }
      await sendNotification({ method: 'notifications/progress', params: progress })
      const isError = params.arguments.amount > 100
      return { content: [{ type: 'text', text: isError ? 'too much' : 'paid' }], isError }
    })
    const tools = await fromMcpClient(client)
    expect(tools.map(({ name }) => name)).toEqual(['pay', 'wait'])
    const { result, dispatcher, events } = await tried(tools, { amount: 3 })
    expect(result.result).toEqual({ content: [{ type: 'text', text: 'paid' }], isError: false })
    const reported = events.filter((event) => event.type === 'tool_progress')
    expect(reported.map(({ payload }) => payload.progress)).toEqual([{ progress: 1, total: 2 }])
    expect(dispatcher.toolDefinitions()[0]).toEqual({ name: 'pay', description: 'Pays', inputSchema: PAYMENT })
    expect((await dispatcher.executeTool('pay', { amount: 'three' })).error).toMatchObject({
      code: 'invalid_input',
      issues: [{ path: ['amount'] }],
    })
    const failed = await dispatcher.executeTool('pay', { amount: 300 })
    expect(failed.error).toMatchObject({ code: 'tool_failed', message: 'too much', cause: { isError: true } })
  })

  it('cancels at the server the call that ends early', async () => {
    const controller = new AbortController()
    let heard: (text: string) => void
    const cancelled = new Promise<string>((resolve) => (heard = resolve))
    const client = await connectedClient(async (_request, { signal }) => {
      signal.addEventListener('abort', () => heard('cancelled'))
      controller.abort()
      return new Promise(() => {})
    })
    const tools = await fromMcpClient(client)
    const dispatcher = UnifiedToolDispatcher.createForUser(somebody(), { tools })
    const call = dispatcher.executeTool('wait', { amount: 1 }, { signal: controller.signal })
    expect((await call).error?.code).toBe('aborted')
    expect(await cancelled).toBe('cancelled')
  })
})

/** A client whose server lists its two tools on two pages, and answers their calls. */
async function connectedClient(answer: (request: CallRequest, extra: Extra) => Promise<unknown>): Promise<McpClient> {
  interface Connectable {
    connect(transport: unknown): Promise<void>
  }
  interface LowLevelServer extends Connectable {
    setRequestHandler(schema: unknown, handler: unknown): void
  }
  type Implementation = { readonly name: string; readonly version: string }
  const { Client } = await load<{ Client: new (info: Implementation) => Connectable & McpClient }>(
    '@modelcontextprotocol/sdk/client/index.js',
  )
  const { Server } = await load<{ Server: new (info: Implementation, options: object) => LowLevelServer }>(
    '@modelcontextprotocol/sdk/server/index.js',
  )
  const { InMemoryTransport } = await load<{ InMemoryTransport: { createLinkedPair(): [unknown, unknown] } }>(
    '@modelcontextprotocol/sdk/inMemory.js',
  )
  const schemas = await load<Record<string, unknown>>('@modelcontextprotocol/sdk/types.js')
  const server = new Server({ name: 'bank', version: '1.0.0' }, { capabilities: { tools: {} } })
  const pay = { name: 'pay', description: 'Pays', inputSchema: PAYMENT }
  server.setRequestHandler(
    schemas['ListToolsRequestSchema'],
    ({ params }: { readonly params?: { readonly cursor?: string } }) =>
      params?.cursor === undefined ? { tools: [pay], nextCursor: 'two' } : { tools: [{ ...pay, name: 'wait' }] },
  )
  server.setRequestHandler(schemas['CallToolRequestSchema'], answer)
  const client = new Client({ name: 'caller', version: '1.0.0' })
  const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(serverEnd), client.connect(clientEnd)])
  return client
}
