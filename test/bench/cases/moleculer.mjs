// Its own validator, as its users have it; the other cases validate with zod.
import { ServiceBroker } from 'moleculer'
import { add, answer, parameters } from './add.mjs'

export async function cases() {
  const broker = new ServiceBroker({
    logger: false,
    requestTimeout: 30_000,
    bulkhead: { enabled: true, concurrency: 10, maxQueueSize: 1_000 },
    metrics: { enabled: true, reporter: [] },
  })
  broker.createService({
    name: 'math',
    actions: { add: { params: { a: 'number', b: 'number' }, handler: ({ params }) => add(params) } },
  })
  await broker.start()
  return [
    {
      name: 'moleculer: bulkhead, timeout, metrics',
      kind: 'peer',
      answer,
      run: () => broker.call('math.add', parameters()),
      close: () => broker.stop(),
    },
  ]
}
