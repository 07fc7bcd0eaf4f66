import type { UserExecutionContext } from '../dispatch/index.js'
import type { WebSocketManager } from '../websocket/index.js'
import { adminTools, logAnalyzer, userPermissions } from './admin-tools.js'
import { AuditTrail } from './audit-trail.js'

export type AdminOutcome = { ok: true; tool: string; result: unknown } | { ok: false; problem: string }

export class AdminDesk {
  readonly trail = new AuditTrail()

  constructor(private readonly timeoutMs: number) {}

  /** The admin package is only loaded when somebody from Operations is there: it is slow to start. */
  async run(userContext: UserExecutionContext, tool: string, parameters: Record<string, unknown>): Promise<AdminOutcome> {
    const { EnhancedToolDispatcher } = await import('@switchyard/enhanced')
    const dispatcher = await EnhancedToolDispatcher.createForUser(userContext, {
      websocketBridge: this.trail,
      tools: adminTools,
      enableAdminTools: true,
    })
    try {
      const outcome = await dispatcher.executeTool(tool, parameters, { timeoutMs: this.timeoutMs })
      if (!outcome.success) return { ok: false, problem: outcome.error ?? 'failed' }
      return { ok: true, tool: outcome.toolName, result: outcome.result }
    } finally {
      await dispatcher.cleanup()
    }
  }

  /** Two numbers for the wall screen. Runs under the admin's own name, so that it shows up on their page too. */
  async overview(userContext: UserExecutionContext, websocketManager: WebSocketManager) {
    const { ToolDispatcherFactory } = await import('@switchyard/enhanced')
    const dispatcher = await ToolDispatcherFactory.createForAdmin({ userContext, websocketManager })
    try {
      dispatcher.registerTool(logAnalyzer)
      dispatcher.registerTool(userPermissions)
      const errors = await dispatcher.executeTool('log_analyzer', { by: 'user', minStatus: 500 })
      const admins = await dispatcher.executeTool('user_permissions', { role: 'admin' })
      return {
        errorsByUser: errors.success ? errors.result : [],
        admins: admins.success ? admins.result : [],
      }
    } finally {
      await dispatcher.cleanup()
    }
  }
}
