'use strict';

const contextOf = require('../dispatch/context');

/**
 * Counts a warehouse. The dispatcher is only loaded when somebody counts, which is once a week.
 *
 * @param {import('../store').Badge} badge
 */
async function stocktake(badge, skus, tools) {
  const { createRequestScopedToolDispatcher } = require('@switchyard/legacy');
  const dispatcher = createRequestScopedToolDispatcher(contextOf(badge), null, tools);
  const counted = [];
  const problems = [];
  try {
    for (const sku of skus) {
      const result = await dispatcher.dispatch('stock_level', { warehouse: badge.warehouse, sku });
      if (result.status === 'success') {
        counted.push(result.payload.result);
      } else {
        problems.push(`${sku}: ${result.message}`);
      }
    }
  } finally {
    await dispatcher.cleanup();
  }
  return { counted, problems, total: counted.reduce((sum, { count }) => sum + count, 0) };
}

exports.stocktake = stocktake;
