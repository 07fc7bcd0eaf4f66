import type { DispatcherOptions, ToolCall, UnifiedToolDispatcher, UserExecutionContext } from '../../src/index.js'
import { type Gate, gate } from './gate.js'
import { Recorder } from './recorder.js'
import { contextOf, dispatcherWith } from './requests.js'

interface Slow {
  readonly dispatcher: UnifiedToolDispatcher
  /** Ends every body of `slow`. */
  readonly body: Gate
  /** What the bodies of `slow` were given. */
  readonly calls: ToolCall[]
  readonly events: Recorder
}

/** A dispatcher whose tool `slow`, with a `timeoutMs` of `toolMs`, ends when the test lets it; `echo` gives back what it gets. */
export function slow(
  { toolMs, ...options }: Omit<DispatcherOptions, 'tools'> & { toolMs?: number | undefined } = {},
  context: UserExecutionContext = contextOf(),
): Slow {
  const body = gate()
  const calls: ToolCall[] = []
  const events = new Recorder()
  const tools = {
    slow: {
      timeoutMs: toolMs,
      execute: (_input: unknown, call: ToolCall) => {
        calls.push(call)
        return body.promise
      },
    },
    echo: { execute: (input: unknown) => input },
  }
  return { dispatcher: dispatcherWith({ events, ...options, tools }, context), body, calls, events }
}
