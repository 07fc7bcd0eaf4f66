import { ToolDispatcher } from '../dispatch/index.js'
import { euros } from '../store/index.js'
import type { InvoiceReport, RefundQuote } from '../tools/index.js'

export type RefundAdvice = { kind: 'pay'; quote: RefundQuote } | { kind: 'ask'; quote: RefundQuote } | { kind: 'refuse'; because: string }

/** Refunds and invoices for people at the desk. Lives as long as the request whose dispatcher it got. */
export class BillingDesk {
  private dispatcher: ToolDispatcher

  constructor(dispatcher: ToolDispatcher) {
    this.dispatcher = dispatcher
  }

  async advise(orderId: string, reason: string): Promise<RefundAdvice> {
    const outcome = await this.dispatcher.executeTool('quote_refund', { orderId, reason })
    switch (outcome.status) {
      case 'success': {
        const quote = outcome.result as RefundQuote
        return { kind: quote.needsApproval ? 'ask' : 'pay', quote }
      }
      case 'error':
        return { kind: 'refuse', because: outcome.errorMessage ?? 'no reason given' }
    }
  }

  async invoice(orderId: string): Promise<{ text: string } | { problem: string }> {
    const { success, result, error } = await this.dispatcher.executeTool('invoice_report', { orderId })
    if (!success) return { problem: `No invoice for ${orderId}: ${error}` }
    return { text: (result as InvoiceReport).text }
  }

  /** The best reason for the customer among those that apply. */
  async bestOffer(orderId: string): Promise<string> {
    const reasons = ['lost', 'late', 'changed_mind']
    const quotes = await Promise.all(reasons.map((reason) => this.dispatcher.executeTool('quote_refund', { orderId, reason })))
    let best: RefundQuote | null = null
    for (const quote of quotes) {
      if (!quote.success) continue
      const candidate = quote.result as RefundQuote
      if (best === null || candidate.totalCents > best.totalCents) best = candidate
    }
    return best === null ? 'nothing applies' : `${best.reason}: ${euros(best.totalCents)}`
  }
}
