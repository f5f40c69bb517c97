import { ToolSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';
import { queryOrUnavailable } from './unavailable.js';

export type ToolRow = ResourceRow<ToolSpec>;
export type ToolRows = ResourceRows<ToolSpec>;

const TOOLS: ResourceTable<ToolSpec> = { kind: 'tool', name: 'tools', storedSpec: ToolSpec.strip() };

export const toolRows = (database: Database, now?: () => Date): ToolRows => resourceRows(database, TOOLS, now);

/** Names of the tools that have the adapter as their source. @throws GatewayError UNAVAILABLE while the database is unavailable */
export const toolsOfAdapter =
  (database: Database) =>
  async (adapter: string): Promise<string[]> => {
    const rows = await queryOrUnavailable(
      () => database.$queryRaw<{ name: string }[]>`
        SELECT name FROM tools WHERE spec->'source'->>'adapter' = ${adapter} AND deleted_at IS NULL`,
    );
    return rows.map(({ name }) => name);
  };
