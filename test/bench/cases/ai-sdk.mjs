// Parsing and executing are what the loop does with each call of a model; the loop itself runs against a mock model.
import { asSchema, executeTool, safeParseJSON } from '@ai-sdk/provider-utils'
import { generateText, tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { add, addSchema, answer, json } from './add.mjs'

export function cases() {
  const adder = tool({ description: 'Adds two numbers', inputSchema: addSchema(), execute: add })
  const schema = asSchema(adder.inputSchema)
  const model = new MockLanguageModelV3({ doGenerate: modelResponse })
  const loop = (more) => generateText({ model, tools: { add: adder }, prompt: 'What is 1.5 and 2?', ...more })
  const read = ({ toolResults }) => toolResults[0]?.output
  return [
    { name: 'AI SDK 6: parse + execute (JSON text)', kind: 'peer', answer, run: () => parseAndExecute(adder, schema) },
    { name: 'AI SDK 6: generateText loop, mock model', kind: 'peer', answer, read, run: () => loop({}) },
    { name: 'AI SDK 6: the same, with a timeout', kind: 'peer', answer, read, run: () => loop({ timeout: 30_000 }) },
  ]
}

async function parseAndExecute({ execute }, schema) {
  const parsed = await safeParseJSON({ text: json, schema })
  if (!parsed.success) throw parsed.error
  let output
  for await (const part of executeTool({
    execute,
    input: parsed.value,
    options: { toolCallId: 'c-1', messages: [] },
  })) {
    if (part.type === 'final') output = part.output
  }
  return output
}

async function modelResponse() {
  return {
    content: [{ type: 'tool-call', toolCallId: 'c-1', toolName: 'add', input: json }],
    finishReason: { unified: 'tool-calls', raw: undefined },
    usage: { inputTokens: { total: 1 }, outputTokens: { total: 1 } },
    warnings: [],
  }
}
