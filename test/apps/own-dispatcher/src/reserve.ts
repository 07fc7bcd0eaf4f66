import { ToolDispatcherCore, UserExecutionContext } from '@acme/dispatch-core'
import type { Shelf } from './shelf.js'
import { deskTools } from './tools.js'

/** Keeps a book for a reader; whether that worked. */
export async function reserve(shelf: Shelf, reader: string, signature: string): Promise<boolean> {
  const context = UserExecutionContext.create({ userId: reader, threadId: 'desk-1', runId: `keep-${signature}` })
  const dispatcher = await ToolDispatcherCore.createRequestScopedDispatcher(context, deskTools(shelf, reader))
  const response = await dispatcher.dispatchTool('reserve', { signature })
  await dispatcher.cleanup()
  return response.success
}
