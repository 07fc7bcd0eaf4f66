/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { EnhancedToolDispatcherFactory } from "@switchyard/enhanced";
import { findUser } from "../../store/index.js";
import type { SeatTokens, WebSocketManager } from "../../websocket/index.js";
import { json, textField } from "../desk-request.js";
import { notFound } from "../http-error.js";
import type { DeskHandler, Handler } from "../secured.js";

export function signOn(tokens: SeatTokens): Handler {
  return (request) => {
    const user = findUser(textField(request, "user"));
    if (!user) throw notFound("No such user");
    return json({ user: { id: user.id, name: user.name, team: user.team }, token: tokens.issue(user.id) }, 201);
  };
}

export function signOff(tokens: SeatTokens, manager: WebSocketManager): DeskHandler {
  return async ({ user }) => {
    const seats = tokens.revoke(user.id);
    manager.disconnect(user.id);
    // whatever still runs for them must not go on
    const stopped = await EnhancedToolDispatcherFactory.cleanupUserDispatchers(user.id);
    return json({ seats, stopped });
  };
}
