import type { WebSocketManager } from "../websocket/index.js";
import { carrierFeed } from "./carrier-feed.js";
import { delaySweep } from "./delay-sweep.js";
import { invoiceExport } from "./invoice-export.js";
import { opsDigest } from "./ops-digest.js";
import { refundBatch } from "./refund-batch.js";
import { JobRunner } from "./runner.js";
import { carrierScorecards } from "./scorecards.js";
import { stockAlert } from "./stock-alert.js";
import { tradeReport } from "./trade-report.js";

export { JobRunner, type Job, type JobOutcome, type JobReport } from "./runner.js";

export function createJobRunner(manager: WebSocketManager): JobRunner {
  return new JobRunner(manager)
    .register("delay-sweep", delaySweep)
    .register("refund-batch", refundBatch)
    .register("carrier-scorecard", carrierScorecards)
    .register("invoice-export", invoiceExport)
    .register("stock-alert", stockAlert)
    .register("carrier-feed", carrierFeed)
    .register("trade-report", tradeReport)
    .register("ops-digest", opsDigest);
}
