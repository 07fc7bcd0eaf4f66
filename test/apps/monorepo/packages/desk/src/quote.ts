import { createRequestScopedToolDispatcher, ToolStatus, type ToolResult } from '@switchyard/legacy'
import type { UserExecutionContext } from '@claims/dispatch'

const tools = [
  { name: 'quote', execute: ({ squareMetres }: { squareMetres: number }) => ({ yearlyCents: squareMetres * 240 }) },
]

/** What a year costs; the text is what the customer sees. */
export async function quote(context: UserExecutionContext, squareMetres: number): Promise<string> {
  const dispatcher = createRequestScopedToolDispatcher(context, null, tools)
  const result = await dispatcher.dispatch('quote', { squareMetres })
  await dispatcher.cleanup()
  return textOf(result)
}

function textOf(result: ToolResult): string {
  if (result.status === ToolStatus.ERROR) return `No quote: ${result.message}`
  const { yearlyCents } = result.payload?.result as { yearlyCents: number }
  return `${(yearlyCents / 100).toFixed(2)} a year`
}
