/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { ToolDispatcher, UserExecutionContext } from "@switchyard/legacy";
import type { DeskUser } from "../store/index.js";
import { badRequest } from "./http-error.js";

export interface OpenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  token?: string;
  body?: unknown;
  params: Record<string, string>;
}

/** A request of somebody who is signed on. */
export interface DeskRequest extends OpenRequest {
  user: DeskUser;
  context: UserExecutionContext;
  /** Made for this request by secured(), gone when the reply is out. */
  dispatcher: ToolDispatcher;
}

export interface Reply {
  status: number;
  type: "application/json" | "text/plain" | "text/html";
  body: unknown;
}

export function json(body: unknown, status = 200): Reply {
  return { status, type: "application/json", body };
}

export function text(body: string, status = 200): Reply {
  return { status, type: "text/plain", body };
}

export function fields(request: OpenRequest): Record<string, unknown> {
  const { body } = request;
  if (body === undefined) return {};
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw badRequest("The body must be a JSON object");
  return body as Record<string, unknown>;
}

export function textField(request: OpenRequest, name: string): string {
  const value = fields(request)[name];
  if (typeof value !== "string" || value.trim() === "") throw badRequest(`"${name}" must be a text that is not empty`);
  return value.trim();
}
