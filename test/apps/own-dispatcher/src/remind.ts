import { UserExecutionContext } from '@acme/dispatch-core'
import type { Shelf } from './shelf.js'
import { deskTools } from './tools.js'

/** Says who would be reminded; the dispatcher is loaded only in the evening, when this runs. */
export async function remind(shelf: Shelf): Promise<string[]> {
  const { ToolDispatcher } = await import('./agents/tool_dispatcher.js')
  const context = UserExecutionContext.create({ userId: 'evening-run', threadId: 'desk-1', runId: 'remind' })
  const dispatcher = new ToolDispatcher(context, deskTools(shelf, 'evening-run'))
  if (!dispatcher.hasTool('lend')) return []
  return shelf.borrowed().map(({ title, borrowedBy }) => `${borrowedBy}: please bring back ${title}`)
}
