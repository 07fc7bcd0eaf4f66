"use strict";

const { ToolDispatcher, ToolStatus } = require("@switchyard/legacy");
const { stockTools } = require("../tools");

/** Picks a list of articles, all of them or none. */
class PickingService {
  /**
   * @param {import("@switchyard/legacy").UserExecutionContext} context
   * @param {{ store: import("../store").Store, recorder?: object }} options
   */
  constructor(context, { store, recorder = null }) {
    this.dispatcher = new ToolDispatcher(context, stockTools(store), recorder);
    this.warehouse = context.threadId.replace("warehouse-", "");
    this.picked = [];
  }

  async pick(lines) {
    for (const { sku, count } of lines) {
      const result = await this.dispatcher.dispatch("move_stock", { warehouse: this.warehouse, sku, change: -count });
      if (result.status !== ToolStatus.SUCCESS) {
        await this.putBack();
        return { ok: false, reason: result.message };
      }
      this.picked.push({ sku, count, left: result.payload.result.left });
    }
    return { ok: true, picked: this.picked };
  }

  async putBack() {
    while (this.picked.length > 0) {
      const { sku, count } = this.picked.pop();
      await this.dispatcher.dispatch("move_stock", { warehouse: this.warehouse, sku, change: count });
    }
  }

  get calls() {
    return this.dispatcher.getMetrics().toolsExecuted;
  }

  close() {
    return this.dispatcher.cleanup();
  }
}

module.exports = PickingService;
