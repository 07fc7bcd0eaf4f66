export interface DeskConfig {
  port: number;
  host: string;
  /** How long a seat token lives, in minutes. */
  tokenMinutes: number;
  /** Events kept for each user, for a page that was closed for a moment. */
  eventHistory: number;
  defaultTimeoutMs: number;
}

function numberFrom(name: string, fallback: number): number {
  const raw = process.env[name];
  if (raw === undefined || raw === '') return fallback;
  const value = Number(raw);
  if (!Number.isInteger(value) || value < 0) {
    throw new Error(`${name} must be a whole number, got "${raw}"`);
  }
  return value;
}

export function loadConfig(): DeskConfig {
  return {
    port: numberFrom('PORT', 8090),
    host: process.env.HOST ?? '127.0.0.1',
    tokenMinutes: numberFrom('DESK_TOKEN_MINUTES', 480),
    eventHistory: numberFrom('DESK_EVENT_HISTORY', 200),
    defaultTimeoutMs: numberFrom('DESK_TOOL_TIMEOUT_MS', 10_000),
  };
}
