'use strict';

const ToolDispatcher = require('@switchyard/core').ToolDispatcher;
const { orderTools } = require('../tools');

// What the tool said is what the purchasing mailbox gets, so keep the text.
module.exports.replenish = async function replenish(context, store, minimum) {
    const warehouse = context.threadId.slice(-2);
    const dispatcher = await ToolDispatcher.createRequestScopedDispatcher(context, orderTools(store));

    const response = await dispatcher.dispatchTool('suggest_order', { warehouse, minimum });
    await dispatcher.cleanup();

    if (response.success) {
        return { mail: response.result.map((line) => line.order + ' x ' + line.sku).join('\n') };
    }
    return { mail: 'No suggestion today: ' + response.error };
};

module.exports.availableTools = async function (context, store) {
    const dispatcher = await ToolDispatcher.createRequestScopedDispatcher(context, orderTools(store));
    return dispatcher.getAvailableTools().sort();
};
