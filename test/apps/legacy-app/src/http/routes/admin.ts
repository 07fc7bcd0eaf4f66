/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { AdminDesk } from "../../admin/admin-desk.js";
import type { WebSocketManager } from "../../websocket/index.js";
import { fields, json } from "../desk-request.js";
import { forbidden, HttpError } from "../http-error.js";
import type { DeskHandler } from "../secured.js";
import type { DeskUser } from "../../store/index.js";

function requireAdmin(user: DeskUser) {
  if (!user.roles.includes("admin")) throw forbidden("Only Operations can do that");
}

export function adminTool(desk: AdminDesk): DeskHandler {
  return async (request) => {
    requireAdmin(request.user);
    const outcome = await desk.run(request.context, request.params.tool, fields(request));
    if (!outcome.ok) throw new HttpError(422, outcome.problem);
    return json({ tool: outcome.tool, result: outcome.result });
  };
}

export function adminOverview(desk: AdminDesk, manager: WebSocketManager): DeskHandler {
  return async ({ user, context }) => {
    requireAdmin(user);
    return json({ ...(await desk.overview(context, manager)), audit: desk.trail.lines() });
  };
}
