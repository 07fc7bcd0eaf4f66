import type { AgentEvent, EventSink } from '@switchyard/dispatcher'
import { eventSinkFrom, type EventTransport } from '@switchyard/dispatcher/interop'

/** Whatever an old entry point took as its manager, bridge or emitter. */
export type OptionalTransport = EventTransport | null | undefined

/** The event sink of a dispatcher whose transport may be replaced while it lives. */
export class TransportSwitch implements EventSink {
  /** Events that came while there was no transport. */
  discarded = 0
  #transport: EventTransport | null = null
  #sink: EventSink | undefined

  /** @throws {TypeError} The transport has none of the methods that make one. */
  constructor(transport: OptionalTransport) {
    this.connect(transport)
  }

  get transport(): EventTransport | null {
    return this.#transport
  }

  /** @throws {TypeError} The transport has none of the methods that make one; the one before stays. */
  connect(transport: OptionalTransport): void {
    this.#sink = eventSinkFrom(transport)
    this.#transport = transport ?? null
  }

  emit(event: AgentEvent): void | Promise<void> {
    if (this.#sink !== undefined) return this.#sink.emit(event)
    this.discarded += 1
  }
}
