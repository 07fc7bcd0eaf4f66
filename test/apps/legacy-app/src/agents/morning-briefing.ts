import { ToolStatus } from '../dispatch/index.js'
import type { ToolDispatcher } from '../dispatch/index.js'
import { carrierCodes, type OrderSearch, type Scorecard, type StockLevel } from '../tools/index.js'

export interface Briefing {
  openParcels: number
  carriers: string[]
  reorder: string[]
  problems: string[]
}

const WATCHED = ['GR-110', 'GR-240', 'KT-120', 'CP-006', 'BN-1K0']

export async function morningBriefing(tools: ToolDispatcher): Promise<Briefing> {
  const problems: string[] = []
  const [open, stock] = await Promise.all([
    tools.dispatch('search_orders', { query: 'bp-', status: 'in_transit', limit: 50 }),
    tools.dispatch('check_stock', { skus: WATCHED }),
  ])
  if (open.status !== ToolStatus.SUCCESS) problems.push(open.message)
  if (stock.status !== ToolStatus.SUCCESS) problems.push(stock.message)

  const cards: string[] = []
  for (const carrier of carrierCodes) {
    const card = await tools.dispatch('carrier_scorecard', { carrier })
    if (card.status === ToolStatus.SUCCESS) {
      const score = card.payload?.result as Scorecard
      cards.push(`${score.carrier}: ${score.onTimePercent}% of ${score.delivered}, ${score.open.stalled + score.open.lost} to chase`)
    } else {
      problems.push(card.message)
    }
  }
  const levels = (stock.payload?.result ?? []) as StockLevel[]
  return {
    openParcels: (open.payload?.result as OrderSearch | undefined)?.total ?? 0,
    carriers: cards,
    reorder: levels.filter((level) => level.reorder).map((level) => `${level.sku} (${level.free})`),
    problems,
  }
}
