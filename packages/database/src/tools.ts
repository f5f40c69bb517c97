import { ToolSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';

export type ToolRow = ResourceRow<ToolSpec>;
export type ToolRows = ResourceRows<ToolSpec>;

const TOOLS: ResourceTable<ToolSpec> = { kind: 'tool', name: 'tools', storedSpec: ToolSpec.strip() };

export const toolRows = (database: Database, now?: () => Date): ToolRows => resourceRows(database, TOOLS, now);
