// Not in TypeScript: the underwriters edit it. Its types are in types/policies.d.ts.
export function policyOf(number) {
  if (!/^P-\d{4}$/.test(number)) throw new Error(`No policy ${number}`)
  return { number, deductibleCents: Number(number.at(-1)) * 10_000, covers: ['water', 'fire'] }
}

/** @param {import('@switchyard/legacy').ToolDispatcher} dispatcher */
export async function deductible(dispatcher, number) {
  const result = await dispatcher.dispatch('policy', { number })
  return result.status === 'success' ? result.payload.result.deductibleCents : 0
}
