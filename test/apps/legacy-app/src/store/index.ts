export * from './records.js';
export * from './store.js';
export * from './calendar.js';
export * from './ledger.js';
export * from './money.js';
export { parseCsv } from './csv.js';
