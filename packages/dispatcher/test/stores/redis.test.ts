import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from 'vitest'
import { RedisEventStore } from '../../src/redis.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import type { RetentionOptions } from '../../src/index.js'
import { describeStore } from './store-suite.js'
import type { Storage } from './store-kinds.js'

let server: RedisServer
let admin: Redis
let storages = 0

describe.skipIf(redisExecutable === undefined)('with a real Redis', () => {
  beforeAll(async () => {
    server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec'])
    admin = new Redis(server.url)
  })
  afterAll(async () => {
    admin.disconnect()
    await server.stop()
  })

  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  describeStore({ name: 'RedisEventStore', newStorage })
})

/** Makes every entry older, which the clock of a Redis cannot be told to do. */
const PASS = `
for _, stream in ipairs(redis.call('KEYS', ARGV[1] .. '*}')) do
  local entries = redis.call('XRANGE', stream, '-', '+')
  redis.call('HINCRBY', stream .. ':log', 'at', '-' .. ARGV[2])
  redis.call('DEL', stream)
  for _, entry in ipairs(entries) do
    entry[2][2] = string.format('%.0f', entry[2][2] - ARGV[2])
    redis.call('XADD', stream, entry[1], unpack(entry[2]))
  end
end`

function newStorage(options: RetentionOptions = {}): Storage {
  storages += 1
  const prefix = `storage-${storages}:`
  const opened: RedisEventStore[] = []
  const another = () => {
    const store = new RedisEventStore({ url: server.url, prefix, ...options })
    opened.push(store)
    return store
  }
  return {
    store: another(),
    another,
    pass: async (milliseconds) => {
      vi.setSystemTime(Date.now() + milliseconds)
      await admin.eval(PASS, 0, prefix, milliseconds)
    },
    lose: async () => {
      const keys = await admin.keys(`${prefix}*`)
      if (keys.length > 0) await admin.del(...keys)
    },
    remove: async () => {
      for (const store of opened) await store.close()
    },
  }
}
