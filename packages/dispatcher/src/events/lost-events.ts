import { channel } from 'node:diagnostics_channel'
import type { AgentEvent } from './event.js'

const lost = channel('switchyard:event-failed')

/** Publishes an event that a sink threw at or rejected, with what it threw: `{ event, cause }` on `switchyard:event-failed`. */
export function publishLostEvent(event: AgentEvent, cause: unknown): void {
  if (lost.hasSubscribers) lost.publish({ event, cause })
}
