/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { publicDir } from "../../paths.js";
import { users } from "../../store/index.js";
import type { Reply } from "../desk-request.js";
import { json } from "../desk-request.js";

export async function page(): Promise<Reply> {
  return { status: 200, type: "text/html", body: await readFile(join(publicDir, "index.html"), "utf8") };
}

export function listUsers(): Reply {
  return json(users.map(({ id, name, team }) => ({ id, name, team })));
}

export function health(): Reply {
  return json({ ok: true });
}
