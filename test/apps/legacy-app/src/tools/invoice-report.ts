import { z } from 'zod'
import { requireOrder } from '../store/index.js'
import { renderInvoice } from '../reports/invoice.js'
import { deskTool } from './desk-tool.js'

export interface InvoiceReport {
	orderId: string
	text: string
}

export const invoiceReport = deskTool({
	name: 'invoice_report',
	description: 'The invoice of an order as plain text',
	inputSchema: z.object({ orderId: z.string().regex(/^BP-\d{5}$/i, 'an order number looks like BP-10023') }),
	timeoutMs: 5000,
	execute({ orderId }): InvoiceReport {
		const order = requireOrder(orderId)
		if (order.status === 'cancelled') throw new Error(`Order ${order.id} was cancelled, there is no invoice`)
		return { orderId: order.id, text: renderInvoice(order) }
	},
})
