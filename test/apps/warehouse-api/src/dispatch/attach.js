'use strict'

const { createRequestScopedToolDispatcher: createDispatcher } = require('@switchyard/request-scoped')
const { allTools } = require('../tools')
const { findBadge } = require('../store')
const { HttpError } = require('../http/errors')
const contextOf = require('./context')

/** Middleware: `req.dispatcher` for whoever holds the badge, gone when the answer is out. */
function attachDispatcher(store, recorder) {
  return async function (req, res, next) {
    const badge = findBadge(req.headers['x-badge'])
    if (!badge) throw new HttpError(401, 'Show your badge')
    req.badge = badge
    req.dispatcher = await createDispatcher(contextOf(badge), allTools(store), recorder)
    try {
      return await next()
    } finally {
      await req.dispatcher.cleanup()
    }
  }
}

module.exports = { attachDispatcher }
