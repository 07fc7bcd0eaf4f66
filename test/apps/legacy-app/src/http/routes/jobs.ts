/*
 * Parcel desk
 * Copyright (c) 2023-2025 Brightparcel B.V. Internal use only.
 */

import type { JobRunner } from "../../jobs/index.js";
import { json } from "../desk-request.js";
import { forbidden, notFound } from "../http-error.js";
import type { DeskHandler } from "../secured.js";

export function listJobs(runner: JobRunner): DeskHandler {
  return () => json({ jobs: runner.names(), past: runner.past() });
}

export function runJob(runner: JobRunner): DeskHandler {
  return async ({ user, params }) => {
    if (!user.roles.includes("jobs")) throw forbidden("Jobs are for Logistics and Operations");
    if (!runner.names().includes(params.job)) throw notFound(`No job ${params.job}`);
    const report = await runner.run(params.job, user);
    return json(report, report.state === "done" ? 200 : 500);
  };
}
