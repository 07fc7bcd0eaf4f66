export { WebSocketManager, type DeskEvent } from "./manager.js";
export { SeatTokens } from "./seat-tokens.js";
export { acceptSockets } from "./sign-on.js";
