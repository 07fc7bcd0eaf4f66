import { expect } from 'vitest'
import type { AgentEvent, EventSink, ToolExecutionResult } from '../../src/index.js'

type EventOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>

/** A sink that keeps every event in the order of its arrival. */
export class Recorder implements EventSink {
  readonly events: AgentEvent[] = []

  emit(event: AgentEvent): void {
    this.events.push(event)
  }

  get types(): string[] {
    return this.events.map((event) => event.type)
  }

  of<Type extends AgentEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type)
  }

  /** The one event of a kind; fails when there are none or several. */
  only<Type extends AgentEvent['type']>(type: Type): EventOf<Type> {
    const found = this.of(type)
    expect(found, `events of type ${type}`).toHaveLength(1)
    const [first] = found
    if (first === undefined) throw new Error('unreachable: the length was checked')
    return first
  }

  /** The parameters that the one `tool_executing` shows. */
  get shownParameters(): unknown {
    return this.only('tool_executing').payload.parameters
  }

  /** The result that the one `tool_completed` shows. */
  get shownResult(): unknown {
    return this.only('tool_completed').payload.result
  }
}

/** Fails unless the result's call has exactly one `tool_executing` and then exactly one `tool_completed` that agrees. */
export function expectPair(events: readonly AgentEvent[], result: ToolExecutionResult): void {
  const ofCall = events.filter((event) => 'callId' in event.payload && event.payload['callId'] === result.callId)
  const ends = ofCall.filter((event) => event.type === 'tool_executing' || event.type === 'tool_completed')
  expect(ends.map((event) => event.type)).toEqual(['tool_executing', 'tool_completed'])
  for (const event of ends) expect([event.userId, event.runId]).toEqual([result.userId, result.runId])
  const completed = ends[1]
  if (completed?.type !== 'tool_completed') throw new Error('unreachable: the types were checked')
  const toolName = result.toolName.length <= 100 ? result.toolName : `${result.toolName.slice(0, 99)}…`
  expect(completed.payload).toMatchObject({ toolName, status: result.success ? 'success' : 'error' })
  expect(completed.payload.error?.code).toBe(result.error?.code)
}

/** The code of a failed result; fails when the call succeeded. */
export function codeOf(result: ToolExecutionResult): string {
  return result.success ? `success: ${String(result.result)}` : result.error.code
}
