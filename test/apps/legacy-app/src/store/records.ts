export type OrderStatus = 'processing' | 'in_transit' | 'delivered' | 'returned' | 'cancelled';

export interface OrderLine {
  sku: string;
  title: string;
  quantity: number;
  unitCents: number;
  vatPercent: number;
}

export interface Order {
  id: string;
  customerId: string;
  placedAt: string;
  promisedAt: string;
  status: OrderStatus;
  carrier: string;
  trackingNumber: string | null;
  shipTo: { city: string; postcode: string; country: string; zone: number };
  lines: OrderLine[];
  shippingCents: number;
  paidCents: number;
}

export interface Customer {
  id: string;
  name: string;
  email: string;
  tier: 'standard' | 'gold' | 'trade';
  since: string;
}

export interface Carrier {
  code: string;
  name: string;
  serviceDays: number;
  claimAfterDays: number;
  phone: string;
}

export interface Scan {
  trackingNumber: string;
  at: string;
  code: string;
  location: string;
}

export interface StockItem {
  sku: string;
  title: string;
  onHand: number;
  reserved: number;
  reorderLevel: number;
  weightGrams: number;
  unitCents: number;
}

export interface Rate {
  carrier: string;
  zone: number;
  maxGrams: number;
  cents: number;
}

export interface RefundReason {
  goodsPercent: number;
  refundShipping: boolean;
  perLateDayPercent?: number;
  maxPercent?: number;
  needsReturn: boolean;
}

export interface RefundPolicy {
  currency: string;
  windowDays: number;
  reasons: Record<string, RefundReason>;
  goldBonusPercent: number;
  approvalAboveCents: number;
}

export interface DeskUser {
  id: string;
  name: string;
  team: string;
  roles: string[];
  queue: string;
}
