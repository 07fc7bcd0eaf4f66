import { contextFor, newRunId, type UserExecutionContext } from "../dispatch/index.js";
import type { DeskUser } from "../store/index.js";
import type { WebSocketManager } from "../websocket/index.js";

export interface Job {
  context: UserExecutionContext;
  user: DeskUser;
  manager: WebSocketManager;
}

export interface JobOutcome {
  summary: string;
  lines: string[];
}

export type JobHandler = (job: Job) => Promise<JobOutcome>;

export type JobReport = { job: string; runId: string; by: string } & (
  | ({ state: "done" } & JobOutcome)
  | { state: "failed"; problem: string }
);

const KEPT = 50;

export class JobRunner {
  private readonly handlers = new Map<string, JobHandler>();
  private readonly reports: JobReport[] = [];
  private readonly running = new Set<string>();

  constructor(private readonly manager: WebSocketManager) {}

  register(name: string, handler: JobHandler): this {
    if (this.handlers.has(name)) throw new Error(`Job ${name} is there already`);
    this.handlers.set(name, handler);
    return this;
  }

  names(): string[] {
    return [...this.handlers.keys()];
  }

  past(): readonly JobReport[] {
    return this.reports;
  }

  /** One of a kind at a time; a job that throws is a failed report, not a crash. */
  async run(name: string, user: DeskUser): Promise<JobReport> {
    const handler = this.handlers.get(name);
    if (!handler) throw new Error(`No job ${name}, there are: ${this.names().join(", ")}`);
    const context = contextFor(user, `job-${name}`, newRunId("job"));
    const head = { job: name, runId: context.runId, by: user.id };
    if (this.running.has(name)) return this.keep({ ...head, state: "failed", problem: "It is running already" });
    this.running.add(name);
    try {
      return this.keep({ ...head, state: "done", ...(await handler({ context, user, manager: this.manager })) });
    } catch (error) {
      return this.keep({ ...head, state: "failed", problem: error instanceof Error ? error.message : String(error) });
    } finally {
      this.running.delete(name);
    }
  }

  private keep(report: JobReport): JobReport {
    this.reports.push(report);
    if (this.reports.length > KEPT) this.reports.shift();
    return report;
  }
}
