import type { Server } from "node:http";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { WebSocketManager } from "./manager.js";
import type { SeatTokens } from "./seat-tokens.js";

const SIGN_ON_MS = 5000;

function tokenIn(data: RawData, isBinary: boolean): string | undefined {
  if (isBinary) return undefined;
  try {
    const frame: unknown = JSON.parse(data.toString());
    if (typeof frame === "object" && frame !== null && "type" in frame && frame.type === "auth" && "token" in frame) {
      return typeof frame.token === "string" ? frame.token : undefined;
    }
  } catch {
    // not JSON: no token
  }
  return undefined;
}

/**
 * The first frame has to be {"type":"auth","token":"..."}; whatever the URL says about users is not looked at.
 * 4001 = no valid token, 4008 = said nothing.
 */
export function acceptSockets(server: Server, manager: WebSocketManager, tokens: SeatTokens): WebSocketServer {
  const wss = new WebSocketServer({ server, path: "/ws", maxPayload: 4096 });
  wss.on("connection", (socket: WebSocket) => {
    const timer = setTimeout(() => socket.close(4008, "no sign-on"), SIGN_ON_MS);
    timer.unref();
    socket.on("error", () => socket.terminate());
    socket.once("close", () => clearTimeout(timer));
    socket.once("message", (data, isBinary) => {
      clearTimeout(timer);
      const userId = tokens.userOf(tokenIn(data, isBinary));
      if (userId === undefined) {
        socket.close(4001, "sign on first");
        return;
      }
      manager.attach(userId, socket);
      socket.send(JSON.stringify({ type: "ready", data: { userId } }));
    });
  });
  return wss;
}
