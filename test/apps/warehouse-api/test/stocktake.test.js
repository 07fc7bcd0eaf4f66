'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert');
const { stocktake } = require('../src/services/stocktake');
const { stockTools } = require('../src/tools');
const { Store, findBadge } = require('../src/store');

describe('stocktake', () => {
  it('counts', async () => {
    const { counted, total } = await stocktake(findBadge('b-tom'), ['A-100', 'B-310'], stockTools(new Store()));
    assert.deepStrictEqual(counted, [
      { sku: 'A-100', count: 7 },
      { sku: 'B-310', count: 25 },
    ]);
    assert.strictEqual(total, 32);
  });

  it('goes on when a tool is missing', async () => {
    const { problems } = await stocktake(findBadge('b-tom'), ['A-100'], []);
    assert.strictEqual(problems.length, 1);
    assert.match(problems[0], /^A-100: .*stock_level/);
  });
});
