/** The browser's and Node's end of event delivery, without a dependency: `@switchyard/dispatcher/client`. */
export {
  connectEvents,
  type ConnectEventsOptions,
  type ConnectionStatus,
  type CursorStorage,
  type EventsConnection,
} from './client/connect-events.js'
export type { SocketEvent, WebSocketConstructor, WebSocketLike } from './client/web-socket.js'
export type { SnapshotReason } from './delivery/protocol.js'
export type { AgentEvent } from './events/event.js'
export type { Position } from './events/store.js'
