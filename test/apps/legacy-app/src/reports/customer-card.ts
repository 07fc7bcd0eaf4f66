import { createRequestScopedToolDispatcher, type UserExecutionContext } from '@switchyard/legacy';
import { euros } from '../store/index.js';
import { customerHistory, type CustomerHistory } from '../tools/index.js';
import type { WebSocketManager } from '../websocket/index.js';
import { textTable } from './table.js';

/** What the phone shows when a known customer calls. */
export async function customerCard(context: UserExecutionContext, manager: WebSocketManager, customer: string): Promise<string> {
  await using dispatcher = createRequestScopedToolDispatcher(context, manager, [customerHistory]);
  const found = await dispatcher.executeTool('customer_history', { customer });
  if (!found.success) return `${customer}: ${found.error}`;
  const { name, tier, orders, spentCents, lateParcels, refunds } = found.result as CustomerHistory;
  return textTable(
    [{ title: name }, { title: tier, align: 'right' }],
    [
      ['Orders', String(orders)],
      ['Spent', euros(spentCents)],
      ['Late parcels', String(lateParcels)],
      ['Refunds', String(refunds)],
    ],
  );
}
