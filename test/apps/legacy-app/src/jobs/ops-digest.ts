import { createEnhancedDispatcher } from "@switchyard/enhanced";
import { logAnalyzer } from "../admin/admin-tools.js";
import { checkStock, type StockLevel } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

/** The log part is only for Operations; everybody else who runs this gets the stock part. */
export async function opsDigest({ context, user, manager }: Job): Promise<JobOutcome> {
  const enableAdminTools = user.roles.includes("admin");
  const dispatcher = await createEnhancedDispatcher(context, { websocketBridge: manager, tools: [logAnalyzer, checkStock], enableAdminTools });
  try {
    const lines: string[] = [];
    const log = await dispatcher.dispatch("log_analyzer", { by: "path", minStatus: 500 });
    if (log.status === "success") {
      for (const { key, count } of log.payload?.result as { key: string; count: number }[]) lines.push(`${count} errors at ${key}`);
    } else {
      lines.push(`log: ${log.message}`);
    }
    const stock = await dispatcher.dispatch("check_stock", { skus: ["GR-110", "EM-010"] });
    if (stock.status === "success") {
      for (const level of stock.payload?.result as StockLevel[]) lines.push(`${level.free} x ${level.title}`);
    }
    return { summary: `digest for ${user.name}`, lines };
  } finally {
    await dispatcher.cleanup();
  }
}
