import * as core from "@switchyard/core";
import { daysBetween, euros, orders, scansOf, today } from "../store/index.js";
import { quoteRefund, trackShipment, type RefundQuote } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

const LOOK_BACK_DAYS = 21;

/** Late deliveries of the last weeks that nobody has complained about yet: what would they cost us? */
export async function refundBatch({ context, manager }: Job): Promise<JobOutcome> {
  const dispatcher = await core.ToolDispatcher.createRequestScopedDispatcher(context, [trackShipment, quoteRefund], manager);
  try {
    dispatcher.registerTool(
      "batch_total",
      ({ cents }: { cents: number[] }) => ({ count: cents.length, total: cents.reduce((sum, one) => sum + one, 0) }),
      "Add the refunds of a batch up",
    );

    const state = { batch: today };
    const lines: string[] = [];
    const cents: number[] = [];
    for (const order of orders) {
      const delivered = scansOf(order).find((scan) => scan.code === "delivered");
      if (!delivered || daysBetween(delivered.at, today) > LOOK_BACK_DAYS) continue;
      const response = await dispatcher.dispatchTool("quote_refund", { orderId: order.id, reason: "late" }, state, context.runId);
      if (response.success) {
        const quote = response.result as RefundQuote;
        cents.push(quote.totalCents);
        lines.push(`${quote.orderId} ${euros(quote.totalCents)} ${quote.explanation}`);
      } else if (!response.error?.includes("is not late")) {
        lines.push(`${order.id} ${response.metadata.toolName}: ${response.error}`);
      }
    }

    const total = await dispatcher.dispatchTool("batch_total", { cents });
    const { successRate } = dispatcher.getMetrics();
    if (!total.success) throw new Error(total.error ?? "no total");
    const { count, total: sum } = total.result as { count: number; total: number };
    return { summary: `${count} refunds, ${euros(sum)}, ${Math.round(successRate * 100)}% of the calls went well`, lines };
  } finally {
    await dispatcher.cleanup();
  }
}
