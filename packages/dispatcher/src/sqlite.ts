export { EventStoreError } from './errors.js'
export { SqliteEventStore, type SqliteEventStoreOptions } from './stores/sqlite.js'
