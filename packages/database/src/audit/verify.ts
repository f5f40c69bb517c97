import { withConnection } from '../connect.js';
import { chainChecker, type AuditColumns, type ChainedRecord, type ChainFault, type Link } from './chain.js';

/** The result of a check of the whole chain. */
export interface ChainReport {
  /** The last record that retention removed; position 0 when it has removed none. */
  base: Link;
  head: Link;
  /** Records that were checked and are as they were stored. */
  intact: number;
  /** Undefined: all of them are. */
  fault: ChainFault | undefined;
}

const PAGE = 5_000;

const COLUMNS = `position::float8 AS position, ${isoOf('stored_at')} AS "storedAt", record, hash,
  json_build_object('id', id, 'time', ${isoOf('time')}, 'action', action, 'outcome', outcome, 'subject', subject,
    'tenant', tenant, 'kind', kind, 'name', name, 'resourceTenant', resource_tenant) AS columns`;

/** As text, because the driver reads a timestamp without a time zone as local time. */
function isoOf(column: string): string {
  return `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/**
 * Checks every stored audit record against the hash chain, on one snapshot of the database.
 * @param noted the end of the chain as an earlier check has reported it: the chain must still contain it. Without it, a
 *   chain that was written anew as a whole passes.
 * @throws Error as `withConnection`
 */
export function verifyAudit(databaseUrl: string, noted?: Link): Promise<ChainReport> {
  return withConnection(databaseUrl, async (connection) => {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: ends } = await connection.query<Record<'base' | 'head', Link>>(
      `SELECT json_build_object('position', base_position, 'hash', base_hash) AS base,
         json_build_object('position', head_position, 'hash', head_hash) AS head FROM audit_chain`,
    );
    const [chain] = ends;
    if (!chain) throw new Error('The table audit_chain is empty, so nothing says where the chain begins and ends.');
    const { base, head } = chain;
    const checker = chainChecker(base, head);
    let last = base;
    const report = (fault?: ChainFault): ChainReport => ({ base, head, intact: last.position - base.position, fault });
    if (noted && noted.position === base.position && noted.hash !== base.hash) return report(notedFault(noted));
    if (noted && noted.position > head.position) return report({ ...notedFault(noted), position: head.position + 1 });
    for (;;) {
      const page = await connection.query<ChainedRecord & { columns: AuditColumns }>(
        `SELECT ${COLUMNS} FROM audit_records WHERE position > $1 ORDER BY position LIMIT ${PAGE}`,
        [last.position],
      );
      for (const row of page.rows) {
        const fault = checker.next(row);
        if (fault) return report(fault);
        if (noted?.position === row.position && noted.hash !== row.hash) return report(notedFault(noted));
        last = row;
      }
      if (page.rows.length < PAGE) return report(checker.end());
    }
  });
}

const notedFault = ({ position }: Link): ChainFault => ({
  position,
  fault: `record ${position} is not the one that was noted: the chain was written anew`,
});
