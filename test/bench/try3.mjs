import { Clients, gateway } from './delivery/servers.mjs'
import { eventFor } from './delivery/events.mjs'
import { SqliteEventStore } from '@switchyard/dispatcher/sqlite'
import { Folder } from './delivery/stores.mjs'
import { join } from 'node:path'
const folder = new Folder(); const clients = new Clients()
const store = new SqliteEventStore({ path: join(folder.path, 'a.db'), maxEvents: 10000 })
let reads = 0, recent = 0
const read = store.read.bind(store); 
const d = await gateway({ clients, count: 100, store })
async function run() {
  const arrived = d.received(5000); let turn = []
  for (let s = 0; s < 50; s++) for (const u of d.users) { turn.push(d.send(eventFor(u))); if (turn.length === 100) { await Promise.all(turn); turn = []; await new Promise(r => setImmediate(r)) } }
  return arrived
}
for (let i = 0; i < 30; i++) { const t = performance.now(); await run(); if (i % 5 === 0) console.log(((performance.now() - t) / 5).toFixed(1), 'us') }
process.exit(0)
