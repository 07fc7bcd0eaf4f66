import { initTRPC } from '@trpc/server'
import { add, addSchema, answer, parameters } from './add.mjs'

export function cases() {
  const t = initTRPC.create()
  const router = t.router({ add: t.procedure.input(addSchema()).mutation(({ input }) => add(input)) })
  const caller = t.createCallerFactory(router)({})
  return [{ name: 'tRPC: server-side caller', kind: 'peer', answer, run: () => caller.add(parameters()) }]
}
