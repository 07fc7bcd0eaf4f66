/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { ToolResult } from "@switchyard/legacy";
import { json, fields, type Reply } from "../desk-request.js";
import { notFound } from "../http-error.js";
import type { DeskHandler } from "../secured.js";

export const listTools: DeskHandler = ({ dispatcher }) => json({ user: dispatcher.userContext.userId, tools: dispatcher.getAvailableTools() });

// The returns portal reads this shape, do not change it without telling them.
function portalReply(result: ToolResult): Reply {
  const { status, message, payload, toolInput } = result;
  return json({ tool: toolInput.toolName, input: toolInput.kwargs, status, message, payload }, status === "success" ? 200 : 422);
}

export const runTool: DeskHandler = async (request) => {
  const { tool } = request.params;
  if (!request.dispatcher.hasTool(tool)) throw notFound(`No tool ${tool}`);
  return portalReply(await request.dispatcher.dispatch(tool, fields(request)));
};
