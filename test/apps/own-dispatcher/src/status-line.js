// @ts-check

/**
 * @param {import('./agents/tool_dispatcher.js').ToolStatus} status
 */
export function statusLine(status) {
  return status === 'success' ? 'done' : 'not done'
}
