import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { add, addSchema, answer, parameters } from './add.mjs'

export async function cases() {
  const server = new McpServer({ name: 'adder', version: '1.0.0' })
  server.registerTool('add', { description: 'Adds two numbers', inputSchema: addSchema().shape }, async (input) => ({
    content: [{ type: 'text', text: String(await add(input)) }],
  }))
  const client = new Client({ name: 'caller', version: '1.0.0' })
  const [serverEnd, clientEnd] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(serverEnd), client.connect(clientEnd)])
  return [
    {
      name: 'MCP SDK: client and server in memory',
      kind: 'peer',
      answer,
      read: ({ content }) => Number(content[0]?.text),
      run: () => client.callTool({ name: 'add', arguments: parameters() }),
      close: () => client.close(),
    },
  ]
}
