import Database from 'libsql'
import { rmSync } from 'node:fs'
const p='/tmp/h16/try/v.db'
const text='x'.repeat(430)
for (const round of [1,2]) for (const [name, page, schema] of [
 ['now 4096', 4096, 'UNIQUE (log, seq), UNIQUE (log, id)'],
 ['id,log 4096', 4096, 'UNIQUE (log, seq), UNIQUE (id, log)'],
 ['id,log 2048', 2048, 'UNIQUE (log, seq), UNIQUE (id, log)'],
 ['id,log 1024', 1024, 'UNIQUE (log, seq), UNIQUE (id, log)'],
 ['clustered 4096', 4096, 'C'],
 ['noidx 4096', 4096, ''],
]) {
  for (const e of ['','-wal','-shm']) rmSync(p+e,{force:true})
  const db=new Database(p); db.exec(`PRAGMA page_size=${page}; PRAGMA synchronous=NORMAL`); db.prepare('PRAGMA journal_mode=WAL').get()
  db.exec(schema==='C' ? 'CREATE TABLE e (log INTEGER, seq INTEGER, id TEXT, at INTEGER, event TEXT, PRIMARY KEY (log, seq), UNIQUE (id, log)) WITHOUT ROWID' : `CREATE TABLE e (log INTEGER, seq INTEGER, id TEXT, at INTEGER, event TEXT${schema && ', '+schema})`)
  const ins=db.prepare('INSERT INTO e VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING')
  let n=0; const out=[]
  for (const users of [1,100,1000]) { const t=performance.now(); const total = 60000; for (let i=0;i<total/100;i++){ db.exec('BEGIN IMMEDIATE'); for(let j=0;j<100;j++){ n++; ins.run((users===1?0:(i*100+j)%users)+users, n, 'evt_0f3c5a1e9b7d4c2f8a6e1b3d5f7a9c0e-'+n, 1795625087738, text)} db.exec('COMMIT') } out.push(((performance.now()-t)/total*1000).toFixed(1)) }
  console.log(name, 'us for 1/100/1000 users:', out.join(' '))
  db.close()
}
