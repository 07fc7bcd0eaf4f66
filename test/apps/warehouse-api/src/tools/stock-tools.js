'use strict';

/** @param {import('../store').Store} store */
module.exports = function stockTools(store) {
  return [
    {
      name: 'stock_level',
      description: 'How many of an article are on the shelf',
      execute({ warehouse, sku }) {
        return { sku, count: store.shelf(warehouse)[sku] || 0 };
      },
    },
    {
      name: 'move_stock',
      description: 'Takes articles off the shelf, or puts them back',
      execute({ warehouse, sku, change }, { context }) {
        return { sku, left: store.move(context.userId, warehouse, sku, change) };
      },
    },
    {
      name: 'write_off',
      description: 'Writes off what is broken or lost',
      requiredRoles: ['admin'],
      execute({ warehouse, sku }, { context }) {
        const count = store.shelf(warehouse)[sku] || 0;
        store.move(context.userId, warehouse, sku, -count);
        return { sku, writtenOff: count };
      },
    },
  ];
};
