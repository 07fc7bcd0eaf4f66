export function euros(cents: number): string {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(cents) / 100);
  return `${sign}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')} EUR`;
}

export function percentOf(cents: number, percent: number): number {
  return Math.round((cents * percent) / 100);
}

/** Prices are with VAT: how much of `cents` it is. */
export function vatInside(cents: number, percent: number): number {
  return cents - Math.round((cents * 100) / (100 + percent));
}
