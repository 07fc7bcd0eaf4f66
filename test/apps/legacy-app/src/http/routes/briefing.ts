/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { morningBriefing } from "../../agents/index.js";
import { customerCard } from "../../reports/customer-card.js";
import { json, text } from "../desk-request.js";
import type { DeskHandler } from "../secured.js";
import type { WebSocketManager } from "../../websocket/index.js";

export const briefing: DeskHandler = async ({ dispatcher }) => json(await morningBriefing(dispatcher));

export function showCustomer(manager: WebSocketManager): DeskHandler {
  return async ({ context, params }) => text(await customerCard(context, manager, params.customer));
}
