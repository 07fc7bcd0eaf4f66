import type { WebSocket } from "ws";

export interface DeskEvent {
  type: string;
  data: Record<string, unknown>;
  timestamp: string;
  critical: true;
}

/**
 * Knows which sockets belong to whom. Everything that a user sees goes through emitCriticalEvent, and only to
 * that user's own sockets; there is no broadcast on purpose.
 */
export class WebSocketManager {
  private readonly sockets = new Map<string, Set<WebSocket>>();
  private readonly histories = new Map<string, DeskEvent[]>();

  constructor(private readonly historySize = 200) {}

  attach(userId: string, socket: WebSocket): void {
    const own = this.sockets.get(userId) ?? new Set<WebSocket>();
    own.add(socket);
    this.sockets.set(userId, own);
    socket.once("close", () => {
      own.delete(socket);
      if (own.size === 0 && this.sockets.get(userId) === own) this.sockets.delete(userId);
    });
  }

  async emitCriticalEvent(userId: string, type: string, data: Record<string, unknown>): Promise<boolean> {
    const event: DeskEvent = { type, data, timestamp: new Date().toISOString(), critical: true };
    this.remember(userId, event);
    const frame = JSON.stringify(event);
    let sent = 0;
    for (const socket of this.sockets.get(userId) ?? []) {
      if (socket.readyState !== socket.OPEN) continue;
      socket.send(frame);
      sent += 1;
    }
    return sent > 0;
  }

  /** Oldest first. For the support page, and for people whose page was closed. */
  history(userId: string): readonly DeskEvent[] {
    return this.histories.get(userId) ?? [];
  }

  connections(userId: string): number {
    return this.sockets.get(userId)?.size ?? 0;
  }

  disconnect(userId: string, code = 4001, reason = "signed off"): void {
    for (const socket of this.sockets.get(userId) ?? []) socket.close(code, reason);
  }

  closeAll(): void {
    for (const userId of [...this.sockets.keys()]) this.disconnect(userId, 1001, "desk is closing");
  }

  private remember(userId: string, event: DeskEvent): void {
    const history = this.histories.get(userId) ?? [];
    history.push(event);
    if (history.length > this.historySize) history.splice(0, history.length - this.historySize);
    this.histories.set(userId, history);
  }
}
