/** Tools and transports of other libraries: `@switchyard/dispatcher/interop`. */
export {
  eventSinkFrom,
  flatEventData,
  type CriticalEventTransport,
  type EventTransport,
  type FlatEventData,
  type NotifyTransport,
  type SendEventTransport,
  type SocketServer,
  type SocketServerOptions,
} from './interop/event-sink.js'
export { createEvent } from './events/event.js'
export { redact, redactText } from './events/redact.js'
