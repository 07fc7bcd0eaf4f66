import { EnhancedToolDispatcher } from "@switchyard/enhanced";
import { customers, euros } from "../store/index.js";
import { customerHistory, type CustomerHistory } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

/** What the trade customers bought, for the sales meeting. */
export async function tradeReport({ context, manager }: Job): Promise<JobOutcome> {
  await using dispatcher = await EnhancedToolDispatcher.createScoped(context, { tools: [customerHistory], websocketBridge: manager });
  const trade = customers.filter((customer) => customer.tier === "trade");

  const lines: string[] = [];
  let spent = 0;
  for (const customer of trade) {
    const { status, result, errorMessage } = await dispatcher.executeTool("customer_history", { customer: customer.id });
    if (status === "error") {
      lines.push(`${customer.id}: ${errorMessage}`);
      continue;
    }
    const history = result as CustomerHistory;
    spent += history.spentCents;
    lines.push(`${history.name}: ${history.orders} orders, ${euros(history.spentCents)}, ${history.lateParcels} late`);
  }
  return { summary: `${trade.length} trade customers, ${euros(spent)}`, lines };
}
