/** Tools on other machines: `@switchyard/dispatcher/bullmq`. */
export { type BullMQExecutor, type BullMQExecutorOptions, createBullMQExecutor } from './executors/bullmq.js'
export { startToolWorker, type ToolWorker, type ToolWorkerOptions } from './executors/bullmq-worker.js'
export type { RemoteConnection } from './executors/remote-call.js'
