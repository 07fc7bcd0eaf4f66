'use strict';

module.exports = {
  PickingService: require('./picking'),
  ...require('./stocktake'),
  ...require('./replenish'),
  ...require('./labels'),
};
