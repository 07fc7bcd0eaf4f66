import { z } from 'zod'
import { carriers, orders, requireCarrier } from '../store/index.js'
import { deskTool } from './desk-tool.js'
import { shipmentOf } from './track-shipment.js'

export interface Scorecard {
	carrier: string
	parcels: number
	delivered: number
	onTimePercent: number
	medianLateDays: number
	worstLateDays: number
	worstOrder: string | null
	open: { stalled: number; lost: number }
}

function median(values: number[]): number {
	if (values.length === 0) return 0
	const sorted = [...values].sort((a, b) => a - b)
	const middle = Math.floor(sorted.length / 2)
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const carrierScorecard = deskTool({
	name: 'carrier_scorecard',
	description: 'How punctual a carrier was over the whole export',
	inputSchema: z.object({ carrier: z.string().length(3).toUpperCase() }),
	execute({ carrier: code }): Scorecard {
		const carrier = requireCarrier(code)
		const shipments = orders.filter((order) => order.carrier === code && order.trackingNumber !== null).map(shipmentOf)
		const delivered = shipments.filter((shipment) => shipment.deliveredAt !== null)
		const late = delivered.filter((shipment) => shipment.lateDays > 0)
		const worst = shipments.reduce<(typeof shipments)[number] | null>((a, b) => (a === null || b.lateDays > a.lateDays ? b : a), null)
		return {
			carrier: carrier.name,
			parcels: shipments.length,
			delivered: delivered.length,
			onTimePercent: delivered.length === 0 ? 0 : Math.round((100 * (delivered.length - late.length)) / delivered.length),
			medianLateDays: median(late.map((shipment) => shipment.lateDays)),
			worstLateDays: worst?.lateDays ?? 0,
			worstOrder: worst?.orderId ?? null,
			open: {
				stalled: shipments.filter((shipment) => shipment.verdict === 'stalled').length,
				lost: shipments.filter((shipment) => shipment.verdict === 'lost').length,
			},
		}
	},
})

export const carrierCodes = carriers.map((carrier) => carrier.code)
