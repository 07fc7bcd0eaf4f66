/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { UnifiedToolDispatcherFactory } from "@switchyard/legacy";
import { contextFor } from "../dispatch/index.js";
import { findUser } from "../store/index.js";
import { deskTools } from "../tools/index.js";
import type { SeatTokens, WebSocketManager } from "../websocket/index.js";
import type { DeskRequest, OpenRequest, Reply } from "./desk-request.js";
import { HttpError } from "./http-error.js";

export type Handler = (request: OpenRequest) => Promise<Reply> | Reply;
export type DeskHandler = (request: DeskRequest) => Promise<Reply> | Reply;

/** Wraps a handler that needs a signed-on user: finds the user by the token and gives the request its dispatcher. */
export function securedBy(tokens: SeatTokens, websocketManager: WebSocketManager) {
  return function secured(handler: DeskHandler): Handler {
    return async (open) => {
      const user = findUser(tokens.userOf(open.token) ?? "");
      if (!user) throw new HttpError(401, "Sign on first");
      const userContext = contextFor(user, `desk-${user.id}`);
      const dispatcher = UnifiedToolDispatcherFactory.createForRequest({ userContext, tools: deskTools, websocketManager });
      const request: DeskRequest = { ...open, user, context: userContext, dispatcher };
      try {
        return await handler(request);
      } finally {
        await request.dispatcher.cleanup();
      }
    };
  };
}
