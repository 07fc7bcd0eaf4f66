import type { ToolDispatcher } from '@switchyard/legacy'

/** The public API; keep it in step with policies.mjs. */
export interface Policy {
  number: string
  deductibleCents: number
  covers: string[]
}
export declare function policyOf(number: string): Policy
export declare function deductible(dispatcher: ToolDispatcher, number: string): Promise<number>
