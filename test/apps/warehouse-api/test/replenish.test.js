'use strict';

const { afterEach, beforeEach, test } = require('node:test');
const assert = require('node:assert');
const contextOf = require('../src/dispatch/context');
const { Store, findBadge } = require('../src/store');

const core = require.resolve('@switchyard/core');
const subject = require.resolve('../src/services/replenish');
let original;

beforeEach(() => {
  require('@switchyard/core');
  original = require.cache[core];
  delete require.cache[subject];
});
afterEach(() => {
  require.cache[core] = original;
  delete require.cache[subject];
});

test('lists the tools of purchasing', async () => {
  const { availableTools } = require('../src/services/replenish');
  assert.deepStrictEqual(await availableTools(contextOf(findBadge('b-tom')), new Store()), ['suggest_order']);
});

test('says so when there is no suggestion', async () => {
  const calls = [];
  require.cache[core] = {
    ...original,
    exports: {
      ToolDispatcher: {
        createRequestScopedDispatcher: async () => ({
          dispatchTool: async (name) => {
            calls.push(name);
            return { success: false, result: null, error: 'the supplier is closed', metadata: {} };
          },
          cleanup: async () => {},
        }),
      },
    },
  };
  const { replenish } = require('../src/services/replenish');
  assert.deepStrictEqual(await replenish(contextOf(findBadge('b-tom')), new Store(), 5), {
    mail: 'No suggestion today: the supplier is closed',
  });
  assert.deepStrictEqual(calls, ['suggest_order']);
});
