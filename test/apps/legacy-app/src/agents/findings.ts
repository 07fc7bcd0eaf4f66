import type { CustomerHistory, InvoiceReport, OrderSearch, RefundQuote, Reply, Scorecard, Shipment, ShippingQuote, StockLevel } from '../tools/index.js'
import type { RefundEntry } from '../store/index.js'

/** What the tools said so far in this run. */
export interface Findings {
  search_orders?: OrderSearch
  track_shipment?: Shipment
  carrier_scorecard?: Scorecard
  quote_refund?: RefundQuote
  issue_refund?: RefundEntry
  check_stock?: StockLevel[]
  quote_shipping?: ShippingQuote[]
  invoice_report?: InvoiceReport
  customer_history?: CustomerHistory
  draft_reply?: Reply
  working_days_left?: { days: number }
}

export type ToolName = keyof Findings

export interface Failure {
  tool: string
  message: string
}
