import { ToolDispatcher } from "@switchyard/legacy";
import { checkStock, type StockLevel } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

const WATCH_LIST = ["GR-110", "GR-240", "KT-070", "KT-120", "DR-001", "CP-006", "BN-1K0", "EM-010"];

export async function stockAlert({ context, manager: bridge }: Job): Promise<JobOutcome> {
  await using dispatcher = new ToolDispatcher(context, [checkStock], bridge);
  const levels = await dispatcher.executeTool("check_stock", { skus: WATCH_LIST });
  if (!levels.success) {
    return { summary: "no stock figures", lines: [`${levels.errorMessage}`] };
  }
  const low = (levels.result as StockLevel[]).filter((level) => level.reorder);
  return {
    summary: `${low.length} of ${WATCH_LIST.length} articles to reorder`,
    lines: low.map((level) => `${level.sku} ${level.title}: ${level.free}`),
  };
}
