import { z } from 'zod'
import { customerOf, orders, type Order } from '../store/index.js'
import { deskTool } from './desk-tool.js'

export interface OrderSummary {
	id: string
	customer: string
	placedAt: string
	promisedAt: string
	status: Order['status']
	titles: string[]
	paidCents: number
}

export interface OrderSearch {
	total: number
	orders: OrderSummary[]
}

function matches(order: Order, words: string[]): boolean {
	const customer = customerOf(order)
	const text = [order.id, customer.name, customer.email, order.shipTo.city, order.trackingNumber ?? '', ...order.lines.map((line) => `${line.sku} ${line.title}`)]
		.join(' ')
		.toLowerCase()
	return words.every((word) => text.includes(word))
}

export const searchOrders = deskTool({
	name: 'search_orders',
	description: 'Find orders by number, customer, city, tracking number or article',
	inputSchema: z.object({
		query: z.string().trim().min(2),
		status: z.enum(['processing', 'in_transit', 'delivered', 'returned', 'cancelled']).optional(),
		limit: z.number().int().min(1).max(50).default(5),
	}),
	execute({ query, status, limit }): OrderSearch {
		const words = query.toLowerCase().split(/\s+/)
		const found = orders.filter((order) => (status === undefined || order.status === status) && matches(order, words))
		found.sort((a, b) => b.placedAt.localeCompare(a.placedAt))
		return {
			total: found.length,
			orders: found.slice(0, limit).map((order) => ({
				id: order.id,
				customer: customerOf(order).name,
				placedAt: order.placedAt,
				promisedAt: order.promisedAt,
				status: order.status,
				titles: order.lines.map((line) => `${line.quantity} x ${line.title}`),
				paidCents: order.paidCents,
			})),
		}
	},
})
