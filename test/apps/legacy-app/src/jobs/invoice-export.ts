import { createHash } from "node:crypto";
import { requestScopedToolDispatcherScope } from "@switchyard/request-scoped";
import { ToolDispatchRequest } from "../dispatch/index.js";
import { orders } from "../store/index.js";
import { invoiceReport, type InvoiceReport } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

/** The month's invoices for the archive: one line each, with the hash that the archive checks. */
export async function invoiceExport({ context, manager: websocketEmitter }: Job): Promise<JobOutcome> {
  const month = orders.filter((order) => order.placedAt.startsWith("2025-10"));
  const requests = month.map((order) => new ToolDispatchRequest({ toolName: "invoice_report", parameters: { orderId: order.id } }));

  await using dispatcher = await requestScopedToolDispatcherScope(context, [invoiceReport], websocketEmitter);
  const lines: string[] = [];
  let failed = 0;
  for (const request of requests) {
    const invoice = await dispatcher.dispatch(request.toolName, request.parameters);
    if (invoice.status === "success") {
      const { orderId, text } = invoice.payload?.result as InvoiceReport;
      lines.push(`${orderId} ${createHash("sha256").update(text).digest("hex").slice(0, 16)} ${text.length}`);
    } else {
      failed += 1;
      lines.push(`skipped: ${invoice.message}`);
    }
  }
  return { summary: `${lines.length - failed} invoices, ${failed} skipped`, lines };
}
