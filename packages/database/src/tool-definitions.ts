import { ApprovedDefinition, RecordedDefinition } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import type { Database } from './connect.js';
import { Prisma } from './generated/client.js';
import type { RowIdentity } from './resources/row.js';
import { queryOrUnavailable } from './unavailable.js';

/** What the source of one tool defines, and what of that is approved. */
export interface ToolDefinitions {
  recorded: RecordedDefinition[];
  approved: ApprovedDefinition[];
  /** When a tool router reported a change; null before the first report. */
  reportedAt: Date | null;
}

export interface StoredDefinitions extends ToolDefinitions {
  /** How many definitions are recorded and not approved. */
  heldBack: number;
  /** Counts the writes; 0 before the first. */
  revision: number;
}

interface Change extends ToolDefinitions {
  heldBack: number;
}

/** The definitions of tools in the database. Every method throws GatewayError UNAVAILABLE while the database is unavailable. */
export interface ToolDefinitionRows {
  /** Those of this tool, and not of an earlier one of its name. */
  find(tool: RowIdentity): Promise<StoredDefinitions>;
  /** Saves what was reported. False when another write came between, or the tool is gone. */
  record(tool: RowIdentity, read: StoredDefinitions, change: Change): Promise<boolean>;
  /** Saves what was approved, as a change of the tool: it gets a generation, so that a worker publishes it. False as above. */
  approve(tool: RowIdentity, read: StoredDefinitions, change: Change): Promise<boolean>;
}

interface Row {
  id: string;
  recorded: string;
  approved: string;
  heldBack: number;
  reportedAt: Date | null;
  revision: number;
}

const Recorded = z.array(RecordedDefinition);
const Approved = z.array(ApprovedDefinition);

export function toolDefinitionRows(database: Database): ToolDefinitionRows {
  return {
    async find({ name, id }) {
      const [row] = await queryOrUnavailable(
        () => database.$queryRaw<Row[]>`
          SELECT resource_id AS id, recorded, approved, held_back AS "heldBack", reported_at AS "reportedAt", revision
          FROM tool_definitions WHERE name = ${name}`,
      );
      // The revision of an earlier tool: a write replaces it.
      if (!row || row.id !== id) return { ...NONE, revision: row?.revision ?? 0 };
      const recorded = Recorded.parse(JSON.parse(row.recorded));
      const approved = Approved.parse(JSON.parse(row.approved));
      return { recorded, approved, heldBack: row.heldBack, reportedAt: row.reportedAt, revision: row.revision };
    },

    async record(tool, read, change) {
      return (await queryOrUnavailable(() => database.$executeRaw(writeOf(tool, read, change)))) === 1;
    },

    async approve(tool, read, change) {
      const count = await queryOrUnavailable(
        () => database.$executeRaw`
          WITH saved AS (${writeOf(tool, read, change)} RETURNING name)
          UPDATE tools SET generation = generation + 1
          WHERE id = ${tool.id}::uuid AND deleted_at IS NULL AND name IN (SELECT name FROM saved)`,
      );
      return count === 1;
    },
  };
}

const NONE = { recorded: [], approved: [], heldBack: 0, reportedAt: null };

/** Writes nothing when the tool is gone, and when another write has come between. */
const writeOf = ({ name, id }: RowIdentity, { revision }: StoredDefinitions, change: Change): Prisma.Sql => Prisma.sql`
  INSERT INTO tool_definitions AS current (name, resource_id, recorded, approved, held_back, reported_at, revision)
  SELECT name, id, ${JSON.stringify(change.recorded)}, ${JSON.stringify(change.approved)}, ${change.heldBack}::int,
    ${change.reportedAt}::timestamp(3), 1
  FROM tools WHERE name = ${name} AND id = ${id}::uuid AND deleted_at IS NULL
  ON CONFLICT (name) DO UPDATE SET resource_id = EXCLUDED.resource_id, recorded = EXCLUDED.recorded,
    approved = EXCLUDED.approved, held_back = EXCLUDED.held_back, reported_at = EXCLUDED.reported_at,
    revision = current.revision + 1
  WHERE current.revision = ${revision}`;
