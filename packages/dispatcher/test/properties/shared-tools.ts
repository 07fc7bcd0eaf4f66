import type { ToolCall } from '../../src/index.js'
import type { AnyTool } from '../../src/tool.js'
import type { Actor } from './actor.js'
import type { Parameters } from './programs.js'

/** The tools of the registry that all users share; `actorOf` finds the user whose call it is. */
export function sharedTools(actorOf: (call: ToolCall) => Actor): AnyTool[] {
  const tool = (name: string, execute: (parameters: Parameters, call: ToolCall, actor: Actor) => unknown): AnyTool => ({
    name,
    execute: (parameters: Parameters, call) => {
      const actor = actorOf(call)
      actor.ran(call, parameters)
      return execute(parameters, call, actor)
    },
  })
  const evenOnly = (value: unknown) =>
    (value as Parameters).n % 2 === 0 ? { value } : { issues: [{ message: 'n must be even', path: ['n'] }] }
  const echo = tool('echo', ({ n }, call) => ({ n, of: call.context.metadata['number'] }))
  return [
    echo,
    { ...echo, name: 'system_config' },
    { ...echo, name: 'even-only', inputSchema: schemaOf(evenOnly) },
    { ...echo, name: 'even-only-late', inputSchema: schemaOf((value) => Promise.resolve(evenOnly(value))) },
    tool('gated', ({ gate: number }, _, actor) => actor.gate(number).promise),
    tool('polite', ({ gate: number }, { signal }, actor) =>
      Promise.race([actor.gate(number).promise, abortOf(signal)]),
    ),
    tool('self-aborting', ({ n, gate: number }, _, actor) => {
      actor.controller(n % 3).abort('by a tool')
      return actor.gate(number).promise
    }),
    tool('retrying', (parameters, { signal }, actor) => {
      const again = {
        kind: 'call',
        dispatcher: 0,
        tool: 'gated',
        timeoutMs: 100,
        signal: undefined,
        runId: undefined,
      } as const
      signal.addEventListener('abort', () => actor.perform({ ...again, parameters }))
      return actor.gate(parameters.gate).promise
    }),
    tool('failing', ({ n }, { context }) => {
      throw new Error(`${n} failed for ${String(context.metadata['number'])}`)
    }),
    tool('reporting', async ({ n, gate: number }, { reportProgress }, actor) => {
      reportProgress({ n, half: false })
      await actor.gate(number).promise
      reportProgress({ n, half: true })
    }),
    tool('outer', async ({ inner, ...rest }, { executeTool }, actor) => {
      const results: unknown[] = []
      for (const name of inner) {
        const parameters = { ...rest, inner: inner.slice(1) }
        results.push(actor.shown(await executeTool(name, parameters, { timeoutMs: 40 })))
      }
      return results
    }),
  ]
}

type Validate = NonNullable<AnyTool['inputSchema']>['~standard']['validate']

function schemaOf(validate: Validate): NonNullable<AnyTool['inputSchema']> {
  return { '~standard': { version: 1, vendor: 'programs', validate } }
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`Stopped: ${String(signal.reason)}`)), { once: true })
  })
}
