import { measureDelivery, FULL_EFFORT } from './delivery/plan.mjs'
const f = await measureDelivery({...FULL_EFFORT, rounds: 8, warmUpMs: 200, clients: [[1,4000],[100,50],[1000,10]], slowReaders: 2, slowEvents: 10}, (l) => console.error(l))
for (const s of f.sections.slice(0,3)) { console.log(s.title); for (const r of s.rows) console.log(' ', r.name.padEnd(45), Math.round(r.ns), 'ns', Math.round(1e9/r.ns), '/s', Math.round(100/r.ratio)+' %') }
process.exit(0)
