/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "./desk-request.js";
import { json } from "./desk-request.js";
import { HttpError, badRequest } from "./http-error.js";
import type { Router } from "./router.js";

const MAX_BODY = 64 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new HttpError(413, `Bodies are at most ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw badRequest("The body is not JSON");
  }
}

function bearer(request: IncomingMessage): string | undefined {
  const match = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "");
  return match ? match[1] : undefined;
}

function send(response: ServerResponse, reply: Reply): void {
  const body = reply.type === "application/json" ? JSON.stringify(reply.body) : String(reply.body);
  response.writeHead(reply.status, {
    "content-type": `${reply.type}; charset=utf-8`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

export function listenerFor(router: Router) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://desk");
    let reply: Reply;
    try {
      const body = await readBody(request);
      reply = await router.handle({ method: request.method ?? "GET", path: url.pathname, query: url.searchParams, token: bearer(request), body });
    } catch (error) {
      reply = error instanceof HttpError ? json({ error: error.message }, error.status) : json({ error: "Bad request" }, 400);
    }
    send(response, reply);
  };
}
