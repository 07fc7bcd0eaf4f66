import { createTool } from '@mastra/core/tools'
import { add, addSchema, answer, parameters } from './add.mjs'

export function cases() {
  const adder = createTool({
    id: 'add',
    description: 'Adds two numbers',
    inputSchema: addSchema(),
    execute: ({ context }) => add(context),
  })
  return [{ name: 'Mastra: tool.execute', kind: 'peer', answer, run: () => adder.execute({ context: parameters() }) }]
}
