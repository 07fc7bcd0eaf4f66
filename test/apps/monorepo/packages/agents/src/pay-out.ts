import { EnhancedToolDispatcher, PermissionError, type UserExecutionContext } from '@switchyard/enhanced'
import { claimTools } from '@claims/dispatch'

/** Pays, or says who must be asked. */
export async function payOut(context: UserExecutionContext, payCents: number): Promise<string> {
  const dispatcher = await EnhancedToolDispatcher.createForUser(context, { tools: claimTools() })
  try {
    const paid = await dispatcher.executeTool('pay_out', { payCents })
    return paid.success ? String(paid.result) : `not paid: ${paid.error}`
  } catch (error) {
    if (error instanceof PermissionError) return 'ask an adjuster'
    throw error
  } finally {
    await dispatcher.cleanup()
  }
}
