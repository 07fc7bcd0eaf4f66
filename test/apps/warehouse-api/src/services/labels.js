'use strict';

// The label printers in Graz have no dispatcher installed.
let enhanced = null;
try {
  enhanced = require('@switchyard/enhanced');
} catch (err) {
  if (err.code !== 'MODULE_NOT_FOUND') throw err;
}

const printLabel = {
  name: 'print_label',
  execute: ({ sku, count }) => `^XA^FO50,50^FD${sku} x${count}^FS^XZ`,
};

async function label(context, sku, count) {
  if (!enhanced) return printLabel.execute({ sku, count });
  const dispatcher = await enhanced.EnhancedToolDispatcher.createForUser(context, { tools: [printLabel] });
  const printed = await dispatcher.executeTool('print_label', { sku, count });
  await dispatcher.cleanup();
  return printed.success ? printed.result : null;
}

module.exports = { label };
