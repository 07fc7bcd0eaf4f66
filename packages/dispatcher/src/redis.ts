export { EventStoreError } from './errors.js'
export type { RedisAddress } from './stores/redis-client.js'
export { RedisEventStore, type RedisEventStoreOptions } from './stores/redis.js'
export { RedisTicketStore, type RedisTicketStoreOptions } from './stores/redis-tickets.js'
