import { carrierScorecard } from './carrier-scorecard.js'
import { customerHistory } from './customer-history.js'
import { draftReply } from './draft-reply.js'
import { invoiceReport } from './invoice-report.js'
import { issueRefund, quoteRefund } from './refunds.js'
import { searchOrders } from './search-orders.js'
import { checkStock, quoteShipping } from './stock.js'
import { trackShipment } from './track-shipment.js'

export { carrierScorecard, checkStock, customerHistory, draftReply, invoiceReport, issueRefund, quoteRefund, quoteShipping, searchOrders, trackShipment }
export { carrierCodes, type Scorecard } from './carrier-scorecard.js'
export type { CustomerHistory } from './customer-history.js'
export type { Reply } from './draft-reply.js'
export type { InvoiceReport } from './invoice-report.js'
export type { RefundQuote } from './refunds.js'
export type { OrderSearch, OrderSummary } from './search-orders.js'
export type { ShippingQuote, StockLevel } from './stock.js'
export type { Shipment } from './track-shipment.js'

/** What everybody at the desk may see; who may *run* issue_refund is decided by the roles. */
export const deskTools = [
	searchOrders,
	trackShipment,
	carrierScorecard,
	quoteRefund,
	issueRefund,
	checkStock,
	quoteShipping,
	invoiceReport,
	customerHistory,
	draftReply,
]
