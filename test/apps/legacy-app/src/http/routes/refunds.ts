/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { BillingDesk } from "../../agents/index.js";
import { bookedRefunds, type RefundEntry } from "../../store/index.js";
import { json, text, textField } from "../desk-request.js";
import { HttpError } from "../http-error.js";
import type { DeskHandler } from "../secured.js";

export const adviseRefund: DeskHandler = async (request) => {
  const desk = new BillingDesk(request.dispatcher);
  const advice = await desk.advise(request.params.id, request.query.get("reason") ?? "late");
  return json({ advice, bestOffer: await desk.bestOffer(request.params.id) });
};

/** People without the refunds role get their 403 from the dispatcher. */
export const payRefund: DeskHandler = async (request) => {
  const { user, dispatcher } = request;
  const booked = (
    await dispatcher.executeTool("issue_refund", {
      orderId: textField(request, "orderId"),
      reason: textField(request, "reason"),
      by: user.name,
      approvedBy: user.roles.includes("admin") ? user.name : undefined,
    })
  ).result as RefundEntry | null;
  if (!booked) throw new HttpError(422, "The refund was not booked, ask for a quote to see why");
  return json(booked, 201);
};

export const listRefunds: DeskHandler = () => json(bookedRefunds());

export const showInvoice: DeskHandler = async (request) => {
  const invoice = await new BillingDesk(request.dispatcher).invoice(request.params.id);
  if ("problem" in invoice) throw new HttpError(422, invoice.problem);
  return text(invoice.text);
};
