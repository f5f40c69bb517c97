import { ToolSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { resourceRows, type ResourceRows } from './resources/rows.js';
import { queryOrUnavailable } from './unavailable.js';

export type ToolRow = ResourceRow<ToolSpec>;
export type ToolRows = ResourceRows<ToolSpec>;

const TOOLS: ResourceTable<ToolSpec> = { kind: 'tool', name: 'tools', storedSpec: ToolSpec.strip() };

export const toolRows = (database: Database, now?: () => Date): ToolRows => resourceRows(database, TOOLS, now);

/** What says under which names clients see the tools of a source. */
export interface ToolNaming {
  name: string;
  /** Of its source. */
  type: string;
  /** Null: the default prefix. */
  prefix: string | null;
}

/** Of the tools with these names, or of all. @throws GatewayError UNAVAILABLE while the database is unavailable */
export type ToolNamings = (names?: readonly string[]) => Promise<ToolNaming[]>;

export const toolNamings =
  (database: Database): ToolNamings =>
  (names) =>
    queryOrUnavailable(
      () => database.$queryRaw<ToolNaming[]>`
        SELECT name, coalesce(spec->'source'->>'type', 'http') AS type, spec->'source'->>'prefix' AS prefix
        FROM tools WHERE deleted_at IS NULL AND (${names === undefined} OR name = ANY(${names ?? []}::text[]))`,
    );

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
