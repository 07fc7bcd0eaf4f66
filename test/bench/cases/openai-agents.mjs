import { invokeFunctionTool, RunContext, tool } from '@openai/agents-core'
import { add, addSchema, answer, json } from './add.mjs'

export function cases() {
  const definition = { name: 'add', description: 'Adds two numbers', parameters: addSchema(), execute: add }
  const plain = tool(definition)
  const timed = tool({ ...definition, timeoutMs: 30_000 })
  const runContext = new RunContext({})
  return [
    {
      name: 'OpenAI Agents: tool.invoke (JSON text)',
      kind: 'peer',
      answer,
      run: () => plain.invoke(runContext, json),
    },
    {
      name: 'OpenAI Agents: the same, with a timeout',
      kind: 'peer',
      answer,
      run: () => invokeFunctionTool({ tool: timed, runContext, input: json }),
    },
  ]
}
