import { AssessmentAgent, claimTools, createDispatcher, type UserExecutionContext } from '@claims/agents'

export interface Line {
  readonly policy: string
  readonly text: string
}

/** One line for each claim, for the letter. */
export async function assessClaims(
  context: UserExecutionContext,
  claims: readonly { policy: string; lossCents: number }[],
): Promise<Line[]> {
  const dispatcher = await createDispatcher(context, claimTools())
  const agent = new AssessmentAgent(dispatcher)
  const lines: Line[] = []
  for (const claim of claims) {
    const text = await agent.assess(claim).then(
      ({ payCents }) => `we pay ${(payCents / 100).toFixed(2)}`,
      (error: Error) => error.message,
    )
    lines.push({ policy: claim.policy, text })
  }
  await dispatcher.cleanup()
  return lines
}
