import { afterEach, beforeEach, vi } from 'vitest'
import { MemoryEventStore } from '../../src/index.js'
import { describeStore } from './store-suite.js'
import type { Storage } from './store-kinds.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describeStore({
  name: 'MemoryEventStore',
  newStorage: (options) => {
    const storage: Storage = {
      store: new MemoryEventStore(options),
      pass: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
      lose: () => {
        storage.store = new MemoryEventStore(options)
      },
      remove: () => storage.store.close(),
    }
    return storage
  },
})
