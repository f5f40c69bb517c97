export type { AdapterRow } from './adapter-row.js';
export { adapterRows, type AdapterRows, type AdapterStatusUpdate, type Page, type Reader } from './adapters.js';
export { databaseIsAway } from './away.js';
export { countAdapters, type AdapterCount } from './count-adapters.js';
export { connectDatabase, type ConnectOptions, type Database } from './connect.js';
export { createDatabase } from './create-database.js';
export { migrate } from './migrate.js';
export { findDrift } from './migrations/evolve.js';
export { MigrationError } from './migrations/explain.js';
