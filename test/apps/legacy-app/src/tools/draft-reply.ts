import { z } from 'zod'
import { customerOf, requireOrder } from '../store/index.js'
import { deskTool } from './desk-tool.js'

export interface Reply {
	to: string
	subject: string
	body: string
}

export const draftReply = deskTool({
	name: 'draft_reply',
	description: 'Write the mail to the customer; a person sends it',
	inputSchema: z.object({
		orderId: z.string(),
		points: z.array(z.string().min(1)).min(1).max(6),
		signedBy: z.string().min(1),
	}),
	execute({ orderId, points, signedBy }): Reply {
		const order = requireOrder(orderId)
		const customer = customerOf(order)
		const greeting = customer.tier === 'gold' ? `Dear ${customer.name}, thank you for being with us since ${customer.since.slice(0, 4)}.` : `Dear ${customer.name},`
		return {
			to: customer.email,
			subject: `Your order ${order.id}`,
			body: [greeting, ...points, `Kind regards,\n${signedBy}`].join('\n\n'),
		}
	},
})
