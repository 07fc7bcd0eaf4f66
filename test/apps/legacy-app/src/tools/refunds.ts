import { z } from 'zod'
import { bookRefund, customerOf, daysBetween, percentOf, refundPolicy, requireOrder, today, type RefundEntry } from '../store/index.js'
import { deskTool } from './desk-tool.js'
import { shipmentOf } from './track-shipment.js'

export interface RefundQuote {
	orderId: string
	reason: string
	goodsCents: number
	shippingCents: number
	bonusCents: number
	totalCents: number
	needsReturn: boolean
	needsApproval: boolean
	explanation: string
}

const refundInput = z.object({
	orderId: z.string().regex(/^BP-\d{5}$/i, 'an order number looks like BP-10023'),
	reason: z.enum(['damaged', 'late', 'changed_mind', 'lost', 'wrong_item']),
	skus: z.array(z.string()).optional(),
})

export function quoteFor({ orderId, reason, skus }: z.output<typeof refundInput>): RefundQuote {
	const order = requireOrder(orderId)
	if (order.status === 'cancelled') throw new Error(`Order ${order.id} was cancelled and paid back then`)
	const policy = refundPolicy.reasons[reason]
	const shipment = shipmentOf(order)
	if (reason === 'changed_mind' && shipment.deliveredAt && daysBetween(shipment.deliveredAt, today) > refundPolicy.windowDays) {
		throw new Error(`The ${refundPolicy.windowDays} days for a change of mind are over (delivered ${shipment.deliveredAt.slice(0, 10)})`)
	}
	if (reason === 'late' && shipment.lateDays === 0) throw new Error(`Order ${order.id} is not late`)
	if (reason === 'lost' && shipment.verdict !== 'lost') throw new Error(`Order ${order.id} does not count as lost yet, it is ${shipment.verdict}`)

	const lines = skus ? order.lines.filter((line) => skus.includes(line.sku)) : order.lines
	if (lines.length === 0) throw new Error(`Order ${order.id} holds none of ${skus?.join(', ')}`)
	const base = lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0)
	const percent = policy.perLateDayPercent === undefined ? policy.goodsPercent : Math.min(policy.maxPercent ?? 100, policy.perLateDayPercent * shipment.lateDays)
	const goodsCents = percentOf(base, percent)
	const shippingCents = policy.refundShipping ? order.shippingCents : 0
	const bonusCents = customerOf(order).tier === 'gold' && reason !== 'changed_mind' ? percentOf(goodsCents, refundPolicy.goldBonusPercent) : 0
	const totalCents = Math.min(order.paidCents, goodsCents + shippingCents + bonusCents)
	return {
		orderId: order.id,
		reason,
		goodsCents,
		shippingCents,
		bonusCents,
		totalCents,
		needsReturn: policy.needsReturn,
		needsApproval: totalCents > refundPolicy.approvalAboveCents,
		explanation: `${percent}% of the goods${shippingCents > 0 ? ', shipping' : ''}${bonusCents > 0 ? ', gold bonus' : ''}`,
	}
}

export const quoteRefund = deskTool({
	name: 'quote_refund',
	description: 'What the refund policy gives back for an order, without paying anything',
	inputSchema: refundInput,
	execute: quoteFor,
})

export const issueRefund = deskTool({
	name: 'issue_refund',
	description: 'Pay a refund out and book it',
	requiredRoles: ['refunds'],
	inputSchema: refundInput.extend({ approvedBy: z.string().min(1).optional(), by: z.string().min(1) }),
	execute({ approvedBy, by, ...input }): RefundEntry {
		const quote = quoteFor(input)
		if (quote.needsApproval && approvedBy === undefined) throw new Error(`A refund of ${quote.totalCents} cents needs an approval`)
		return bookRefund({ orderId: quote.orderId, cents: quote.totalCents, reason: quote.reason, by })
	},
})
