/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { OrderSearch, Shipment } from "../../tools/index.js";
import { json } from "../desk-request.js";
import { badRequest, HttpError, notFound } from "../http-error.js";
import type { DeskHandler } from "../secured.js";

export const listOrders: DeskHandler = async (request) => {
  const query = request.query.get("q") ?? "";
  const limit = Number(request.query.get("limit") ?? 20);
  const found = await request.dispatcher.dispatch("search_orders", { query, limit });
  if (found.status === "error") throw badRequest(found.message);
  const { total, orders } = found.payload?.result as OrderSearch;
  return json({ total, orders: orders.map((order) => ({ id: order.id, customer: order.customer, status: order.status })) });
};

export const showOrder: DeskHandler = async ({ dispatcher, params }) => {
  const tracked = await dispatcher.dispatchTool("track_shipment", { orderId: params.id });
  if (!tracked.success) throw tracked.error?.startsWith("No order") ? notFound(tracked.error) : new HttpError(422, tracked.error ?? "unknown");
  const levels = await dispatcher.dispatchTool("check_stock", { orderId: params.id });
  return json({
    shipment: tracked.result as Shipment,
    stock: levels.success ? levels.result : [],
    sources: [tracked.metadata.toolName, levels.metadata.toolName],
  });
};
