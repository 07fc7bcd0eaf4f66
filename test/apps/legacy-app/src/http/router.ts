/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { OpenRequest, Reply } from "./desk-request.js";
import { json } from "./desk-request.js";
import { HttpError, notFound } from "./http-error.js";
import type { Handler } from "./secured.js";

interface Route {
  method: string;
  parts: string[];
  handler: Handler;
}

export class Router {
  private readonly routes: Route[] = [];

  on(method: string, path: string, handler: Handler): this {
    this.routes.push({ method, parts: path.split("/"), handler });
    return this;
  }

  /** Never throws: what goes wrong becomes a reply. */
  async handle(incoming: Omit<OpenRequest, "params">): Promise<Reply> {
    try {
      const parts = incoming.path.split("/");
      for (const route of this.routes) {
        const params = route.method === incoming.method ? match(route.parts, parts) : null;
        if (params) return await route.handler({ ...incoming, params });
      }
      throw notFound(`Nothing at ${incoming.method} ${incoming.path}`);
    } catch (error) {
      return replyFor(error);
    }
  }
}

function match(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    if (part.startsWith(":")) {
      try {
        params[part.slice(1)] = decodeURIComponent(parts[at]);
      } catch {
        return null;
      }
    } else if (part !== parts[at]) return null;
  }
  return params;
}

function replyFor(error: unknown): Reply {
  if (error instanceof HttpError) return json({ error: error.message }, error.status);
  // the dispatcher throws when somebody may not run a tool
  if (error instanceof Error && error.name === "PermissionError") return json({ error: error.message }, 403);
  return json({ error: error instanceof Error ? error.message : "Something went wrong" }, 500);
}
