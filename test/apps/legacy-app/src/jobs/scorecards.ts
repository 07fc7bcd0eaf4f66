import { ToolDispatcher as ScoreDispatcher, type ToolDispatchResponse } from "@switchyard/core";
import { carrierCodes, carrierScorecard, type Scorecard } from "../tools/index.js";
import { textTable } from "../reports/table.js";
import type { Job, JobOutcome } from "./runner.js";

function row(response: ToolDispatchResponse): string[] {
  if (!response.success) return ["?", "", "", response.error ?? ""];
  const card = response.result as Scorecard;
  return [card.carrier, `${card.onTimePercent}%`, String(card.medianLateDays), card.worstOrder ?? "-"];
}

export async function carrierScorecards({ context, manager }: Job): Promise<JobOutcome> {
  await using scores = await ScoreDispatcher.createScopedDispatcherContext({
    userContext: context,
    tools: [carrierScorecard],
    websocketManager: manager,
  });
  const rows: string[][] = [];
  for (const carrier of carrierCodes) {
    rows.push(row(await scores.dispatchTool("carrier_scorecard", { carrier })));
  }
  const table = textTable([{ title: "Carrier" }, { title: "On time", align: "right" }, { title: "Median late", align: "right" }, { title: "Worst" }], rows);
  return { summary: `${rows.length} carriers with ${scores.getAvailableTools().join(", ")}`, lines: table.split("\n") };
}
