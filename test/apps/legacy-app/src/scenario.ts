/**
 * Fixed runs, jobs and admin requests in one process, as JSON lines on stdout. No times and no random ids in it, so
 * that two versions of the code can be compared with diff. What goes to stderr is not part of it.
 */
import { createApp } from './app.js';
import { loadConfig } from './config.js';
import { clearLedger } from './store/index.js';

const app = createApp({ ...loadConfig(), eventHistory: 10_000 });
const known = new Map<string, string>();

/** The same run id gets the same short name wherever it turns up. */
function plainIds(value: string): string {
  return value.replace(/\b(run|job)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id, kind: string) => {
    const name = known.get(id) ?? `${kind}-${known.size + 1}`;
    known.set(id, name);
    return name;
  });
}

const VOLATILE = new Set(['timestamp', 'eventId', 'executionTimeMs']);

function stable(value: unknown): unknown {
  if (typeof value === 'string') return plainIds(value);
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, item]) => !VOLATILE.has(key) && item !== undefined);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, stable(item)]));
}

function print(kind: string, data: Record<string, unknown>): void {
  console.log(JSON.stringify({ kind, ...(stable(data) as object) }));
}

const seats = new Map<string, string>();

async function call(user: string | null, method: string, target: string, body?: unknown) {
  const [path, query] = target.split('?');
  const token = user === null ? undefined : seats.get(user);
  const reply = await app.router.handle({ method, path, query: new URLSearchParams(query), token, body });
  return { user, request: `${method} ${target}`, status: reply.status, body: reply.body };
}

async function step(user: string | null, method: string, target: string, body?: unknown) {
  print('reply', await call(user, method, target, body));
}

for (const user of ['ada', 'bob', 'carmen', 'grace']) {
  const { body } = await call(null, 'POST', '/api/session', { user });
  seats.set(user, (body as { token: string }).token);
}

clearLedger();
await step(null, 'GET', '/api/orders?q=kettle');
await step('ada', 'GET', '/api/tools');
await step('ada', 'GET', '/api/orders?q=kettle&limit=4');
await step('ada', 'GET', '/api/orders?q=k');
await step('ada', 'GET', '/api/orders/BP-10031');
await step('ada', 'GET', '/api/orders/BP-99999');
await step('ada', 'POST', '/api/tools/quote_shipping', { orderId: 'BP-10033' });
await step('ada', 'POST', '/api/tools/track_shipment', { orderId: '31' });
await step('ada', 'POST', '/api/tools/issue_refund', { orderId: 'BP-10032', reason: 'damaged', by: 'Ada' });
await step('ada', 'POST', '/api/tools/constructor', {});

await step('ada', 'POST', '/api/runs', { question: 'Where is order BP-10031? Ingrid says it never arrived.' });
await step('ada', 'POST', '/api/runs', { question: 'BP-10013 came damaged, please pay the refund now' });
await step('bob', 'POST', '/api/runs', { question: 'BP-10013 came damaged, please pay the refund now' });
await step('bob', 'POST', '/api/runs', { question: 'Is a replacement for BP-10033 in stock, and can you send the invoice again?' });
await step('bob', 'POST', '/api/runs', { question: 'Where is order BP-10042 now?' });
await step('bob', 'POST', '/api/runs', { question: 'Where is BP-77777?' });
await step('bob', 'POST', '/api/runs', { question: '' });

// two people at once: each gets their own answer and their own events
const together = await Promise.all([
  call('ada', 'POST', '/api/runs', { question: 'What is late for sanne.dewit@kantoorplus.nl?' }),
  call('bob', 'POST', '/api/runs', { question: 'Eszter wants her money back, she changed her mind about BP-10029' }),
]);
for (const reply of together) print('reply', reply);

await step('bob', 'GET', '/api/orders/BP-10023/refund?reason=late');
await step('bob', 'GET', '/api/orders/BP-10007/refund?reason=late');
await step('bob', 'GET', '/api/orders/BP-10036/refund?reason=damaged');
await step('ada', 'GET', '/api/orders/BP-10033/invoice');
await step('ada', 'GET', '/api/orders/BP-10016/invoice');
await step('ada', 'POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' });
await step('bob', 'POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' });
await step('bob', 'POST', '/api/refunds', { orderId: 'BP-10017', reason: 'damaged' });
await step('bob', 'GET', '/api/refunds');
await step('ada', 'GET', '/api/customers/Aoife%20Byrne');
await step('ada', 'GET', '/api/customers/Nobody');
await step('grace', 'GET', '/api/briefing');

for (const job of app.jobs.names()) await step('carmen', 'POST', `/api/jobs/${job}`);
await step('grace', 'POST', '/api/jobs/ops-digest');
await step('ada', 'POST', '/api/jobs/delay-sweep');
await step('carmen', 'POST', '/api/jobs/unknown');

await step('grace', 'POST', '/api/admin/log_analyzer', { by: 'path', minStatus: 400 });
await step('grace', 'POST', '/api/admin/system_config', { approvalAboveCents: 20000 });
await step('grace', 'POST', '/api/admin/system_config', { approvalAboveCents: -1 });
await step('grace', 'POST', '/api/admin/user_permissions', { role: 'refunds' });
await step('grace', 'POST', '/api/admin/nothing', {});
await step('ada', 'POST', '/api/admin/log_analyzer', {});
await step('grace', 'GET', '/api/admin/overview');

for (const user of seats.keys()) {
  for (const { type, data } of app.manager.history(user)) print('event', { user, type, ...data });
}

await step('ada', 'DELETE', '/api/session');
await step('ada', 'GET', '/api/tools');
