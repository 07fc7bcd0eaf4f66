import { z } from 'zod'
import { rates, requireOrder, stock, type StockItem } from '../store/index.js'
import { deskTool } from './desk-tool.js'

export interface StockLevel {
	sku: string
	title: string
	free: number
	reorder: boolean
}

function levelOf(item: StockItem): StockLevel {
	const free = Math.max(0, item.onHand - item.reserved)
	return { sku: item.sku, title: item.title, free, reorder: free <= item.reorderLevel }
}

export const checkStock = deskTool({
	name: 'check_stock',
	description: 'Free stock of articles, by SKU or by what an order holds',
	inputSchema: z.union([z.object({ skus: z.array(z.string()).min(1) }), z.object({ orderId: z.string() })]),
	execute(input): StockLevel[] {
		const skus = 'skus' in input ? input.skus : requireOrder(input.orderId).lines.map((line) => line.sku)
		return skus.map((sku) => {
			const item = stock.find((candidate) => candidate.sku === sku)
			if (!item) throw new Error(`No article ${sku}`)
			return levelOf(item)
		})
	},
})

export interface ShippingQuote {
	carrier: string
	grams: number
	cents: number
}

export const quoteShipping = deskTool({
	name: 'quote_shipping',
	description: 'What it costs to send the goods of an order again, cheapest carrier first',
	inputSchema: z.object({ orderId: z.string() }),
	execute({ orderId }): ShippingQuote[] {
		const order = requireOrder(orderId)
		const grams = order.lines.reduce((sum, line) => sum + line.quantity * (stock.find((item) => item.sku === line.sku)?.weightGrams ?? 0), 0)
		const quotes = new Map<string, ShippingQuote>()
		for (const rate of rates) {
			if (rate.zone !== order.shipTo.zone || rate.maxGrams < grams || quotes.has(rate.carrier)) continue
			quotes.set(rate.carrier, { carrier: rate.carrier, grams, cents: rate.cents })
		}
		if (quotes.size === 0) throw new Error(`No carrier takes ${grams} g to zone ${order.shipTo.zone}`)
		return [...quotes.values()].sort((a, b) => a.cents - b.cents)
	},
})
