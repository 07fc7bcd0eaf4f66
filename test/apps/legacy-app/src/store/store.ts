import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir } from '../paths.js';
import { parseCsv } from './csv.js';
import type { Carrier, Customer, DeskUser, Order, Rate, RefundPolicy, Scan, StockItem } from './records.js';

function json<T>(file: string): T {
  return JSON.parse(readFileSync(join(dataDir, file), 'utf8')) as T;
}

function csv<T>(file: string, convert: (row: Record<string, string>) => T): T[] {
  return parseCsv(readFileSync(join(dataDir, file), 'utf8')).map(convert);
}

export const orders = json<Order[]>('orders.json');
export const users = json<DeskUser[]>('users.json');
export const refundPolicy = json<RefundPolicy>('refund-policy.json');

export const customers = csv<Customer>('customers.csv', (row) => ({
  id: row.id,
  name: row.name,
  email: row.email,
  tier: row.tier as Customer['tier'],
  since: row.since,
}));

export const carriers = csv<Carrier>('carriers.csv', (row) => ({
  code: row.code,
  name: row.name,
  serviceDays: Number(row.service_days),
  claimAfterDays: Number(row.claim_after_days),
  phone: row.phone,
}));

export const scans = csv<Scan>('tracking.csv', (row) => ({
  trackingNumber: row.tracking_number,
  at: row.at,
  code: row.code,
  location: row.location,
}));

export const stock = csv<StockItem>('stock.csv', (row) => ({
  sku: row.sku,
  title: row.title,
  onHand: Number(row.on_hand),
  reserved: Number(row.reserved),
  reorderLevel: Number(row.reorder_level),
  weightGrams: Number(row.weight_grams),
  unitCents: Number(row.unit_cents),
}));

export const rates = csv<Rate>('rates.csv', (row) => ({
  carrier: row.carrier,
  zone: Number(row.zone),
  maxGrams: Number(row.max_grams),
  cents: Number(row.cents),
}));

export function requireOrder(id: string): Order {
  const order = orders.find((candidate) => candidate.id === id.toUpperCase());
  if (!order) throw new Error(`No order ${id}`);
  return order;
}

export function customerOf(order: Order): Customer {
  const customer = customers.find((candidate) => candidate.id === order.customerId);
  if (!customer) throw new Error(`Order ${order.id} has no customer ${order.customerId}`);
  return customer;
}

export function requireCarrier(code: string): Carrier {
  const carrier = carriers.find((candidate) => candidate.code === code);
  if (!carrier) throw new Error(`No carrier ${code}`);
  return carrier;
}

export function scansOf(order: Order): Scan[] {
  if (order.trackingNumber === null) return [];
  return scans.filter((scan) => scan.trackingNumber === order.trackingNumber);
}

export function findUser(id: string): DeskUser | undefined {
  return users.find((user) => user.id === id);
}
