import { createHash } from 'node:crypto';
import { AuditRecord } from '@mcp-gateway/common/contracts';

/** The end of a chain: the position of its last record, and that record's hash. */
export interface Link {
  position: number;
  hash: string;
}

/** A record with its place in the chain. */
export interface ChainedRecord extends Link {
  /** ISO 8601, in milliseconds and UTC. */
  storedAt: string;
  /** The record as JSON, character by character. */
  record: string;
}

/** The hash of a record: SHA-256, in hex, over four lines of text: the hash before it, position, time of storing, record. */
export const hashOf = (
  previousHash: string,
  { position, storedAt, record }: Pick<ChainedRecord, 'position' | 'storedAt' | 'record'>,
): string => createHash('sha256').update(`${previousHash}\n${position}\n${storedAt}\n${record}`).digest('hex');

/** The fields of a record that the table also has as columns, for filters. */
export interface AuditColumns {
  id: string;
  /** ISO 8601, in milliseconds and UTC. */
  time: string;
  action: string;
  outcome: string;
  subject: string | null;
  tenant: string | null;
  kind: string | null;
  name: string | null;
  /** The tenant that the resource belongs to. */
  resourceTenant: string | null;
}

/** The fields that the columns need; a newer version of the gateway may write more fields. */
const Indexed = AuditRecord.pick({ id: true, time: true, action: true, outcome: true }).strip().extend({
  caller: AuditRecord.shape.caller.unwrap().strip().optional(),
  resource: AuditRecord.shape.resource.unwrap().strip().optional(),
});

/** @throws Error when the text is no audit record */
export function columnsOf(record: string): AuditColumns {
  const { id, time, action, outcome, caller, resource } = Indexed.parse(JSON.parse(record));
  return {
    id,
    time: new Date(time).toISOString(),
    action,
    outcome,
    subject: caller?.subject ?? null,
    tenant: caller?.tenant ?? null,
    kind: resource?.kind ?? null,
    name: resource?.name ?? null,
    resourceTenant: resource?.tenant ?? null,
  };
}

/** The first fault of a chain, in words. */
export interface ChainFault {
  /** Of the first record that is missing or not as it was stored. */
  position: number;
  fault: string;
}

/** Checks a chain record by record, from the record after `base`. */
export function chainChecker(base: Link, head: Link) {
  let last = base;
  return {
    /** @returns the fault of this record, or of the place before it */
    next(row: ChainedRecord & { columns: AuditColumns }): ChainFault | undefined {
      const position = last.position + 1;
      if (row.position !== position) return { position, fault: missing(position, row.position - 1) };
      if (row.position > head.position)
        return { position, fault: `record ${position} was added by something else than the gateway` };
      if (hashOf(last.hash, row) !== row.hash) {
        return { position, fault: `record ${position} is not the one that was stored: it, or its place, was changed` };
      }
      const changed = changedColumn(row);
      if (changed) return { position, fault: `the column ${changed} of record ${position} was changed` };
      last = row;
      return undefined;
    },
    /** Call it after the last record. */
    end(): ChainFault | undefined {
      const position = last.position + 1;
      if (last.position < head.position) return { position, fault: missing(position, head.position) };
      if (last.hash !== head.hash) return { position: last.position, fault: 'the end of the chain was changed' };
      return undefined;
    },
  };
}

const missing = (from: number, to: number): string =>
  from === to ? `record ${from} is missing` : `records ${from} to ${to} are missing`;

function changedColumn({ record, columns }: { record: string; columns: AuditColumns }): string | undefined {
  const expected = columnsOf(record);
  return (Object.keys(expected) as (keyof AuditColumns)[]).find((name) => expected[name] !== columns[name]);
}
