import { AdapterSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';

export type AdapterRow = ResourceRow<AdapterSpec>;
export type AdapterRows = ResourceRows<AdapterSpec>;

const ADAPTERS: ResourceTable<AdapterSpec> = { kind: 'adapter', name: 'adapters', storedSpec: AdapterSpec.strip() };

export const adapterRows = (database: Database, now?: () => Date): AdapterRows => resourceRows(database, ADAPTERS, now);
