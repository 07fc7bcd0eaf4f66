import { UnifiedToolDispatcher } from '../dispatcher.js'
import type { ConformanceSubject } from './subject.js'

/** The canonical dispatcher as a subject; everything can be asked of it. */
export const canonicalSubject: ConformanceSubject = {
  name: '@switchyard/dispatcher',
  capabilities: new Set([
    'events',
    'register',
    'dispose',
    'timeout',
    'abort',
    'limits',
    'permissions',
    'admin',
    'identity',
  ]),
  async create({ context, admin = false, ...options }) {
    const dispatcher = admin
      ? UnifiedToolDispatcher.createForAdmin(context, options)
      : UnifiedToolDispatcher.createForUser(context, options)
    return {
      async execute(toolName, parameters, callOptions) {
        const result = await dispatcher.executeTool(toolName, parameters, callOptions)
        if (result.success) return { success: true, result: result.result }
        return { success: false, code: result.error.code, message: result.error.message }
      },
      register: (tool) => dispatcher.registerTool(tool),
      dispose: () => dispatcher.dispose(),
      implementation: () => dispatcher,
    }
  },
}
