'use strict';

const { after, before, describe, it } = require('node:test');
const assert = require('node:assert');
const { createApp } = require('../src/app');

describe('the API', () => {
  let server;
  let url;

  before(async () => {
    server = createApp();
    await new Promise((resolve) => server.listen(0, resolve));
    url = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  async function call(badge, path, body) {
    const response = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { 'x-badge': badge, connection: 'close' },
      body: body && JSON.stringify(body),
    });
    return [response.status, await response.json()];
  }

  it('wants a badge', async () => {
    assert.deepStrictEqual(await call('nobody', '/stock?sku=A-100'), [401, { error: 'Show your badge' }]);
  });

  it('tells the stock of the own warehouse', async () => {
    assert.deepStrictEqual(await call('b-mira', '/stock?sku=A-100'), [200, { sku: 'A-100', count: 42 }]);
    assert.deepStrictEqual(await call('b-tom', '/stock?sku=A-100'), [200, { sku: 'A-100', count: 7 }]);
  });

  it('lets nobody but admins write off', async () => {
    assert.deepStrictEqual(await call('b-mira', '/write-offs', { sku: 'A-200' }), [403, { error: 'Your badge does not allow that' }]);
    assert.deepStrictEqual(await call('b-tom', '/write-offs', { sku: 'D-900' }), [200, { sku: 'D-900', writtenOff: 1 }]);
  });

  it('picks all or nothing', async () => {
    assert.deepStrictEqual(await call('b-mira', '/picks', { lines: [{ sku: 'C-007', count: 18 }] }), [
      200,
      { ok: true, picked: [{ sku: 'C-007', count: 18, left: 100 }], calls: 1 },
    ]);
    const [status, body] = await call('b-mira', '/picks', {
      lines: [
        { sku: 'C-007', count: 10 },
        { sku: 'B-310', count: 1 },
      ],
    });
    assert.strictEqual(status, 409);
    assert.match(body.reason, /Only 0 of B-310 in KS/);
    assert.deepStrictEqual(await call('b-mira', '/stock?sku=C-007'), [200, { sku: 'C-007', count: 100 }]);
  });

  it('writes the mail for purchasing', async () => {
    assert.deepStrictEqual(await call('b-mira', '/replenishment?minimum=4'), [200, { mail: '1 x A-200\n4 x B-310' }]);
  });

  it('prints labels', async () => {
    assert.deepStrictEqual(await call('b-mira', '/label?sku=A-100'), [200, { zpl: '^XA^FO50,50^FDA-100 x1^FS^XZ' }]);
  });

  it('lists the tools, and shows everybody their own events', async () => {
    const [, { tools, active }] = await call('b-tom', '/tools');
    assert.deepStrictEqual(tools.sort(), ['move_stock', 'stock_level', 'suggest_order', 'write_off']);
    assert.strictEqual(active, true);
    const [, events] = await call('b-mira', '/events');
    assert.ok(events.some(({ type }) => type === 'tool_completed'));
    assert.ok(events.every(({ userId }) => userId === 'mira'));
  });

  it('knows what it does not know', async () => {
    assert.deepStrictEqual(await call('b-tom', '/nope'), [404, { error: 'Nothing at /nope' }]);
  });
});
