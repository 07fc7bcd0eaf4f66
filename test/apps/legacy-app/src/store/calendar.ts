import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '../paths.js';

const holidays: Record<string, string[]> = JSON.parse(readFileSync(join(dataDir, 'holidays.json'), 'utf8'));

/** The day of the export. Nothing in here may look at the real clock, the nightly numbers must be repeatable. */
export const today = '2025-11-14';

const DAY = 86_400_000;

function toTime(day: string): number {
  return Date.parse(`${day.slice(0, 10)}T00:00:00Z`);
}

export function isWorkingDay(day: string, country: string): boolean {
  const weekday = new Date(toTime(day)).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !(holidays[country] ?? []).includes(day);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((toTime(to) - toTime(from)) / DAY);
}

/** Working days after `from`, up to and with `to`. Negative when `to` comes first. */
export function workingDaysBetween(from: string, to: string, country: string): number {
  if (toTime(to) < toTime(from)) return -workingDaysBetween(to, from, country);
  let count = 0;
  for (let time = toTime(from) + DAY; time <= toTime(to); time += DAY) {
    if (isWorkingDay(new Date(time).toISOString().slice(0, 10), country)) count += 1;
  }
  return count;
}

export function addWorkingDays(from: string, days: number, country: string): string {
  let time = toTime(from);
  for (let left = days; left > 0; ) {
    time += DAY;
    if (isWorkingDay(new Date(time).toISOString().slice(0, 10), country)) left -= 1;
  }
  return new Date(time).toISOString().slice(0, 10);
}
