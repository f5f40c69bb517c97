import { ToolsetSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';
import { queryOrUnavailable } from './unavailable.js';

export type ToolsetRow = ResourceRow<ToolsetSpec>;
export type ToolsetRows = ResourceRows<ToolsetSpec>;

const TOOLSETS: ResourceTable<ToolsetSpec> = { kind: 'toolset', name: 'toolsets', storedSpec: ToolsetSpec.strip() };

const MAX_LOST = 200;

/**
 * Names of the toolsets whose status may change when the tool comes or goes: those with entries that name it as their source, and
 * those with entries that select nothing. @throws GatewayError UNAVAILABLE while the database is unavailable
 */
export const toolsetsThatMiss =
  (database: Database) =>
  async (tool: string): Promise<string[]> => {
    const rows = await queryOrUnavailable(
      () => database.$queryRaw<{ name: string }[]>`
        SELECT name FROM toolsets
        WHERE deleted_at IS NULL AND (
          spec->'tools' @> ${JSON.stringify([{ source: { name: tool } }])}::jsonb
          OR conditions @> '[{"reason": "SelectsNothing"}]'::jsonb
        ) LIMIT ${MAX_LOST}`,
    );
    return rows.map(({ name }) => name);
  };

export const toolsetRows = (database: Database, now?: () => Date): ToolsetRows => resourceRows(database, TOOLSETS, now);
