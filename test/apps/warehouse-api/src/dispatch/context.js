'use strict'

const { randomUUID } = require('crypto')
const legacy = require('@switchyard/legacy')

/**
 * @param {import('../store').Badge} badge
 * @param {string} [runId]
 * @returns {import('@switchyard/legacy').UserExecutionContext}
 */
function contextOf(badge, runId = randomUUID()) {
  return legacy.UserExecutionContext.create({
    userId: badge.userId,
    threadId: 'warehouse-' + badge.warehouse,
    runId,
    roles: badge.roles,
  })
}

module.exports = contextOf
