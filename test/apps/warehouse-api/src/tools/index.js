'use strict';

module.exports = {
  stockTools: require('./stock-tools'),
  orderTools: require('./order-tools'),
  allTools: (store) => [...require('./stock-tools')(store), ...require('./order-tools')(store)],
};
