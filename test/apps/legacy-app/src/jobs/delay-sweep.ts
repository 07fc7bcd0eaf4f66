import { createRequestScopedDispatcher } from "@switchyard/legacy";
import { orders } from "../store/index.js";
import { draftReply, trackShipment, type Reply, type Shipment } from "../tools/index.js";
import type { Job, JobOutcome } from "./runner.js";

function whatIsWrong({ carrier, lateDays, silentDays }: Shipment): string {
  if (lateDays === 0) return `${carrier} has not scanned your parcel for ${silentDays} days.`;
  return `Your parcel with ${carrier} is ${lateDays} working days late.`;
}

/**
 * Every morning: which parcels on the road are late, stalled or lost, and the mail that goes with it.
 */
export async function delaySweep({ context, user, manager }: Job): Promise<JobOutcome> {
  await using dispatcher = await createRequestScopedDispatcher(context, manager, [trackShipment, draftReply]);

  const onTheRoad = orders.filter((order) => order.status === "in_transit");
  const tracked = await Promise.all(
    onTheRoad.map((order) => dispatcher.executeTool("track_shipment", { orderId: order.id })),
  );

  const lines: string[] = [];
  let mails = 0;
  for (const result of tracked) {
    if (!result.success) {
      lines.push(`? ${result.error}`);
      continue;
    }
    const shipment = result.result as Shipment;
    if (shipment.verdict === "on_time") continue;
    const mail = await dispatcher.executeTool("draft_reply", {
      orderId: shipment.orderId,
      points: [whatIsWrong(shipment), "We have asked the carrier."],
      signedBy: user.name,
    });
    if (mail.success) mails += 1;
    const to = mail.success ? (mail.result as Reply).to : `no mail: ${mail.errorMessage}`;
    lines.push(`${shipment.orderId} ${shipment.verdict} +${shipment.lateDays} ${shipment.carrier} -> ${to}`);
  }
  return { summary: `${lines.length} of ${onTheRoad.length} parcels need a look, ${mails} mails drafted`, lines };
}
