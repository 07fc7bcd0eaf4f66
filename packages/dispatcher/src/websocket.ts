/** Delivery to browsers over WebSockets and server-sent events: `@switchyard/dispatcher/websocket`. */
export {
  createEventGateway,
  type EventGateway,
  type EventGatewayOptions,
  type TicketOptions,
} from './delivery/gateway.js'
export type { GivenGatewayLimits } from './delivery/gateway-limits.js'
export type { GatewayMetrics, RefusalReason } from './delivery/gateway-metrics.js'
export {
  type AckFrame,
  CLOSE_CODES,
  type ClientFrame,
  type CloseFrame,
  DEFAULT_GATEWAY_LIMITS,
  type EventFrame,
  type GatewayLimits,
  type HelloFrame,
  type ReadyFrame,
  type ServerFrame,
  type SnapshotFrame,
  type SnapshotReason,
  SUBPROTOCOL,
} from './delivery/protocol.js'
export { MemoryTicketStore, type TakenTicket, type Ticket, type TicketStore } from './delivery/tickets.js'
