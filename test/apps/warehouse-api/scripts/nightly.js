#!/usr/bin/env node
'use strict'

const { Store, findBadge } = require('../src/store')
const { allTools } = require('../src/tools')

/** Shelves that ran empty, with the words of the dispatcher where it could not tell. */
async function nightly(store, skus) {
  const { ToolDispatcher, UserExecutionContext } = await import('@switchyard/legacy')
  const context = UserExecutionContext.create({ userId: 'nightly', threadId: 'nightly', runId: 'nightly-1' })
  const dispatcher = new ToolDispatcher(context, allTools(store))
  const lines = []
  for (const warehouse of ['KS', 'GZ', 'ZZ']) {
    for (const sku of skus) {
      const { status, payload, message } = await dispatcher.dispatch('stock_level', { warehouse, sku })
      if (status !== 'success') lines.push(`${warehouse} ${sku} ? ${message}`)
      else if (payload.result.count === 0) lines.push(`${warehouse} ${sku} is empty`)
    }
  }
  await dispatcher.cleanup()
  return lines
}

module.exports = { nightly }

if (require.main === module) {
  nightly(new Store(), ['A-100', 'B-310', findBadge('b-tom').warehouse]).then((lines) => console.log(lines.join('\n')))
}
