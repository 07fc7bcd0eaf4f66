import { UserExecutionContext } from '@acme/dispatch-core'
import { ToolDispatcher, ToolStatus } from './agents/index.js'
import type { Shelf } from './shelf.js'
import { deskTools } from './tools.js'

/** Lends a book, and says what the reader is told. */
export async function lend(shelf: Shelf, reader: string, signature: string): Promise<string> {
  const context = UserExecutionContext.create({ userId: reader, threadId: 'desk-1', runId: `lend-${signature}` })
  const dispatcher = new ToolDispatcher(context, deskTools(shelf, reader))
  const result = await dispatcher.dispatch('lend', { signature })
  await dispatcher.cleanup()
  if (result.status === ToolStatus.SUCCESS) return `Enjoy ${(result.payload?.result as { title: string }).title}!`
  return `Sorry. ${result.message}`
}
