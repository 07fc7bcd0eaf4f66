import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BullMQExecutor, createBullMQExecutor, startToolWorker, type ToolWorker } from '../../src/bullmq.js'
import { canonicalSubject, cases, type ConformanceSubject, runConformance } from '../../src/conformance.js'
import { type Tool, type ToolExecutor, ToolRegistry, UnifiedToolDispatcher } from '../../src/index.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'

/** What cannot hold where input and result are copies. */
const OF_COPIES = ['multiple-implementation/result', 'event-routing/any-value']

describe.skipIf(redisExecutable === undefined)('a dispatcher all of whose tools run on BullMQ workers', () => {
  let redis: RedisServer
  let remote: BullMQExecutor
  let worker: ToolWorker
  const registry = new ToolRegistry()

  beforeAll(async () => {
    redis = await startRedis(['--appendonly', 'no'])
    const options = { connection: { port: redis.port, host: '127.0.0.1' }, queue: 'conformance' }
    remote = createBullMQExecutor({ ...options, tools: [] })
    worker = startToolWorker({ ...options, tools: registry, concurrency: 50 })
    await worker.ready
  })
  afterAll(async () => {
    await remote.close()
    await worker.close(0)
    await redis.stop()
  })

  let dispatchers = 0
  const subject: ConformanceSubject = {
    name: 'tools on BullMQ workers',
    capabilities: canonicalSubject.capabilities,
    async create({ context, admin = false, ...options }) {
      dispatchers += 1
      const prefix = `${dispatchers}/`
      // The cases give tools of one name different bodies, so that a worker has to know whose they are.
      const offer = ({ name, execute, ...rest }: Tool) => {
        if (registry.has(prefix + name)) return
        registry.register({
          ...rest,
          name: prefix + name,
          execute: (input: unknown, call) => execute(input, { ...call, toolName: name }),
        })
      }
      const executor: ToolExecutor = {
        handles: () => true,
        run: ({ signal, toolName, ...call }) => remote.run({ ...call, signal, toolName: prefix + toolName }),
      }
      const all = { ...options, executor }
      const dispatcher: UnifiedToolDispatcher = admin
        ? UnifiedToolDispatcher.createForAdmin(context, all)
        : UnifiedToolDispatcher.createForUser(context, all)
      for (const tool of options.tools ?? []) offer(tool)
      return {
        async execute(toolName, parameters, callOptions) {
          const result = await dispatcher.executeTool(toolName, parameters, callOptions)
          if (result.success) return { success: true, result: result.result }
          return { success: false, code: result.error.code, message: result.error.message }
        },
        register: (tool) => {
          dispatcher.registerTool(tool)
          offer(tool)
        },
        dispose: () => dispatcher.dispose(),
        implementation: () => dispatcher,
      }
    },
  }

  it('conforms wherever copies can', { timeout: 120_000 }, async () => {
    const report = await runConformance(subject)
    expect(report.failed.map(({ id }) => id).toSorted()).toEqual(OF_COPIES.toSorted())
    expect(report.skipped).toEqual([])
    expect(report.passed).toHaveLength(cases.length - OF_COPIES.length)
  })
})
