import { tool } from '@langchain/core/tools'
import { add, addSchema, answer, parameters } from './add.mjs'

export function cases() {
  const adder = tool(add, { name: 'add', description: 'Adds two numbers', schema: addSchema() })
  return [{ name: 'LangChain: tool.invoke', kind: 'peer', answer, run: () => adder.invoke(parameters()) }]
}
