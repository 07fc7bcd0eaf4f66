import { ToolStatus, type Assessment, type Dispatcher } from '@claims/dispatch'

export interface Claim {
  readonly policy: string
  readonly lossCents: number
}

/** Assesses claims with a dispatcher that somebody else made and will clean up. */
export class AssessmentAgent {
  constructor(private readonly dispatcher: Dispatcher) {}

  async assess(claim: Claim): Promise<Assessment> {
    const result = await this.dispatcher.dispatch('assess', { number: claim.policy, lossCents: claim.lossCents })
    if (result.status !== ToolStatus.SUCCESS) {
      throw new Error(`Could not assess ${claim.policy}: ${result.message}`)
    }
    return result.payload?.result as Assessment
  }

  get calls(): number {
    return this.dispatcher.getMetrics().toolsExecuted
  }
}
