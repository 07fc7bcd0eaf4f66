'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { contextOf } = require('../src/dispatch');
const { PickingService } = require('../src/services');
const { Store, findBadge } = require('../src/store');

const mira = () => contextOf(findBadge('b-mira'), 'run-1');

test('picks what is there', async () => {
  const store = new Store();
  const picking = new PickingService(mira(), { store });
  assert.deepStrictEqual(await picking.pick([{ sku: 'A-200', count: 2 }]), {
    ok: true,
    picked: [{ sku: 'A-200', count: 2, left: 1 }],
  });
  assert.deepStrictEqual(store.journal, [{ userId: 'mira', sku: 'A-200', change: -2 }]);
  assert.strictEqual(picking.calls, 1);
  await picking.close();
});

test('puts everything back when one article is missing', async () => {
  const store = new Store();
  const picking = new PickingService(mira(), { store });
  const { ok, reason } = await picking.pick([
    { sku: 'A-100', count: 1 },
    { sku: 'A-200', count: 4 },
  ]);
  assert.strictEqual(ok, false);
  assert.match(reason, /Only 3 of A-200/);
  assert.strictEqual(store.stock.KS['A-100'], 42);
  await picking.close();
});
