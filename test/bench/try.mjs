import { Folder, memoryCases, redisCases, sqliteCases, startRedis } from './delivery/stores.mjs'
import { interleave } from './measure.mjs'
const folder = new Folder(); const redis = await startRedis(folder)
for (const cases of [memoryCases(), await sqliteCases(folder), await redisCases(redis.url)]) {
  for (const r of await interleave(cases, { rounds: 15, batchMs: 20, warmUpMs: 300 })) console.log(' ', r.name.padEnd(45), Math.round(r.ns), 'ns', r.ratio.toFixed(2), r.against)
  for (const { close } of cases) await close?.()
}
redis.stop(); folder.remove(); process.exit(0)
