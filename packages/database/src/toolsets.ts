import { ToolsetSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';

export type ToolsetRow = ResourceRow<ToolsetSpec>;
export type ToolsetRows = ResourceRows<ToolsetSpec>;

const TOOLSETS: ResourceTable<ToolsetSpec> = { kind: 'toolset', name: 'toolsets', storedSpec: ToolsetSpec.strip() };

export const toolsetRows = (database: Database, now?: () => Date): ToolsetRows => resourceRows(database, TOOLSETS, now);
