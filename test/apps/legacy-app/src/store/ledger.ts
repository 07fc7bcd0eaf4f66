/** Refunds that were paid out since the service started. Finance reads the real thing from the bank file. */
export interface RefundEntry {
  number: string;
  orderId: string;
  cents: number;
  reason: string;
  by: string;
}

const entries: RefundEntry[] = [];

export function bookRefund(entry: Omit<RefundEntry, 'number'>): RefundEntry {
  if (entries.some((booked) => booked.orderId === entry.orderId)) {
    throw new Error(`Order ${entry.orderId} was refunded already`);
  }
  const booked = { number: `R-${String(entries.length + 1).padStart(4, '0')}`, ...entry };
  entries.push(booked);
  return booked;
}

export function bookedRefunds(): readonly RefundEntry[] {
  return entries;
}

export function clearLedger(): void {
  entries.length = 0;
}
