export { adapterRows, countAdapters, type AdapterCount, type AdapterRow, type AdapterRows } from './adapters.js';
export { API_KEYS_PER_CALLER, type ApiKeyRow, type ApiKeyRows, apiKeyRows } from './api-keys.js';
export { checkDatabase, connectDatabase, createDatabase, type ConnectOptions, type Database } from './connect.js';
export { migrate, migrateWhenConnected } from './migrate.js';
export { findDrift } from './migrations/author.js';
export { MigrationError } from './migrations/history.js';
export type { ResourceRow, ResourceSpec, ResourceTable } from './resources/row.js';
export { resourceRows, type Page, type Reader, type ResourceRows } from './resources/rows.js';
export { isDatabaseUnavailable } from './unavailable.js';
