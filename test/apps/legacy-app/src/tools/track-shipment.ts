import { z } from 'zod'
import { daysBetween, requireCarrier, requireOrder, scansOf, today, workingDaysBetween, type Order } from '../store/index.js'
import { deskTool } from './desk-tool.js'

export interface Shipment {
	orderId: string
	carrier: string
	trackingNumber: string | null
	status: Order['status']
	lastScan: { at: string; code: string; location: string } | null
	silentDays: number
	promisedAt: string
	deliveredAt: string | null
	lateDays: number
	verdict: 'not_shipped' | 'on_time' | 'late' | 'stalled' | 'lost'
}

/** Late counts in working days of the country it goes to, that is what the contracts with the carriers say. */
export function shipmentOf(order: Order): Shipment {
	const carrier = requireCarrier(order.carrier)
	const scans = scansOf(order)
	const last = scans.at(-1) ?? null
	const delivered = scans.find((scan) => scan.code === 'delivered') ?? null
	const until = delivered ? delivered.at.slice(0, 10) : today
	const lateDays = order.trackingNumber === null ? 0 : Math.max(0, workingDaysBetween(order.promisedAt, until, order.shipTo.country))
	const silentDays = last && !delivered ? daysBetween(last.at, today) : 0

	let verdict: Shipment['verdict'] = lateDays > 0 ? 'late' : 'on_time'
	if (order.trackingNumber === null) verdict = 'not_shipped'
	else if (!delivered && silentDays > carrier.claimAfterDays) verdict = 'lost'
	else if (!delivered && silentDays > 3) verdict = 'stalled'

	return {
		orderId: order.id,
		carrier: carrier.name,
		trackingNumber: order.trackingNumber,
		status: order.status,
		lastScan: last && { at: last.at, code: last.code, location: last.location },
		silentDays,
		promisedAt: order.promisedAt,
		deliveredAt: delivered ? delivered.at : null,
		lateDays,
		verdict,
	}
}

export const trackShipment = deskTool({
	name: 'track_shipment',
	description: 'Where a parcel is, how late it is in working days, and whether it counts as stalled or lost',
	inputSchema: z.object({ orderId: z.string().regex(/^BP-\d{5}$/i, 'an order number looks like BP-10023') }),
	execute({ orderId }): Shipment {
		return shipmentOf(requireOrder(orderId))
	},
})
