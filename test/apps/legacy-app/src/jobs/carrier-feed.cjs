'use strict'

// Came over from the old feed server, which could not do ES modules. Left alone because it works.
const { ToolDispatcher, ToolStatus } = require('@switchyard/legacy')

const CODES = { HUB_IN: 'arrived_at_hub', OFD: 'out_for_delivery', EXC: 'exception', DLV: 'delivered' }

function toIso(when) {
  const match = /^(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d)$/.exec(when)
  if (!match) throw new Error('Bad time in the feed: ' + when)
  return match[3] + '-' + match[2] + '-' + match[1] + 'T' + match[4] + ':' + match[5] + ':00Z'
}

function convertScan(row) {
  const code = CODES[row.status]
  if (!code) throw new Error('Unknown status in the feed: ' + row.status)
  return { trackingNumber: row.tracking, at: toIso(row.when), code: code, location: row.place }
}

/**
 * Converts the rows of a carrier's feed and reports what each parcel's last known scan was before.
 *
 * @param {import('@switchyard/legacy').UserExecutionContext} context
 * @param {Record<string, string>[]} rows
 * @param {(trackingNumber: string) => string | null} lastScan
 * @param {object | null} transport
 * @returns {Promise<{ accepted: string[], rejected: string[] }>}
 */
async function importCarrierFeed(context, rows, lastScan, transport) {
  const dispatcher = new ToolDispatcher(context, [], transport)
  dispatcher.registerTool('convert_scan', convertScan, 'Turn a row of a carrier feed into a scan')
  const accepted = []
  const rejected = []
  try {
    for (const row of rows) {
      const converted = await dispatcher.dispatch('convert_scan', row)
      if (converted.status !== ToolStatus.SUCCESS) {
        rejected.push(row.tracking + ': ' + converted.message)
        continue
      }
      const scan = converted.payload.result
      const before = lastScan(scan.trackingNumber)
      if (before === null) rejected.push(scan.trackingNumber + ': not ours')
      else accepted.push(scan.trackingNumber + ' ' + before + ' > ' + scan.code + ' ' + scan.at)
    }
  } finally {
    await dispatcher.cleanup()
  }
  return { accepted, rejected }
}

module.exports = { importCarrierFeed }
