import { euros } from '../store/index.js'
import type { Shipment } from '../tools/index.js'
import type { Failure, Findings } from './findings.js'

function standing({ verdict, lateDays, silentDays }: Shipment): string {
  if (verdict === 'lost') return 'and counts as lost'
  if (verdict === 'stalled') return `and has not moved for ${silentDays} days`
  return lateDays > 0 ? `${lateDays} working days late` : 'on time'
}

/** The sentences that the findings allow, in the order a customer wants to hear them. */
export function sentences(findings: Findings): string[] {
  const said: string[] = []
  const order = findings.search_orders?.orders[0]
  if (order) said.push(`Order ${order.id} of ${order.placedAt}: ${order.titles.join(', ')}.`)
  const shipment = findings.track_shipment
  if (shipment) {
    const where = shipment.lastScan ? `last seen at ${shipment.lastScan.location} on ${shipment.lastScan.at.slice(0, 10)}` : 'not scanned yet'
    said.push(`The parcel is with ${shipment.carrier}, ${where}, ${standing(shipment)}.`)
  }
  if (findings.carrier_scorecard) said.push(`${findings.carrier_scorecard.carrier} delivers ${findings.carrier_scorecard.onTimePercent}% on time.`)
  if (findings.working_days_left) said.push(`Working days until the promised day: ${findings.working_days_left.days}.`)
  if (findings.issue_refund) said.push(`We have paid back ${euros(findings.issue_refund.cents)} (${findings.issue_refund.number}).`)
  else if (findings.quote_refund) {
    const quote = findings.quote_refund
    said.push(`The refund is ${euros(quote.totalCents)}: ${quote.explanation}${quote.needsReturn ? ', once the goods are back' : ''}.`)
  }
  const out = findings.check_stock?.filter((level) => level.free === 0)
  if (out && out.length > 0) said.push(`Not in stock: ${out.map((level) => level.title).join(', ')}.`)
  if (findings.quote_shipping) said.push(`We can send it again for ${euros(findings.quote_shipping[0].cents)} with ${findings.quote_shipping[0].carrier}.`)
  if (findings.invoice_report) said.push(`The invoice ${findings.invoice_report.orderId.replace('BP', 'INV')} is attached.`)
  return said
}

export function answerFrom(findings: Findings, failures: Failure[]): string {
  const said = sentences(findings)
  if (said.length === 0) said.push('I could not find an order for that.')
  for (const failure of failures) said.push(`(${failure.tool}: ${failure.message})`)
  return said.join(' ')
}
