import type { Findings, ToolName } from './findings.js'
import { wants, type Question } from './question.js'
import { today } from '../store/index.js'

export interface Step {
  tool: ToolName
  reasoning: string
  parameters: Record<string, unknown>
}

interface Situation {
  question: Question
  findings: Findings
  signedBy: string
}

interface Rule {
  tool: ToolName
  when: (situation: Situation) => boolean
  step: (situation: Situation) => Omit<Step, 'tool'> | null
}

const LATE = /\b(where|late|delay|delayed|track|arriv|lost|missing)/i
const REFUND = /\b(refund|money back|damaged|broken|wrong|change[d]? (?:of|my|her|his) mind)/i
const PAY = /\b(pay|issue|book)\b.*\brefund|\brefund\b.*\b(now|pay)/i
const REPLACE = /\b(replace|replacement|exchange|again|stock)/i
const INVOICE = /\b(invoice|vat|bill)\b/i

function orderId({ question, findings }: Situation): string | null {
  return question.orderId ?? findings.search_orders?.orders[0]?.id ?? null
}

function reasonFor(question: Question): string {
  if (wants(question, /damaged|broken/i)) return 'damaged'
  if (wants(question, /wrong/i)) return 'wrong_item'
  if (wants(question, /mind/i)) return 'changed_mind'
  if (wants(question, /lost|never (came|arrived)/i)) return 'lost'
  return 'late'
}

/** Looked at from top to bottom before each step; the first one that applies and was not tried yet is next. */
const rules: Rule[] = [
  {
    tool: 'search_orders',
    when: () => true,
    step: ({ question }) => {
      const query = question.orderId ?? question.email ?? question.words
      return query.length < 2 ? null : { reasoning: `Find the order behind "${query}" first.`, parameters: { query, limit: 3 } }
    },
  },
  {
    tool: 'track_shipment',
    when: ({ question }) => wants(question, LATE) || reasonFor(question) === 'late',
    step: (situation) => {
      const id = orderId(situation)
      return id ? { reasoning: `See what the carrier's scans say about ${id}.`, parameters: { orderId: id } } : null
    },
  },
  {
    tool: 'carrier_scorecard',
    when: ({ question, findings }) => wants(question, LATE) && (findings.track_shipment?.trackingNumber ?? null) !== null,
    step: ({ findings }) => ({
      reasoning: `Compare with how punctual ${findings.track_shipment?.carrier} is in general.`,
      parameters: { carrier: findings.track_shipment?.trackingNumber?.slice(0, 3) },
    }),
  },
  {
    tool: 'working_days_left',
    when: ({ question, findings }) => wants(question, LATE) && findings.track_shipment?.status === 'in_transit' && findings.track_shipment.promisedAt > today,
    step: ({ findings }) => ({
      reasoning: 'Count the working days that are left until the promised day.',
      parameters: { until: findings.track_shipment?.promisedAt },
    }),
  },
  {
    tool: 'quote_refund',
    when: ({ question }) => wants(question, REFUND),
    step: (situation) => {
      const id = orderId(situation)
      const reason = reasonFor(situation.question)
      return id ? { reasoning: `Work out what the policy gives for "${reason}".`, parameters: { orderId: id, reason } } : null
    },
  },
  {
    tool: 'issue_refund',
    when: ({ question, findings }) => wants(question, PAY) && findings.quote_refund !== undefined,
    step: ({ findings, signedBy }) => ({
      reasoning: 'The amount is clear, pay it out.',
      parameters: { orderId: findings.quote_refund?.orderId, reason: findings.quote_refund?.reason, by: signedBy },
    }),
  },
  {
    tool: 'check_stock',
    when: ({ question }) => wants(question, REPLACE),
    step: (situation) => {
      const id = orderId(situation)
      return id ? { reasoning: 'See whether the articles are there to be sent again.', parameters: { orderId: id } } : null
    },
  },
  {
    tool: 'quote_shipping',
    when: ({ question, findings }) => wants(question, REPLACE) && (findings.check_stock?.every((level) => level.free > 0) ?? false),
    step: (situation) => {
      const id = orderId(situation)
      return id ? { reasoning: 'Everything is in stock: what would sending it cost?', parameters: { orderId: id } } : null
    },
  },
  {
    tool: 'invoice_report',
    when: ({ question }) => wants(question, INVOICE),
    step: (situation) => {
      const id = orderId(situation)
      return id ? { reasoning: `Print the invoice of ${id}.`, parameters: { orderId: id } } : null
    },
  },
  {
    tool: 'customer_history',
    when: ({ findings }) => (findings.search_orders?.total ?? 0) > 0,
    step: ({ findings }) => ({
      reasoning: 'Know the customer before writing to them.',
      parameters: { customer: findings.search_orders?.orders[0].customer },
    }),
  },
]

export function nextStep(situation: Situation, tried: ReadonlySet<string>): Step | null {
  for (const rule of rules) {
    if (tried.has(rule.tool) || !rule.when(situation)) continue
    const step = rule.step(situation)
    if (step) return { tool: rule.tool, ...step }
  }
  return null
}
