/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

export { adminOverview, adminTool } from "./admin.js";
export { briefing, showCustomer } from "./briefing.js";
export { listJobs, runJob } from "./jobs.js";
export { listOrders, showOrder } from "./orders.js";
export { health, listUsers, page } from "./page.js";
export { adviseRefund, listRefunds, payRefund, showInvoice } from "./refunds.js";
export { listEvents, startRun } from "./runs.js";
export { signOff, signOn } from "./seats.js";
export { listTools, runTool } from "./tools.js";
