import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'
import type { AgentEvent } from '../../src/index.js'

const CHANNEL = 'switchyard:event-failed'

interface LostEvent {
  readonly event: AgentEvent
  readonly cause: unknown
}

/** The list that grows with what is published on `switchyard:event-failed` until the test is over. */
export function lostEvents(): LostEvent[] {
  const lost: LostEvent[] = []
  const onLost = (message: unknown) => lost.push(message as LostEvent)
  subscribe(CHANNEL, onLost)
  onTestFinished(() => {
    unsubscribe(CHANNEL, onLost)
  })
  return lost
}
