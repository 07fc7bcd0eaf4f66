/**
 * node dist-scripts/scripts/grant-goodwill.js BP-10031 lost
 *
 * Pays a refund that needs an approval, in the name of the person on duty. The directory says who may.
 */
import { ToolDispatcherFactory } from "@switchyard/enhanced";
import { contextFor } from "../src/dispatch/index.js";
import { bookedRefunds, euros, findUser, type RefundEntry } from "../src/store/index.js";
import { issueRefund } from "../src/tools/index.js";

const [orderId = "", reason = "damaged", onDuty = process.env.DESK_ON_DUTY ?? "grace"] = process.argv.slice(2);
const person = findUser(onDuty);
if (!person) throw new Error(`No user ${onDuty}`);

const directory = { refunds: bookedRefunds };
const user = { ...person, isAdmin: person.roles.includes("admin") };

const dispatcher = await ToolDispatcherFactory.createForAdmin({ userContext: contextFor(person, "goodwill"), db: directory, user });
try {
  dispatcher.registerTool(issueRefund);
  const booked = await dispatcher.executeTool("issue_refund", { orderId, reason, by: person.name, approvedBy: person.name });
  console.log(booked.success ? `${(booked.result as RefundEntry).number} ${euros((booked.result as RefundEntry).cents)}` : booked.errorMessage);
} finally {
  await dispatcher.cleanup();
}
