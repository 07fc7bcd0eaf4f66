// @ts-check
// `npm run sunset`: how long each facade has left; fails when one is overdue. No test runs it: an old tag must still pass.
import { daysLeft, migrationTable, overdue } from './deprecations.mjs'

const today = new Date()
const table = await migrationTable()
for (const migration of table) {
  const { package: name, stage, sunset } = migration
  const left = stage === 'removed' ? '' : `, ${daysLeft(migration, today)} days left`
  console.log(`${name}: ${stage}, ends with ${sunset.version} on ${sunset.date}${left}`)
}
const late = overdue(table, today)
for (const sentence of late) console.error(sentence)
if (late.length > 0) process.exitCode = 1
