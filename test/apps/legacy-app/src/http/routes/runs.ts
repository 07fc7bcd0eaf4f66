/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { runQuestion } from "../../agents/index.js";
import type { WebSocketManager } from "../../websocket/index.js";
import { json, textField } from "../desk-request.js";
import { badRequest } from "../http-error.js";
import type { DeskHandler } from "../secured.js";

export function startRun(manager: WebSocketManager): DeskHandler {
  return async (request) => {
    const question = textField(request, "question");
    if (question.length > 500) throw badRequest("Questions are at most 500 characters");
    return json(await runQuestion(request.user, request.context, manager, question), 201);
  };
}

export function listEvents(manager: WebSocketManager): DeskHandler {
  return ({ user }) => json(manager.history(user.id));
}
