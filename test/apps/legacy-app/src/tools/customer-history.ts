import { z } from 'zod'
import { bookedRefunds, customers, orders } from '../store/index.js'
import { deskTool } from './desk-tool.js'
import { shipmentOf } from './track-shipment.js'

export interface CustomerHistory {
	customerId: string
	name: string
	tier: string
	orders: number
	spentCents: number
	lateParcels: number
	refunds: number
}

export const customerHistory = deskTool({
	name: 'customer_history',
	description: 'What a customer bought, what came late, what was refunded',
	inputSchema: z.object({ customer: z.string().min(2) }),
	execute({ customer: key }): CustomerHistory {
		const wanted = key.toLowerCase()
		const customer = customers.find((candidate) => [candidate.id, candidate.email, candidate.name].some((field) => field.toLowerCase() === wanted))
		if (!customer) throw new Error(`No customer ${key}`)
		const own = orders.filter((order) => order.customerId === customer.id)
		return {
			customerId: customer.id,
			name: customer.name,
			tier: customer.tier,
			orders: own.length,
			spentCents: own.filter((order) => order.status !== 'cancelled').reduce((sum, order) => sum + order.paidCents, 0),
			lateParcels: own.filter((order) => shipmentOf(order).lateDays > 0).length,
			refunds: bookedRefunds().filter((refund) => own.some((order) => order.id === refund.orderId)).length,
		}
	},
})
