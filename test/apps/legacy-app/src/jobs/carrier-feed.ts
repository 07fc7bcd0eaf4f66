import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { dataDir } from "../paths.js";
import { orders, parseCsv, scansOf, today } from "../store/index.js";
import type { Job, JobOutcome } from "./runner.js";

const require = createRequire(import.meta.url);
const { importCarrierFeed } = require("./carrier-feed.cjs") as typeof import("./carrier-feed.cjs");

function lastScan(trackingNumber: string): string | null {
  const order = orders.find((candidate) => candidate.trackingNumber === trackingNumber);
  return order ? (scansOf(order).at(-1)?.code ?? "none") : null;
}

export async function carrierFeed({ context, manager }: Job): Promise<JobOutcome> {
  const rows = parseCsv(await readFile(join(dataDir, "feed", `${today}.csv`), "utf8"), ";");
  const { accepted, rejected } = await importCarrierFeed(context, rows, lastScan, manager);
  return { summary: `${accepted.length} scans, ${rejected.length} rejected`, lines: [...accepted, ...rejected.map((line) => `! ${line}`)] };
}
