'use strict';

const badges = require('../data/badges.json');

/**
 * @typedef {Record<string, number>} Shelf
 * @typedef {{ badge: string, userId: string, warehouse: string, roles: string[] }} Badge
 */

class Store {
  constructor(stock = require('../data/stock.json')) {
    /** @type {Record<string, Shelf>} */
    this.stock = structuredClone(stock);
    /** @type {{ userId: string, sku: string, change: number }[]} */
    this.journal = [];
  }

  /** @param {string} warehouse */
  shelf(warehouse) {
    const shelf = this.stock[warehouse];
    if (!shelf) throw new Error(`No warehouse ${warehouse}`);
    return shelf;
  }

  move(userId, warehouse, sku, change) {
    const shelf = this.shelf(warehouse);
    const left = (shelf[sku] || 0) + change;
    if (left < 0) throw new Error(`Only ${shelf[sku] || 0} of ${sku} in ${warehouse}`);
    shelf[sku] = left;
    this.journal.push({ userId, sku, change });
    return left;
  }
}

/** @returns {Badge | undefined} */
exports.findBadge = (badge) => badges.find((each) => each.badge === badge);
exports.Store = Store;
