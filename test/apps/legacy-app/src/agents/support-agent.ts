import type { RequestScopedToolDispatcher } from '@switchyard/request-scoped'
import { today, workingDaysBetween } from '../store/index.js'
import type { AgentEvents } from './agent-events.js'
import { answerFrom, sentences } from './answer.js'
import type { Failure, Findings } from './findings.js'
import { nextStep } from './planner.js'
import { readQuestion } from './question.js'

const MAX_STEPS = 8

export interface AgentAnswer {
  answer: string
  toolCalls: number
  failures: Failure[]
  usedTools: string[]
}

/**
 * Answers one question: plan a step, run its tool, look at what came out, until nothing is left to find out.
 * The dispatcher is the caller's, who also cleans it up.
 */
export class SupportAgent {
  private readonly findings: Findings = {}
  private readonly failures: Failure[] = []
  private readonly tried = new Set<string>()

  constructor(
    private readonly dispatcher: RequestScopedToolDispatcher,
    private readonly events: AgentEvents,
    private readonly signedBy: string,
  ) {
    this.dispatcher.registerTool(
      'working_days_left',
      ({ until }: { until: string }) => ({ days: workingDaysBetween(today, until, 'NL') }),
      'Working days from today until a day',
    )
  }

  async run(text: string): Promise<AgentAnswer> {
    await this.events.started(text)
    try {
      await this.investigate(text)
      if (this.findings.search_orders && this.findings.search_orders.total > 0) await this.reply()
    } catch (error) {
      await this.events.failed(error instanceof Error ? error.message : String(error))
      throw error
    }
    const answer = answerFrom(this.findings, this.failures)
    await this.events.completed({ answer, toolCalls: this.tried.size })
    return { answer, toolCalls: this.tried.size, failures: this.failures, usedTools: [...this.tried] }
  }

  private async investigate(text: string) {
    const question = readQuestion(text)
    while (this.tried.size < MAX_STEPS) {
      const step = nextStep({ question, findings: this.findings, signedBy: this.signedBy }, this.tried)
      if (!step) return
      this.tried.add(step.tool)
      await this.events.thinking(step.reasoning)
      const result = await this.dispatcher.dispatch(step.tool, step.parameters)
      if (result.status === 'success') {
        Object.assign(this.findings, { [step.tool]: result.payload?.result })
      } else {
        this.failures.push({ tool: step.tool, message: result.message })
      }
      // an order that does not exist ends the search, everything else can go on without one answer
      if (step.tool === 'search_orders' && !this.findings.search_orders?.total) return
    }
  }

  private async reply() {
    this.tried.add('draft_reply')
    await this.events.thinking('Enough is known, write to the customer.')
    const result = await this.dispatcher.dispatch('draft_reply', {
      orderId: this.findings.search_orders?.orders[0].id,
      points: sentences(this.findings).slice(0, 6),
      signedBy: this.signedBy,
    })
    if (result.status !== 'success') {
      this.failures.push({ tool: 'draft_reply', message: result.message || 'no reply' })
      return
    }
    Object.assign(this.findings, { draft_reply: result.payload?.result })
  }
}
