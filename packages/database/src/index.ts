export { adapterRows, type AdapterRow, type AdapterRows } from './adapters.js';
export { API_KEYS_PER_CALLER, type ApiKeyRow, type ApiKeyRows, apiKeyRows } from './api-keys.js';
export { type ChainedRecord, columnsOf } from './audit/chain.js';
export { auditRows, type AuditFilter, type AuditRows } from './audit/rows.js';
export { verifyAudit } from './audit/verify.js';
export { type Change, type ChangePage, type ChangeRows, changeRows } from './changes.js';
export { checkDatabase, connectDatabase, createDatabase, type ConnectOptions, type Database } from './connect.js';
export { migrate, migrateWhenConnected } from './migrate.js';
export { findDrift } from './migrations/author.js';
export { MigrationError } from './migrations/history.js';
export { countResources, type ResourceCount } from './resources/all-kinds.js';
export type { ListOrder, ListPage, Page, Reader } from './resources/list.js';
export type { ResourceRow, ResourceSpec, ResourceTable } from './resources/row.js';
export { resourceRows, type CheckUse, type ResourceRows } from './resources/rows.js';
export { tenantRows, type TenantRow, type TenantRows } from './tenants.js';
export {
  type StoredDefinitions,
  toolDefinitionRows,
  type ToolDefinitionRows,
  type ToolDefinitions,
} from './tool-definitions.js';
export { toolsetRows, type ToolsetRow, type ToolsetRows } from './toolsets.js';
export { toolRows, toolsOfAdapter, type ToolRow, type ToolRows } from './tools.js';
export { isDatabaseUnavailable } from './unavailable.js';
