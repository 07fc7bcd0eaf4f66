import { policyOf } from '@claims/dispatch/policies'

export interface Assessment {
  policy: string
  payCents: number
}

export function claimTools() {
  return [
    { name: 'policy', execute: ({ number }: { number: string }) => policyOf(number) },
    {
      name: 'assess',
      description: 'What a claim is worth, after the deductible',
      execute({ number, lossCents }: { number: string; lossCents: number }): Assessment {
        return { policy: number, payCents: Math.max(0, lossCents - policyOf(number).deductibleCents) }
      },
    },
    { name: 'pay_out', requiredRoles: ['adjuster'], execute: ({ payCents }: { payCents: number }) => `paid ${payCents}` },
  ]
}
