import type { AgentEvent } from '@switchyard/dispatcher'

/** What a transport was called with, in order. */
export type Delivery = readonly [method: string, ...parameters: unknown[]]

/** A transport of each kind that old code has; all of them write into one list. */
export function transports() {
  const deliveries: Delivery[] = []
  const keep =
    (method: string) =>
    (...parameters: unknown[]): void =>
      void deliveries.push([method, ...parameters])
  return {
    deliveries,
    critical: { emitCriticalEvent: keep('emitCriticalEvent') },
    sending: { sendEvent: keep('sendEvent') },
    notifying: { notifyToolExecuting: keep('notifyToolExecuting'), notifyToolCompleted: keep('notifyToolCompleted') },
    sink: { emit: keep('emit') },
  }
}

/** A canonical sink that keeps what it gets. */
export class Recorder {
  readonly events: AgentEvent[] = []

  emit(event: AgentEvent): void {
    this.events.push(event)
  }

  get types(): string[] {
    return this.events.map(({ type }) => type)
  }
}
