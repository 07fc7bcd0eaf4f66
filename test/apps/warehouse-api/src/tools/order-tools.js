'use strict';

/** @param {import('../store').Store} store */
module.exports = function orderTools(store) {
  return [
    {
      name: 'suggest_order',
      description: 'What should be ordered, by the minimum of each article',
      execute: ({ warehouse, minimum }) =>
        Object.entries(store.shelf(warehouse))
          .filter(([, count]) => count < minimum)
          .map(([sku, count]) => ({ sku, order: minimum - count })),
    },
  ];
};
