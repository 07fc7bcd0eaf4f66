import { customerOf, euros, vatInside, type Order } from '../store/index.js';
import { textTable } from './table.js';

/** The PDF service was switched off in March; this text is what goes into the mail now. */
export function renderInvoice(order: Order): string {
  const customer = customerOf(order);
  const rows = order.lines.map((line) => [line.sku, line.title, String(line.quantity), euros(line.unitCents), `${line.vatPercent}%`, euros(line.quantity * line.unitCents)]);
  if (order.shippingCents > 0) rows.push(['SHIP', 'Shipping', '1', euros(order.shippingCents), `${order.lines[0].vatPercent}%`, euros(order.shippingCents)]);
  const vat = vatInside(order.paidCents, order.lines[0].vatPercent);
  return [
    `INVOICE ${order.id.replace('BP', 'INV')}    ${order.placedAt}`,
    '',
    customer.name,
    `${order.shipTo.postcode} ${order.shipTo.city}, ${order.shipTo.country}`,
    '',
    textTable(
      [{ title: 'Article' }, { title: 'Title' }, { title: 'Qty', align: 'right' }, { title: 'Price', align: 'right' }, { title: 'VAT', align: 'right' }, { title: 'Amount', align: 'right' }],
      rows,
    ),
    '',
    `Net ${euros(order.paidCents - vat)}, VAT ${euros(vat)}, paid ${euros(order.paidCents)}`,
  ].join('\n');
}
